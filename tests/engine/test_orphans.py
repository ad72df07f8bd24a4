"""What belongs to no cluster is reported, and removed only where that is safe."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters import queries
from clusters.core.labels import object_labels
from clusters.drivers.base import Launch
from clusters.engine import watch, wiring
from clusters.models import Cluster, Installation, Observation

IMAGE = "quay.io/coreos/etcd:v3.7.3"


@pytest.fixture
def stray(world, host):
    """An instance with this panel's labels, of a cluster that nobody knows."""

    def add(name="gone-etcd1", cluster="gone"):
        labels = {
            "io.etcdpanel.installation": Installation.mark(),
            "io.etcdpanel.cluster": cluster,
        }
        world.add_instance(name, labels=labels)

    return add


@pytest.fixture
def unstarted(host, world):
    """One that was made, and whose cluster went before it was started."""
    labels = object_labels(
        installation=Installation.mark(), cluster="gone", operation="x", fence=1
    )
    world.offer_image(IMAGE)
    driver = wiring.driver_for(host)
    driver.pull_image(IMAGE, lambda numbers: None, lambda: False)
    driver.create_network("gone-net", labels)
    driver.create_volume("gone-etcd1-data", labels)
    driver.create_instance(
        Launch(
            name="gone-etcd1",
            member="etcd1",
            version="3.7.3",
            image=IMAGE,
            flags=("--name=etcd1",),
            labels=labels,
            bind_address="127.0.0.1",
            client_port=23991,
            peer_port=23992,
            network="gone-net",
            volume="gone-etcd1-data",
        )
    )


def seen(host):
    watch.observe_host(host)
    (view,) = queries.host_list()
    return [(row.name, row.cluster, row.state) for row in view.orphans]


def grow_old(host):
    row = Observation.objects.get(host=host)
    then = (timezone.now() - timedelta(minutes=11)).isoformat()
    row.facts["orphans"] = [one | {"since": then} for one in row.facts["orphans"]]
    row.save()


def test_members_of_clusters_are_no_orphans(create, finish, host):
    finish(create())
    assert seen(host) == []


def test_members_of_a_cluster_that_is_being_made_are_no_orphans(create, host, world):
    operation = create()
    Cluster.objects.filter(name="a").delete()
    world.add_instance(
        "a-etcd1",
        labels={
            "io.etcdpanel.installation": Installation.mark(),
            "io.etcdpanel.cluster": "a",
        },
    )
    assert not operation.is_over
    assert seen(host) == []


def test_an_instance_of_no_cluster_is_reported_at_once_and_left_alone(
    stray, host, world
):
    stray()
    found = seen(host)
    assert [row[:2] for row in found] == [("gone-etcd1", "gone")]
    assert seen(host) == found
    assert "gone-etcd1" in world.things()["instances"]


def test_one_that_never_started_is_removed_when_it_is_old(unstarted, host, world):
    assert seen(host) == [("gone-etcd1", "gone", "created")]
    assert seen(host) == [("gone-etcd1", "gone", "created")]
    grow_old(host)
    assert seen(host) == []
    assert "gone-etcd1" not in world.things()["instances"]
    assert "gone-etcd1-data" in world.things()["volumes"]


def test_one_that_ran_stays_however_old_it_is(stray, host, world):
    stray()
    seen(host)
    grow_old(host)
    assert [row[:2] for row in seen(host)] == [("gone-etcd1", "gone")]
    assert "gone-etcd1" in world.things()["instances"]


def test_nothing_is_said_anew_while_the_engine_does_not_answer(stray, host, world):
    stray()
    found = seen(host)
    world.refuse("find_all", code="engine_unreachable")
    assert seen(host) == found


def test_a_stranger_is_no_orphan(world, host):
    world.add_instance("somebody", labels={"io.etcdpanel.installation": "another"})
    world.add_instance("nobody")
    assert seen(host) == []
