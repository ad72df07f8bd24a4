"""Containers that are no members: how they are confined, and how their files get in."""

import io
import tarfile
from contextlib import closing
from dataclasses import replace

import pytest

from clusters.core.coredns import COREFILE_PATH, ZONE_PATH
from clusters.core.errors import BackendError, Unavailable
from clusters.core.observed import RunState
from clusters.core.zone import Zone, ZoneMember
from clusters.discovery.dns import Resolver
from clusters.drivers.base import Service
from clusters.drivers.docker import DockerDriver, archives, inside
from tests import parts
from tests.drivers.docker_fronts import front
from tests.drivers.docker_world import REPOSITORY, docker_world
from tests.drivers.place import free_subnet, until

SERVES = "ex.test:53 {\n    file /etc/coredns/zone\n}\n"
ZONE = (
    "ex.test. 30 IN SOA ns.dns.ex.test. hostmaster.ex.test. 1 3600 600 86400 30\n"
    "ex.test. 30 IN NS ns.dns.ex.test.\n"
    "ns.dns.ex.test. 30 IN A 10.0.0.2\n"
)
FILES = {COREFILE_PATH: SERVES, ZONE_PATH: ZONE}


@pytest.fixture(params=["old", "new"])
def world(request):
    with docker_world(request.param) as world:
        world.which = request.param
        yield world


@pytest.fixture
def service(world):
    """A name server on a network of its own, not made yet."""
    network = f"{world.name}-net"
    world.driver.create_network(network, world.labels, free_subnet(world.driver))
    return Service(
        name=f"{world.name}-dns",
        image=parts.coredns_image(world.which),
        command=("-conf", COREFILE_PATH),
        labels=world.labels,
        network=network,
        files=FILES,
    )


def created(world, service):
    world.driver.create_service(service)
    return world.driver.find_instance(service.name)


def started(world, service):
    made = created(world, service)
    world.driver.start_service(made.id, service.files)
    return world.driver.find_instance(service.name)


def files_in(world, container, folder):
    """What is below a folder of a container: kind and mode, by path."""
    content, _ = world.raw.get_archive(container, folder)
    with tarfile.open(fileobj=io.BytesIO(b"".join(content))) as archive:
        return {m.name: (m.isdir(), m.mode & 0o777, m.uid) for m in archive}


