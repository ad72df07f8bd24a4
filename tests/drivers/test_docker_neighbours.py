"""What others have on an engine: seen, named, and never touched."""

import socket
from contextlib import contextmanager

import pytest

from clusters.core.errors import BackendError
from clusters.core.names import LABEL
from clusters.drivers.docker import DockerDriver, inside
from tests.drivers.docker_world import REPOSITORY, docker_world, free_ports

INSTALLATION = f"{LABEL}.installation"


@pytest.fixture(params=["old", "new"])
def world(request):
    with docker_world(request.param) as world:
        yield world


@contextmanager
def another_driver(world):
    """A second driver of the same engine, made now."""
    driver = DockerDriver(world.url)
    try:
        yield driver
    finally:
        driver.close()


def refusal(verb, *args):
    with pytest.raises(BackendError) as caught:
        verb(*args)
    return caught.value


def test_a_network_is_found_by_its_whole_name_only(world):
    world.driver.create_network(f"{world.name}-net", world.labels)
    found = world.driver.find_network(f"{world.name}-net")
    assert found.belongs_to(world.name, world.name)
    assert world.driver.find_network(f"{world.name}-ne") is None
    assert world.driver.find_network(found.id[:12]) is None


def test_a_foreign_network_of_that_name_is_refused_and_left_alone(world):
    name = f"{world.name}-net"
    theirs = world.raw.create_network(name, driver="bridge")["Id"]
    error = refusal(world.driver.create_network, name, world.labels)
    assert error.code == "name_taken"
    assert name in str(error.text)
    found = world.driver.find_network(name)
    assert (found.id, dict(found.labels)) == (theirs, {})


def test_of_two_networks_of_one_name_the_panels_own_is_meant():
    """Engines before API 1.44 allow two."""
    with docker_world("old") as world:
        name = f"{world.name}-net"
        world.raw.create_network(name, driver="bridge")
        ours = world.raw.create_network(name, driver="bridge", labels=world.labels)
        assert world.driver.find_network(name).id == ours["Id"]


def test_a_network_in_use_is_kept_and_who_uses_it_is_named(world):
    instance = world.run(world.launch())
    network = world.driver.find_network(instance.networks[0])
    error = refusal(world.driver.remove_network, network.id)
    assert error.code == "network_in_use"
    assert instance.name in str(error.text)
    world.driver.remove_instance(instance.id)
    for _ in range(2):
        world.driver.remove_network(network.id)
    assert world.driver.find_network(network.name) is None


def test_a_foreign_volume_of_that_name_keeps_its_labels(world):
    """The engine answers a second create as if it had made the volume."""
    name = f"{world.name}-data"
    world.raw.create_volume(name, labels={"owner": "someone"})
    world.driver.create_volume(name, world.labels)
    found = world.driver.find_volume(name)
    assert dict(found.labels) == {"owner": "someone"}
    assert not found.belongs_to(world.name, world.name)


def test_a_volume_in_use_is_kept(world):
    launch = world.launch()
    instance = world.create(launch)
    assert refusal(world.driver.remove_volume, launch.volume).code == "volume_in_use"
    world.driver.remove_instance(instance.id)
    for _ in range(2):
        world.driver.remove_volume(launch.volume)
    assert world.driver.find_volume(launch.volume) is None


def test_a_container_is_not_found_by_a_part_of_its_id(world):
    instance = world.create(world.launch())
    assert world.driver.find_instance(instance.id[:12]) is None
    assert world.driver.find_instance(instance.name).id == instance.id
    assert world.driver.find_instance(instance.name[:-1]) is None


def test_only_containers_of_the_installation_are_listed(world):
    world.create(world.launch("etcd1"))
    world.stranger()
    others = {INSTALLATION: f"{world.name}-other"}
    world.create(world.launch("etcd2", labels=others))
    assert [found.name for found in world.driver.find_all(world.name)] == [
        f"{world.name}-etcd1"
    ]
    assert world.driver.find_all(f"{world.name}-nobody") == ()


def test_every_name_on_a_network_is_told_with_who_has_it(world):
    """Aliases of stopped containers too: they are taken when those start."""
    running, stopped = world.launch("etcd1"), world.launch("etcd2")
    world.run(running)
    world.create(stopped)
    names = world.driver.names_on_network(running.network)
    assert names["etcd1"] == names[running.name] == running.name
    assert names["etcd2"] == names[stopped.name] == stopped.name
    assert "etcd3" not in names
    assert world.driver.names_on_network(f"{world.name}-none") == {}


