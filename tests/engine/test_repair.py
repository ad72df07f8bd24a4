"""Members whose data is intact come back by themselves; an empty one never does."""

import pytest

from clusters import queries
from clusters.core.request import DiscoveryRequest
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


# Clusters that met in other ways


@pytest.fixture
def named(create, finish):
    """Met by records, on a network with a name server of its own."""
    zone = DiscoveryRequest(domain="ex.test")
    made = create(bootstrap="dns_srv", version="3.7.3", discovery=zone)
    assert finish(made).state == "succeeded"
    return Cluster.objects.get(name="a")


def repaired(finish):
    assert sweep.look_at_clusters() == 1
    progress = finish(Operation.objects.get(kind="repair"))
    assert progress.state == "succeeded", progress
    return [(step.kind, step.target) for step in progress.steps]


@pytest.mark.usefixtures("named")
def test_a_name_server_that_was_removed_comes_back(world, finish):
    world.remove("a-dns")
    assert repaired(finish) == [("create_dns", "a-dns"), ("start_dns", "a-dns")]
    assert "a-dns" in world.things()["instances"]
    assert sweep.look_at_clusters() == 0


@pytest.mark.usefixtures("named")
def test_a_name_server_that_stopped_is_started(world, finish):
    world.crash("a-dns")
    assert repaired(finish) == [("start_dns", "a-dns")]
    assert sweep.look_at_clusters() == 0


def test_a_member_with_a_fixed_address_comes_back_at_it(named, world, finish):
    before = [call for call in world.calls() if call["verb"] == "create_instance"]
    world.remove("a-etcd2")
    kinds = [kind for kind, _ in repaired(finish)]
    assert kinds == [
        "create_member",
        "start_member",
        "await_member",
        "set_restart_policy",
    ]
    assert len(before) == 3
    assert status("etcd2") == "started"
    assert named.members.get(name="etcd2").address == named.to_spec().members[1].address


@pytest.fixture
def with_proxy(create, create_store, finish, world):
    world.offer_image("quay.io/coreos/etcd:v3.5.35")
    create_store()
    made = create(bootstrap="discovery_v2", version="3.5.35", extra_members=1)
    assert finish(made).state == "succeeded"


@pytest.mark.usefixtures("with_proxy")
def test_a_proxy_comes_back_as_a_proxy(world, finish):
    assert status("etcd4") == "proxy"
    world.remove("a-etcd4")
    kinds = [kind for kind, _ in repaired(finish)]
    assert kinds == [
        "create_member",
        "start_proxy",
        "await_proxy",
        "set_restart_policy",
    ]
    assert status("etcd4") == "proxy"


@pytest.mark.usefixtures("with_proxy")
def test_a_member_comes_back_although_its_store_is_gone(world, finish, delete):
    assert finish(delete("meet")).state == "succeeded"
    world.remove("a-etcd2")
    assert "start_member" in [kind for kind, _ in repaired(finish)]
    assert status("etcd2") == "started"


@pytest.mark.usefixtures("with_proxy")
def test_a_cluster_is_deleted_although_its_store_is_gone(world, finish, delete):
    assert finish(delete("meet")).state == "succeeded"
    assert finish(delete("a")).state == "succeeded"
    assert world.things() == {"instances": [], "volumes": [], "networks": []}


def test_an_engine_that_is_away_does_not_keep_others_from_being_looked_at(
    create, finish, world
):
    for name in ("a", "b"):
        finish(create(name, size=1))
    world.stop_engine()
    assert sweep.look_at_clusters() == 0
    for name in ("a", "b"):
        (row,) = queries.cluster_page(name).members
        assert row.status == "unreachable"
    world.start_engine()
    world.remove("b-etcd1")
    assert sweep.look_at_clusters() == 1
    assert Operation.objects.get(kind="repair").cluster_name == "b"
