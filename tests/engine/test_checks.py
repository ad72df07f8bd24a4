"""The preflight of a definition that is not written yet."""

import pytest

from clusters import actions, queries
from clusters.core.request import ClusterRequest
from clusters.engine import checking
from tests.engine.conftest import ASKER

NAMED = {
    "client_ports": (23791, 23792, 23793),
    "peer_ports": (23801, 23802, 23803),
}


@pytest.fixture
def check(host):
    """What a worker finds out about a request."""

    def look(**wanted):
        request = ClusterRequest(name="a", hosts=("world",), **wanted)
        plan = queries.preview_cluster(request)
        begun = actions.start_check(
            ASKER, plan.spec, ports_may_move=plan.ports_may_move
        )
        assert checking.run_check(begun.pk)
        return queries.check_view(begun.pk)

    return look


def levels(view):
    return {line.code: line.level for line in view.lines}


def test_a_free_world_passes_every_line(check):
    view = check()
    assert view.state == "done"
    assert not view.blocked
    assert set(levels(view).values()) == {"pass"}


def test_a_named_port_in_use_blocks(check, world):
    world.take_port(23802, "nginx (pid 4711)")
    view = check(**NAMED)
    assert view.blocked
    line = next(line for line in view.lines if line.code == "port_in_use")
    assert line.text == "Port 23802 on world is in use by nginx (pid 4711)."


def test_a_port_in_use_that_nobody_named_is_only_noted(check, world):
    world.take_port(23802)
    view = check()
    assert not view.blocked
    assert levels(view)["port_in_use"] == "note"


def test_a_strangers_thing_and_an_absent_image_are_told(check, world):
    world.add_volume("a-etcd1-data")
    view = check(version="3.4.45")
    assert levels(view)["name_conflict"] == "block"
    assert levels(view)["image_absent"] == "note"


def test_a_check_is_done_once(check, host):
    plan = queries.preview_cluster(ClusterRequest(name="b", hosts=("world",)))
    begun = actions.start_check(ASKER, plan.spec)
    assert checking.run_check(begun.pk)
    assert not checking.run_check(begun.pk)