def test_an_alias_on_another_network_is_free(world):
    first = world.launch("etcd1")
    world.run(first)
    world.driver.create_network(f"{world.name}-other", world.labels)
    assert world.driver.names_on_network(f"{world.name}-other") == {}


def test_published_and_bound_ports_are_busy(world):
    launch = world.launch()
    world.run(launch)
    free, bound = free_ports(2)
    asked = (launch.client_port, launch.peer_port, free, bound)
    with socket.create_server(("127.0.0.1", bound)):
        busy = world.driver.busy_ports("127.0.0.1", asked)
        everywhere = world.driver.busy_ports("0.0.0.0", asked)
    assert busy[launch.client_port] == f"container {launch.name}"
    assert busy[launch.peer_port] == f"container {launch.name}"
    assert "pid" in busy[bound]
    assert set(busy) == set(everywhere) == {*asked} - {free}


def test_a_container_that_does_not_run_holds_no_port(world):
    launch = world.launch()
    world.create(launch)
    assert world.driver.busy_ports("127.0.0.1", [launch.client_port]) == {}


def test_images_are_found_and_pinned(world):
    image = world.driver.find_image(f"{REPOSITORY}:v3.6.16")
    assert image.reference == f"{REPOSITORY}:v3.6.16"
    assert image.pinned in {image.id, f"{REPOSITORY}@{image.id}"}
    assert world.driver.find_image(image.pinned).id == image.id
    digest = f"@sha256:{'0' * 64}"
    assert world.driver.find_image(f"{REPOSITORY}:v3.6.16{digest}") is None
    assert world.driver.find_image(f"{REPOSITORY}:v3.6.99") is None


def test_a_panel_outside_of_containers_uses_the_published_port(world):
    assert world.driver.endpoint("demo-etcd1", "127.0.0.1:23791") == "127.0.0.1:23791"
    assert world.driver.is_inside("bridge") is None
    world.driver.leave_network("bridge")
    assert refusal(world.driver.join_network, "bridge").code == "panel_not_inside"


def test_a_panel_in_a_container_joins_networks_and_dials_names(world, monkeypatch):
    """Its own container is one of the engine here, known by its id as it would be."""
    panel = world.run(world.launch("panel"))
    network = f"{world.name}-members"
    world.driver.create_network(network, world.labels)
    monkeypatch.setattr(inside, "own_ids", lambda: (panel.id,))
    with another_driver(world) as driver:
        assert driver.endpoint("demo-etcd1", "127.0.0.1:1") == "demo-etcd1:2379"
        assert driver.is_inside(network) is False
        for _ in range(2):
            driver.join_network(network)
        assert driver.is_inside(network) is True
        for _ in range(2):
            driver.leave_network(network)
        assert driver.is_inside(network) is False


def test_a_panel_in_a_container_of_another_engine_is_outside(world, monkeypatch):
    monkeypatch.setattr(inside, "own_ids", lambda: ("f" * 64, "0123456789ab"))
    with another_driver(world) as driver:
        assert driver.is_inside("bridge") is None
        assert driver.endpoint("demo-etcd1", "127.0.0.1:1") == "127.0.0.1:1"


def test_a_panel_on_the_hosts_network_is_outside(world, monkeypatch):
    panel = world.stranger(NetworkMode="host")
    monkeypatch.setattr(inside, "own_ids", lambda: (panel,))
    with another_driver(world) as driver:
        assert driver.is_inside("bridge") is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("/var/lib/docker/containers/{id}/hostname /etc/hostname rw", True),
        ("/data/containers/{id}/userdata/hosts /etc/hosts rw", True),
        # On the engine's own host, which is in no container
        ("/ /var/lib/docker/containers/{id}/mounts/shm rw", False),
        ("/ /etc/hostname rw", False),
    ],
)
def test_a_container_knows_its_id_by_what_the_engine_mounted(tmp_path, line, found):
    mounts = tmp_path / "mountinfo"
    own = "ab" * 32
    mounts.write_text(f"709 684 254:1 {line.format(id=own)},relatime - ext4\n")
    assert (own in inside.own_ids(mounts)) is found
    assert own not in inside.own_ids(tmp_path / "absent")