def test_a_service_is_confined_and_published_on_loopback_alone(world, service):
    seen = world.raw.inspect_container(started(world, service).id)
    host = seen["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert [c.removeprefix("CAP_") for c in host["CapAdd"]] == ["NET_BIND_SERVICE"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == 4096
    assert host["Binds"] is None
    assert seen["Config"]["User"] == "nonroot:nonroot"
    (bound,) = seen["NetworkSettings"]["Ports"]["53/udp"]
    assert bound["HostIp"] == "127.0.0.1"
    published = world.driver.published_udp(service.name, 53)
    assert published == f"127.0.0.1:{bound['HostPort']}"
    assert not seen["NetworkSettings"]["Ports"].get("53/tcp")


def test_the_files_can_be_read_by_any_user_and_written_by_none(world, service):
    made = started(world, service)
    found = files_in(world, made.id, "/etc/coredns")
    assert found["coredns/Corefile"] == (False, 0o644, 0)
    assert found["coredns/zone"] == (False, 0o644, 0)
    assert world.driver.find_instance(service.name).state == RunState.RUNNING


def test_files_may_lie_in_more_folders_than_one(world, service):
    files = {**FILES, "/etc/coredns/more/a/file": "a", "/srv/file": "b"}
    made = started(world, replace(service, files=files))
    found = files_in(world, made.id, "/etc/coredns")
    assert found["coredns/more/a/file"][:2] == (False, 0o644)
    assert found["coredns/more"][:2] == (True, 0o755)
    assert files_in(world, made.id, "/srv")["srv/file"][:2] == (False, 0o644)


def test_the_volumes_of_the_files_go_with_the_container(world, service):
    made = started(world, service)
    mounts = world.raw.inspect_container(made.id)["Mounts"]
    names = {mount["Name"] for mount in mounts}
    assert len(names) == 1
    world.driver.remove_instance(made.id)
    left = {volume["Name"] for volume in world.raw.volumes()["Volumes"] or ()}
    assert not names & left


def test_what_was_made_but_got_no_files_gets_them_at_its_start(world, service):
    """The panel was killed in between; whoever takes over starts it."""
    made = created(world, service)
    assert made.state == RunState.CREATED
    with docker_driver_of(world) as another:
        another.start_service(made.id, service.files)
    assert files_in(world, made.id, "/etc/coredns")["coredns/zone"][0] is False
    assert world.driver.find_instance(service.name).state == RunState.RUNNING


def test_a_service_whose_files_never_came_does_not_run(world, service):
    """So that one that runs has its files."""
    made = created(world, service)
    world.driver.start_instance(made.id)
    seen = until(
        lambda: world.driver.find_instance(service.name),
        lambda found: found.state == RunState.EXITED,
    )
    assert seen.exit_code
    world.driver.start_service(made.id, service.files)
    assert world.driver.find_instance(service.name).state == RunState.RUNNING


def test_an_engine_that_dies_at_the_start_is_told(world, service, tmp_path):
    made = created(world, service)
    with front(tmp_path / "s", world.url) as cut:
        driver = DockerDriver(f"unix://{tmp_path / 's'}")
        try:
            assert driver.find_instance(service.name).id == made.id
            cut.cut()
            with pytest.raises(Unavailable):
                driver.start_service(made.id, service.files)
        finally:
            driver.close()


def test_a_panel_in_a_container_asks_the_server_at_its_address(
    world, service, monkeypatch
):
    """Its own container is one of the engine here, known by its id as it would be."""
    panel = world.run(world.launch("panel", network=service.network))
    started(world, service)
    monkeypatch.setattr(inside, "own_ids", lambda: (panel.id,))
    with docker_driver_of(world) as driver:
        address = driver.address_of(service.network, service.name)
        assert address
        assert driver.published_udp(service.name, 53) == f"{address}:53"
        assert driver.published_udp(f"{world.name}-none", 53) == ""


def test_ports_of_a_distant_engine_are_out_of_reach(world, service, monkeypatch):
    started(world, service)
    with docker_driver_of(world) as driver:
        driver.facts()
        dialled = replace(driver._engine.dial(), is_local=False)
        monkeypatch.setattr(driver._engine, "_dialled", dialled)
        assert driver.published_udp(service.name, 53) == ""


def test_a_name_server_that_was_stopped_answers_again_once_it_is_started(
    world, service
):
    """At another port: the engine chooses one at each start."""
    made = started(world, service)
    world.raw.stop(made.id, timeout=1)
    assert world.driver.published_udp(service.name, 53) == ""
    world.driver.start_service(made.id, service.files)
    server = world.driver.published_udp(service.name, 53)
    known = ZoneMember(name="ns", fqdn="ns.dns.ex.test", address="10.0.0.2")
    zone = Zone(domain="ex.test", members=(known,))

    def look():
        try:
            return Resolver((server,), 1.0).look(zone)[server]
        except BackendError:
            return None

    assert until(look, bool).addresses == {"ns.dns.ex.test": ("10.0.0.2",)}


@pytest.mark.parametrize("version", ["3.6.16", "3.7.3"])
def test_the_files_of_a_member_are_for_its_own_user(world, version):
    launch = world.launch(image=f"{REPOSITORY}:v{version}", version=version)
    made = world.create(launch)
    world.driver.put_files(made.id, {"ca.pem": "an authority", "key.pem": "a key"})
    world.driver.start_instance(made.id)
    folder = world.driver.files_dir(launch.name)
    found = files_in(world, made.id, folder)
    assert found["discovery"] == (True, 0o700, 0)
    assert found["discovery/key.pem"] == (False, 0o600, 0)
    assert folder.startswith(f"{world.driver.data_dir(launch.volume)}/")
    ready = "ready to serve client requests"
    until(
        lambda: "\n".join(world.driver.log_tail(launch.name, 100)),
        lambda log: ready in log,
    )


@pytest.mark.parametrize("path", ["relative/file", "/file", "/", "/etc/../file"])
def test_a_file_of_a_service_lies_in_a_folder_of_its_own(path):
    with pytest.raises(BackendError) as refusal:
        archives.by_folder({path: ""})
    assert refusal.value.code == "name_invalid"


def docker_driver_of(world):
    return closing(DockerDriver(world.url))
