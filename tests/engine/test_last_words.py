"""A member that is down is explained on its cluster's page, by its own last lines."""

import io
import json
import tarfile
from datetime import timedelta

import pytest

from clusters import actions, queries
from clusters.core.cause import Remedy
from clusters.core.request import ClusterRequest
from clusters.drivers.memory import MemoryDriver
from clusters.engine import last_words, watch, wiring
from clusters.models import Cluster, Host, Observation
from tests import parts
from tests.drivers.place import until
from tests.engine.conftest import ASKER
from tests.scenarios.panels import engine_client, remove_containers, unique

FULL = json.dumps(
    {"level": "fatal", "msg": "discovery failed", "error": "no space left on device"}
)


@pytest.fixture
def cluster(create, finish):
    finish(create())
    Cluster.objects.update(hands_off=True)
    return Cluster.objects.get(name="a")


def row_of(cluster, member="etcd2"):
    watch.observe_cluster(cluster)
    rows = queries.cluster_page(cluster.name).members
    return next(row for row in rows if row.name == member)


@pytest.fixture
def reads(monkeypatch):
    """The names of the instances whose logs were read."""
    names = []
    read = MemoryDriver.log_tail

    def note(driver, name, lines):
        names.append(name)
        return read(driver, name, lines)

    monkeypatch.setattr(MemoryDriver, "log_tail", note)
    return names


def test_a_member_that_loops_is_explained(cluster, world):
    world.die_on_start("a-etcd2", [FULL], times=100)
    for _ in range(3):
        world.crash("a-etcd2", 1)
    row = row_of(cluster)
    assert row.status == "crash_loop"
    assert row.why == (
        "It ended by itself and was restarted 3 times. The disk is full."
    )
    assert row.advice.startswith("Free some space")
    assert (row.cause, row.remedy) == ("disk_full", "")
    assert FULL in row.evidence


def test_a_member_that_ended_once_is_explained_with_its_exit_code(cluster, world):
    world.die_on_start("a-etcd2", ["some last word"], exit_code=3, times=1)
    world.crash("a-etcd2", 3)
    row = row_of(cluster)
    assert row.status == "unstarted"
    assert row.why == "It ended with exit code 3."
    assert row.cause == ""
    assert "some last word" in row.evidence


def test_the_log_is_not_read_again_while_nothing_changes(
    cluster, world, reads, monkeypatch
):
    world.die_on_start("a-etcd2", [FULL], times=100)
    for _ in range(3):
        world.crash("a-etcd2", 1)
    first = row_of(cluster)
    again = row_of(cluster)
    assert reads == ["a-etcd2"]
    assert (again.why, again.evidence) == (first.why, first.evidence)
    monkeypatch.setattr(last_words, "READ_AGAIN", timedelta(0))
    row_of(cluster)
    assert reads == ["a-etcd2"] * 2


def test_members_that_serve_are_not_asked_for_their_logs(cluster, reads):
    row = row_of(cluster)
    assert (row.why, row.advice, row.cause, row.evidence) == ("", "", "", ())
    assert reads == []


def test_what_was_said_of_a_member_is_gone_when_it_serves_again(cluster, world):
    world.die_on_start("a-etcd2", [FULL], times=3)
    for _ in range(3):
        world.crash("a-etcd2", 1)
    assert row_of(cluster).cause == "disk_full"
    world.crash("a-etcd2", 1)
    row = row_of(cluster)
    assert row.status == "started"
    assert (row.why, row.cause, row.evidence) == ("", "", ())


# On a real engine


@pytest.fixture
def real(transactional_db):
    """A cluster of one member on a real Docker engine."""
    name = unique("w")
    host = Host.objects.create(
        name="docker", kind="docker", address=parts.engine("old")
    )
    watch.observe_host(host)
    wanted = ClusterRequest(
        name=name, size=1, hosts=("docker",), version=parts.etcd_dir("3.6").name
    )
    yield actions.create_cluster(ASKER, wanted)
    wiring._driver.cache_clear()
    remove_containers(name, "old")


def damage(container):
    """Write over the head of its database, as a broken disk would."""
    container.stop(timeout=5)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("db")
        info.size, info.mode = 32768, 0o600
        tar.addfile(info, io.BytesIO(b"\x00" * info.size))
    container.put_archive("/var/lib/etcd/member/snap", archive.getvalue())
    container.start()


def test_a_real_member_on_broken_data_loops_and_its_page_says_why(real, finish):
    assert finish(real).state == "succeeded"
    cluster = Cluster.objects.get()
    client = engine_client("old")
    container = client.containers.get(f"{cluster.name}-etcd1")
    damage(container)
    row = until(lambda: row_of(cluster, "etcd1"), lambda r: r.status == "crash_loop")
    client.close()
    assert row.cause == "data_damaged"
    assert "was restarted" in row.why
    assert "damaged" in row.why
    assert row.advice
    assert any("invalid database" in line for line in row.evidence), row.evidence
    facts = Observation.objects.get(member__cluster=cluster).facts
    assert facts["cause"] == "data_damaged"
    assert facts["remedy"] in set(Remedy)
