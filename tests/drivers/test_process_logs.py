"""The logs of members that are processes: nothing is lost, nothing grows for ever."""

import pytest

from clusters.core.diagnosis import explain
from clusters.drivers.logs import ETCD_LOG, OUTPUT, last_lines
from tests.drivers.conftest import of_processes
from tests.drivers.place import Site, cluster_of

MIB = 1024**2


@pytest.fixture
def site_with(tmp_path):
    sites = []

    def make(line):
        place = of_processes(tmp_path, line)
        sites.append(Site(place, cluster_of(place, 1), place.open()))
        return sites[-1]

    yield make
    for site in sites:
        site.clear()


def folder_of(site):
    return site.driver._root / "instances" / site.spec.instance(site.spec.members[0])


@pytest.mark.parametrize("line", ["3.4", "3.5.1", "3.5", "3.6", "3.7"])
def test_what_comes_before_the_logger_is_kept_and_explained(site_with, line):
    site = site_with(line)
    member = site.spec.members[0]
    flags = (*site.launch(member).flags, "--no-such-option=1")
    site.make(member, flags=flags)
    site.start(member)
    assert site.await_exit(member).exit_code == 2
    lines = site.driver.log_tail(site.spec.instance(member), 40)
    found = explain(lines)
    assert found is not None, lines
    assert found.code == "flag_unknown"
    assert "--no-such-option" in str(found.cause)


@pytest.mark.parametrize("line", ["3.5.1", "3.5", "3.6", "3.7"])
def test_from_3_5_on_etcd_rotates_its_log(site_with, line):
    site = site_with(line)
    member = site.spec.members[0]
    site.make(member)
    log = folder_of(site) / ETCD_LOG
    log.write_bytes(b"x" * (10 * MIB))
    site.start(member)
    site.await_service(member)
    assert log.stat().st_size < MIB
    rotated = list(folder_of(site).glob("etcd-*.log"))
    assert [path.stat().st_size for path in rotated] == [10 * MIB]


def test_the_output_of_3_4_is_put_aside_at_a_start_when_it_has_grown(site_with):
    site = site_with("3.4")
    member = site.spec.members[0]
    site.make(member)
    output = folder_of(site) / OUTPUT
    output.write_bytes(b"x" * (10 * MIB + 1))
    site.start(member)
    site.await_service(member)
    assert output.stat().st_size < MIB
    assert (folder_of(site) / f"{OUTPUT}.1").stat().st_size > 10 * MIB
    assert not (folder_of(site) / ETCD_LOG).exists()


def test_the_tail_ends_with_what_was_written_last(tmp_path):
    (tmp_path / ETCD_LOG).write_text("one\ntwo\n")
    (tmp_path / OUTPUT).write_text("panic: three\n")
    assert last_lines(tmp_path, 2) == ("two", "panic: three")
    assert last_lines(tmp_path, 0) == ()


def test_the_tail_of_a_huge_log_is_read_from_its_end(tmp_path):
    (tmp_path / ETCD_LOG).write_bytes(b"\xff\xfe line\n" * 200_000 + b"last\n")
    lines = last_lines(tmp_path, 3)
    assert lines[-1] == "last"
    assert len(lines) == 3
