"""What real binaries of four lines write when they fail is explained."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from clusters.core.diagnosis import explain
from tests import parts
from tests.drivers.conftest import of_processes
from tests.drivers.place import Site, cluster_of, free_ports, until

LINES = ("3.4", "3.5", "3.6", "3.7")
NOBODY = 65534


class Run:
    """One start of a real etcd that is meant to fail."""

    def __init__(self, line, folder):
        self.folder = folder
        self.client, self.peer, self.other = free_ports(3)
        self.command = [str(parts.etcd_dir(line) / "etcd")]
        if line == "3.4":
            self.command.append("--logger=zap")

    def flags(self, **changes):
        flags = {
            "name": "a",
            "data-dir": str(self.folder / "data"),
            "listen-client-urls": f"http://127.0.0.1:{self.client}",
            "advertise-client-urls": f"http://127.0.0.1:{self.client}",
            "listen-peer-urls": f"http://127.0.0.1:{self.peer}",
            "initial-advertise-peer-urls": f"http://127.0.0.1:{self.peer}",
            "initial-cluster": f"a=http://127.0.0.1:{self.peer}",
        }
        named = {key.replace("_", "-"): value for key, value in changes.items()}
        given = {k: v for k, v in {**flags, **named}.items() if v is not None}
        return [f"--{key}={value}" for key, value in given.items()]

    def lines(self, environment=None, seconds=20, **changes):
        """What it writes until it ends, or until the time is over."""
        log = self.folder / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*self.command, *self.flags(**changes)],
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=environment or {},
                cwd=self.folder,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return log.read_text().splitlines()[-40:]

    def explained(self, **how):
        lines = self.lines(**how)
        found = explain(lines)
        assert found is not None, lines
        assert found.line in lines
        assert str(found.cause)
        assert str(found.advice)
        return found


@pytest.fixture(params=LINES)
def run(request, tmp_path):
    return Run(request.param, tmp_path)


def test_a_client_port_that_a_stranger_holds(run):
    with socket.create_server(("127.0.0.1", run.client)):
        found = run.explained()
    assert found.code == "port_in_use"
    assert f"127.0.0.1:{run.client}" in str(found.cause)


def test_a_peer_port_that_a_stranger_holds(run):
    with socket.create_server(("127.0.0.1", run.peer)):
        found = run.explained()
    assert found.code == "port_in_use"
    assert f"127.0.0.1:{run.peer}" in str(found.cause)


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"name": "stranger"}, "name_not_in_initial_cluster", "stranger"),
        ({"no_such_option": "1"}, "flag_unknown", "--no-such-option"),
        ({"heartbeat_interval": "soon"}, "flag_value_invalid", "“soon”"),
        ({"heartbeat_interval": "500"}, "election_timeout_too_short", "five"),
        ({"initial_cluster": "a=http://127.0.0.1:1"}, "peer_urls_differ", "peers"),
        (
            {"listen_peer_urls": "http://h.invalid:2380"},
            "name_for_binding",
            "h.invalid",
        ),
        (
            {"listen_peer_urls": "http://192.0.2.1:2380"},
            "address_not_here",
            "192.0.2.1",
        ),
        ({"advertise_client_urls": None}, "advertise_missing", "advertise"),
        ({"discovery_srv": "x.invalid"}, "several_bootstrap_modes", "one bootstrap"),
        ({"initial_cluster": "a=http://127.0.0.1:1/p"}, "url_invalid", "URL"),
        (
            {
                "listen_client_urls": "https://127.0.0.1:1",
                "advertise_client_urls": "https://127.0.0.1:1",
            },
            "certificate_missing",
            "certificate",
        ),
        ({"initial_cluster_state": "existing"}, "no_peer_answers", "joins"),
    ],
)
def test_a_wrong_option_is_explained(run, changes, code, word):
    if code == "no_peer_answers":
        peers = f"a=http://127.0.0.1:{run.peer},b=http://127.0.0.1:{run.other}"
        changes = {**changes, "initial_cluster": peers}
    found = run.explained(**changes)
    assert found.code == code
    assert word in str(found.cause)


def test_two_members_with_one_peer_url(run):
    url = f"http://127.0.0.1:{run.peer}"
    found = run.explained(initial_cluster=f"a={url},b={url}")
    assert found.code == "duplicate_peer_url"


def test_a_variable_beside_the_option_of_the_same_name(run):
    found = run.explained(environment={"ETCD_NAME": "b"})
    assert found.code == "environment_conflicts"
    assert "ETCD_NAME" in str(found.cause)


def test_a_data_folder_that_is_a_file(run):
    (run.folder / "data").write_text("precious")
    found = run.explained()
    assert found.code == "data_not_a_folder"
    assert str(run.folder / "data") in str(found.cause)


def test_a_data_folder_of_somebody_else(run):
    if os.geteuid() != 0:
        (run.folder / "data").mkdir(mode=0)
        assert run.explained().code == "data_not_writable"
        return
    with tempfile.TemporaryDirectory() as public:
        # Root may write everywhere, so etcd runs as nobody, from where it may run.
        Path(public).chmod(0o755)
        etcd = shutil.copy(run.command[0], public)
        data = Path(public, "data")
        data.mkdir(mode=0o700)
        done = subprocess.run(
            [etcd, *run.command[1:], *run.flags(data_dir=data)],
            user=NOBODY,
            cwd="/",
            env={},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    found = explain(done.stderr.splitlines())
    assert found is not None, done.stderr
    assert found.code == "data_not_writable"
    assert str(data) in str(found.cause)


def test_a_damaged_log_of_writes(run):
    assert explain(run.lines(seconds=1.5)) is None  # a healthy start
    (wal,) = run.folder.glob("data/member/wal/0*.wal")
    content = bytearray(wal.read_bytes())
    content[100] ^= 0xFF
    wal.write_bytes(content)
    assert run.explained().code == "data_damaged"


def test_a_database_that_was_cut_off(run):
    run.lines(seconds=1.5)
    os.truncate(run.folder / "data/member/snap/db", 5000)
    assert run.explained().code == "data_damaged"


def test_a_variable_that_this_version_ignores_is_not_taken_for_the_cause_of_an_end(run):
    found = run.explained(environment={"ETCD_NO_SUCH_THING": "1"}, name="stranger")
    assert found.code == "name_not_in_initial_cluster"


@pytest.mark.parametrize("line", ["3.5", "3.6"])
def test_an_old_discovery_service_that_does_not_answer(tmp_path, line):
    run = Run(line, tmp_path)
    url = f"http://127.0.0.1:{run.other}/v2/keys/token"
    found = run.explained(discovery=url, initial_cluster=None, seconds=2)
    assert found.code == "discovery_unreachable"


def test_a_discovery_store_that_does_not_answer(tmp_path):
    run = Run("3.7", tmp_path)
    found = run.explained(
        discovery_token="token",
        discovery_endpoints=f"http://127.0.0.1:{run.other}",
        discovery_request_timeout="1s",
        initial_cluster=None,
        seconds=3,
    )
    assert found.code == "discovery_unreachable"


@pytest.fixture
def three(tmp_path):
    with ExitStack() as stack:
        place = of_processes(tmp_path, "3.7")
        site = Site(place, cluster_of(place, 3), place.open())
        stack.callback(site.clear)
        yield site


def explained(site, member):
    return explain(site.driver.log_tail(site.spec.instance(member), 200))


def test_a_member_that_lost_its_data(three):
    three.build()
    lost = three.spec.members[2]
    three.remove(lost)
    three.driver.remove_volume(three.spec.volume(lost))
    three.make(lost)
    three.start(lost)
    three.await_exit(lost)
    assert explained(three, lost).code == "already_bootstrapped"


def test_members_of_two_clusters_at_each_others_addresses(three):
    first, second, third = three.spec.members
    for member, token in ((first, "one"), (second, "two"), (third, "two")):
        flags = three.launch(member).flags
        kept = [f for f in flags if "--initial-cluster-token" not in f]
        three.make(member, flags=(*kept, f"--initial-cluster-token={token}"))
        three.start(member)
    found = until(lambda: explained(three, first), lambda found: found is not None)
    assert found.code == "cluster_id_mismatch"


def test_a_member_that_is_killed_is_not_explained_by_its_healthy_lines(three):
    three.build()
    member = three.spec.members[0]
    data = f"--data-dir={three.driver.data_dir(three.spec.volume(member))}"
    for process in psutil.process_iter(["cmdline"]):
        if data in (process.info["cmdline"] or ()):
            process.kill()
    three.await_exit(member)
    found = explained(three, member)
    assert found is None or found.code == "peers_unreachable"
