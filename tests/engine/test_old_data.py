"""Data of an earlier cluster on a real engine is found before anything is made."""

import secrets

import docker
import pytest

from clusters import actions, queries
from clusters.core.request import ClusterRequest
from clusters.engine import checking, watch
from clusters.models import Host, Installation
from tests import parts
from tests.engine.conftest import ASKER


@pytest.fixture
def engine():
    client = docker.DockerClient(base_url=parts.engine("old"))
    yield client
    client.close()


@pytest.fixture
def name():
    return f"left-{secrets.token_hex(4)}"


@pytest.fixture
def left(engine, name, transactional_db):
    """A volume as a cluster of this panel would have left it."""
    mark = "io.etcdpanel"
    labels = {
        f"{mark}.installation": Installation.mark(),
        f"{mark}.cluster": name,
        f"{mark}.operation": "0" * 32,
    }
    volume = engine.volumes.create(f"{name}-etcd1-data", labels=labels)
    yield volume
    volume.remove()


def test_a_volume_that_was_left_on_an_engine_blocks_with_its_removal(left, name):
    host = Host.objects.create(name="old", kind="docker", address=parts.engine("old"))
    assert watch.observe_host(host).usable
    plan = queries.preview_cluster(ClusterRequest(name=name, size=1, hosts=("old",)))
    begun = actions.start_check(ASKER, plan.spec, ports_may_move=True)
    assert checking.run_check(begun.pk)
    lines = {line.code: line for line in queries.check_view(begun.pk).lines}
    assert lines["data_left"].level == "block"
    assert f"docker volume rm {left.name}" in lines["data_left"].advice
    assert lines["clock_agrees"].level == "pass"
    assert {line.level for line in lines.values()} <= {"pass", "note", "block"}
