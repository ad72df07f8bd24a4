"""The panel in containers makes clusters beside itself, and reaches them by name."""

import pytest

from tests import parts
from tests.scenarios.panels import (
    engine_client,
    etcdctl,
    ports,
    remove_containers,
    unique,
)
from tests.scenarios.stack import BASE, Compose, Stack
from tests.up.panels import until

LINE = "3.6"


@pytest.fixture(scope="module")
def compose(tmp_path_factory):
    client = engine_client()
    based = client.images.list(BASE)
    client.close()
    parts.require(based or None, f"no image {BASE}", "tests/testbed/up base")
    compose = Compose(tmp_path_factory.mktemp("compose"))
    compose.build()
    try:
        compose.up()
        yield compose
    finally:
        compose.down()


@pytest.fixture(scope="module")
def stack(compose):
    return Stack(compose)


@pytest.fixture(autouse=True)
def logs_of_a_failure(request, compose):
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        print(compose.logs())  # noqa: T201 (shown with the failure)


@pytest.fixture
def name(stack):
    chosen = unique("c")
    yield chosen
    take_off(stack, f"{chosen}-net")
    remove_containers(chosen)


def take_off(stack, network):
    """Should the test have failed: with a worker on it, it could not be removed."""
    client = engine_client()
    for worker in stack.compose.container("worker").split():
        if on_network(worker, network):
            client.networks.get(network).disconnect(worker)
    client.close()


def on_network(container, network):
    client = engine_client()
    seen = client.containers.get(container)
    client.close()
    return network in seen.attrs["NetworkSettings"]["Networks"]


def things_of(name):
    client = engine_client()
    found = [
        *client.containers.list(all=True),
        *client.networks.list(),
        *client.volumes.list(),
    ]
    client.close()
    return sorted(thing.name for thing in found if thing.name.startswith(name))


def verdict(stack, name):
    return stack.get(f"/clusters/{name}/")["verdict"]["state"]


def test_the_worker_joins_the_network_of_a_cluster_while_the_cluster_lives(stack, name):
    wanted = {
        "cluster_token": "etcd-cluster",
        "version": parts.etcd_dir(LINE).name,
        **ports(),
    }
    made = stack.succeeded(stack.create(name, "docker", **wanted))
    assert on_network(stack.compose.container("worker"), f"{name}-net")
    assert "join_network" in {step["kind"] for step in made["steps"]}
    members = stack.members(name)
    assert [member["status"] for member in members] == ["started"] * 3
    shown = {member["id"]: member["name"] for member in members}
    endpoint = f"127.0.0.1:{wanted['client_ports'][0]}"
    assert members[0]["endpoint"] == endpoint
    assert (
        shown
        == etcdctl(LINE, endpoint)
        == {
            "ade526d28b1f92f7": "etcd1",
            "bd388e7810915853": "etcd3",
            "d282ac2ce600c1ce": "etcd2",
        }
    )
    stack.succeeded(stack.delete(name))
    assert things_of(name) == []
    assert not on_network(stack.compose.container("worker"), f"{name}-net")


def test_a_worker_that_compose_made_anew_finds_its_clusters_again(stack, name):
    stack.succeeded(stack.create(name, "docker", size=1, **ports(1)))
    before = stack.compose.container("worker")
    stack.compose.up("--force-recreate", "--no-deps", "worker")
    assert stack.compose.container("worker") != before
    until(lambda: on_network(stack.compose.container("worker"), f"{name}-net"))
    seen = stack.get(f"/clusters/{name}/")["seen_at"]
    until(lambda: stack.get(f"/clusters/{name}/")["seen_at"] != seen)
    until(lambda: verdict(stack, name) == "healthy")
    stack.succeeded(stack.delete(name))
    assert things_of(name) == []


def test_a_cluster_goes_while_a_second_worker_is_on_its_network(stack, name):
    stack.succeeded(stack.create(name, "docker", size=1, **ports(1)))
    stack.compose.up("--scale", "worker=2", "--no-recreate", "--no-deps", "worker")
    workers = stack.compose.container("worker").split()
    assert len(workers) == 2
    until(lambda: all(on_network(worker, f"{name}-net") for worker in workers))
    stack.succeeded(stack.delete(name))
    assert things_of(name) == []
    stack.compose.up("--scale", "worker=1", "--no-recreate", "--no-deps", "worker")


def test_members_may_have_the_names_of_the_stacks_own_services(stack, name):
    names = ["postgres", "redis", "web"]
    wanted = {"member_names": names, **ports()}
    stack.succeeded(stack.create(name, "docker", **wanted))
    # The worker is on both networks, and must not ask a member for its database.
    stack.compose("restart", "worker")
    seen = stack.get(f"/clusters/{name}/")["seen_at"]
    until(lambda: stack.get(f"/clusters/{name}/")["seen_at"] > seen)
    assert verdict(stack, name) == "healthy"
    stack.succeeded(stack.delete(name))
    assert things_of(name) == []


def test_a_create_that_fails_leaves_the_worker_off_the_network(stack, name):
    taken = stack.compose.port  # the panel's own
    wanted = ports()
    wanted["client_ports"][0] = taken
    failed = stack.ended(stack.create(name, "docker", **wanted))
    assert failed["state"] in {"failed", "rejected"}
    assert failed["code"] == "port_in_use", failed
    assert str(taken) in failed["explanation"]
    assert things_of(name) == []
    assert not on_network(stack.compose.container("worker"), f"{name}-net")


def test_taken_down_it_leaves_nothing(compose):
    assert compose.left() != []
    compose.down()
    assert compose.left() == []
