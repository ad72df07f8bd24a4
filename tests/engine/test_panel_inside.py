"""A panel in a container of the engine: on the networks of its clusters, and back."""

import pytest

from clusters import queries
from clusters.engine import sweep

LABELS = {"io.etcdpanel.installation": "another", "io.etcdpanel.cluster": "a"}


@pytest.fixture
def cluster(create, finish, world):
    world.put_panel_inside()
    finish(create())


def verdict():
    return queries.cluster_page("a").verdict.state


def joins(world):
    return world.counts().get(("join_network", "a-net"), 0)


def test_a_panel_that_was_made_anew_joins_again(cluster, world):
    world.put_panel_inside()
    sweep.look_at_clusters()
    assert verdict() == "healthy"
    assert joins(world) == 2


def test_a_panel_on_the_network_does_not_join_twice(cluster, world):
    sweep.look_at_clusters()
    assert joins(world) == 1


def test_a_network_of_somebody_else_is_not_joined(cluster, world):
    world.put_panel_inside()
    world.remove("a-net")
    world.add_network("a-net", LABELS)
    sweep.look_at_clusters()
    assert joins(world) == 1


def test_a_network_that_is_gone_is_not_joined(cluster, world):
    world.put_panel_inside()
    world.remove("a-net")
    sweep.look_at_clusters()
    assert joins(world) == 1
