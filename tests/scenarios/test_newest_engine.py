"""The same on the newest Docker Engine, by a panel that lives in that engine's network.

All of the panel runs there: ports are published on that network's loopback, and what
dials them must have been started in it.
"""

import pytest

from tests import parts
from tests.scenarios.conftest import environment
from tests.scenarios.panels import (
    Driven,
    engine_client,
    etcdctl,
    home_of,
    remove_containers,
    unique,
)
from tests.up.panels import Panel, free_port

LINE = "3.6"


@pytest.fixture
def driven(tmp_path):
    engine = {"DOCKER_HOST": parts.engine("new")}
    with parts.network_of("new"):
        panel = Panel(home_of(tmp_path), free_port(), **environment() | engine)
        try:
            yield Driven(panel.start())
        finally:
            panel.end()


@pytest.fixture
def name():
    chosen = unique("n")
    yield chosen
    remove_containers(chosen, "new")


def things_of(name):
    client = engine_client("new")
    found = [
        *client.containers.list(all=True),
        *client.networks.list(),
        *client.volumes.list(),
    ]
    client.close()
    return sorted(thing.name for thing in found if thing.name.startswith(name))


def test_three_containers_form_the_cluster_that_was_predicted_and_go_again(
    driven, name
):
    host = driven.get("/hosts/")["results"][0]
    assert "API 1.56" in host["engine"], host
    wanted = {"cluster_token": "etcd-cluster", "version": parts.etcd_dir(LINE).name}
    driven.succeeded(driven.create(name, "docker", **wanted))
    members = driven.members(name)
    assert [member["status"] for member in members] == ["started"] * 3
    shown = {member["id"]: member["name"] for member in members}
    assert (
        shown
        == etcdctl(LINE, members[0]["endpoint"])
        == {
            "ade526d28b1f92f7": "etcd1",
            "bd388e7810915853": "etcd3",
            "d282ac2ce600c1ce": "etcd2",
        }
    )
    assert things_of(name) == sorted(
        [f"{name}-net"]
        + [f"{name}-etcd{n}" for n in (1, 2, 3)]
        + [f"{name}-etcd{n}-data" for n in (1, 2, 3)]
    )
    driven.succeeded(driven.delete(name))
    assert things_of(name) == []
