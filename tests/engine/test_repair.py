"""Members whose data is intact come back by themselves; an empty one never does."""

import pytest

from clusters import queries
from clusters.engine import sweep
from clusters.models import Cluster, Operation


@pytest.fixture
def cluster(create, finish):
    finish(create())
    return Cluster.objects.get(name="a")


def status(member):
    rows = queries.cluster_page("a").members
    return next(row.status for row in rows if row.name == member)


def test_a_member_that_was_removed_comes_back_on_its_data(cluster, world, finish):
    world.remove("a-etcd2")
    assert sweep.look_at_clusters() == 1
    assert queries.cluster_page("a").verdict.state in {"degraded", "unknown"}
    progress = finish(Operation.objects.get(kind="repair"))
    assert progress.state == "succeeded"
    assert world.counts()["create_volume", "a-etcd2-data"] == 1
    assert status("etcd2") == "started"


def test_a_member_whose_data_is_gone_is_reported_and_never_started_empty(
    cluster, world
):
    world.remove("a-etcd2")
    world.remove("a-etcd2-data")
    assert sweep.look_at_clusters() == 0
    assert status("etcd2") == "lost"
    assert not Operation.objects.filter(kind="repair").exists()


def test_hands_off_stops_all_but_watching(cluster, world):
    Cluster.objects.update(hands_off=True)
    world.remove("a-etcd2")
    assert sweep.look_at_clusters() == 0
    assert status("etcd2") == "unstarted"


def test_repairs_that_do_not_help_are_not_tried_for_ever(cluster, world, finish):
    world.die_on_start("a-etcd2", ["no"], times=100)
    world.remove("a-etcd2")
    sweep.look_at_clusters()
    assert finish(Operation.objects.get(kind="repair")).state == "failed"
    assert sweep.look_at_clusters() == 0


def test_quorum_is_judged_by_what_members_say(cluster, world):
    Cluster.objects.update(hands_off=True)
    world.remove("a-etcd1")
    sweep.look_at_clusters()
    verdict = queries.cluster_page("a").verdict
    assert verdict.state == "degraded"
    assert verdict.what == "2 of 3 members healthy; survives 0 more failures."
    world.remove("a-etcd2")
    sweep.look_at_clusters()
    verdict = queries.cluster_page("a").verdict
    assert verdict.state == "no_quorum"
    assert "0 of 3 members serve, 2 are needed" in verdict.what
