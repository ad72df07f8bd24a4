import pytest

from clusters.core.flags import member_flags
from tests.builders import processes, spec

BOOTSTRAP = ("--initial-cluster=etcd1=http://etcd1:2380", "--initial-cluster-state=new")


def flags(definition, bootstrap=BOOTSTRAP):
    return member_flags(definition, definition.members[0], "/data", bootstrap)


def test_a_container_listens_everywhere_inside_and_is_called_by_its_name():
    assert flags(spec(client_ports=(1111, 1112, 1113))) == (
        "--name=etcd1",
        "--listen-client-urls=http://0.0.0.0:2379",
        "--advertise-client-urls=http://etcd1:2379",
        "--listen-peer-urls=http://0.0.0.0:2380",
        "--initial-advertise-peer-urls=http://etcd1:2380",
        "--data-dir=/data",
        *BOOTSTRAP,
    )


def test_a_process_listens_at_its_own_ports_on_the_loopback():
    assert flags(spec(processes()))[:5] == (
        "--name=etcd1",
        "--listen-client-urls=http://127.0.0.1:23791",
        "--advertise-client-urls=http://127.0.0.1:23791",
        "--listen-peer-urls=http://127.0.0.1:23801",
        "--initial-advertise-peer-urls=http://127.0.0.1:23801",
    )


def test_a_process_that_listens_everywhere_advertises_where_it_is_dialled():
    everywhere = spec(
        processes(), bind_address="0.0.0.0", accept=("published_beyond_loopback",)
    )
    assert flags(everywhere)[1:3] == (
        "--listen-client-urls=http://0.0.0.0:23791",
        "--advertise-client-urls=http://127.0.0.1:23791",
    )


def test_options_follow_in_the_order_of_their_names():
    asked = {
        "snapshot_count": 1000,
        "pre_vote": False,
        "auto_compaction_retention": "1h",
    }
    assert flags(spec(options=asked), bootstrap=())[6:] == (
        "--auto-compaction-retention=1h",
        "--pre-vote=false",
        "--snapshot-count=1000",
    )


@pytest.mark.parametrize(
    ("version", "needs_it"), [("3.4.45", True), ("3.5.35", False), ("3.7.3", False)]
)
def test_only_the_old_line_is_told_to_log_as_the_others_do(version, needs_it):
    assert ("--logger=zap" in flags(spec(version=version))) == needs_it


def test_everything_is_a_flag_with_its_value():
    """An unknown ETCD_* variable is only warned about; an unknown flag is fatal."""
    for flag in flags(spec(options={"metrics": "basic"})):
        assert flag.startswith("--")
        assert "=" in flag
