"""The hosts of the contract suite: pretended, of processes, of containers."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clusters.core.spec import HostKind
from clusters.discovery.memory import MemoryResolver
from clusters.drivers.memory import MemoryDriver
from clusters.drivers.process import ProcessDriver
from tests import parts
from tests.drivers.place import (
    Place,
    Site,
    cluster_of,
    free_subnet,
    put,
    put_by_etcdctl,
)
from tests.drivers.world import World

PLACES = ("memory", "process-3.5", "process-newest", "docker-old", "docker-new")
NEWEST = "3.7"
OFFICIAL = "quay.io/coreos/etcd"
COREDNS = "coredns/coredns:1.14.0"


@pytest.fixture
def world() -> Iterator[World]:
    """A pretended engine of its own."""
    # Not tmp_path: the path of a socket may have no more than some 100 characters.
    with tempfile.TemporaryDirectory() as folder, World(f"{folder}/socket") as world:
        yield world


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    kind, _, which = request.param.partition("-")
    with ExitStack() as stack:
        match kind:
            case "memory":
                yield pretended(request.getfixturevalue("world"))
            case "process":
                line = NEWEST if which == "newest" else which
                yield of_processes(request.getfixturevalue("tmp_path"), line)
            case _:
                yield of_containers(which, stack)


def pretended(world: World) -> Place:
    return Place(
        kind=HostKind.MEMORY,
        version="3.6.16",
        image=f"{OFFICIAL}:v3.6.16",
        name_server=COREDNS,
        resolver=lambda server: MemoryResolver(world.socket, (server,)),
        open=lambda: MemoryDriver(world.socket),
        write=world.write,
    )


def of_processes(folder: Path, line: str) -> Place:
    binaries = parts.etcd_dir(line)
    return Place(
        kind=HostKind.PROCESS,
        version=binaries.name,
        folder=folder / "host",
        open=lambda: ProcessDriver(folder / "host", [binaries]),
        write=put,
    )


def of_containers(which: str, stack: ExitStack) -> Place:
    parts.engine(which)
    from tests.drivers.docker_world import docker_driver

    return Place(
        kind=HostKind.DOCKER,
        version="3.6.16",
        image=f"{OFFICIAL}:v3.6.16",
        name_server=COREDNS,
        open=lambda: stack.enter_context(docker_driver(which)),
        write=put_by_etcdctl,
    )


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    """A site for one member that is a process of the newest etcd."""
    place = of_processes(tmp_path, NEWEST)
    site = Site(place, cluster_of(place, 1), place.open())
    yield site
    site.clear()


@pytest.fixture
def site_of(place: Place) -> Iterator[Callable[[int], Site]]:
    """Make a site for a cluster of so many members; it is cleared in the end."""
    sites: list[Site] = []

    def make(size: int) -> Site:
        sites.append(Site(place, cluster_of(place, size), place.open()))
        return sites[-1]

    yield make
    for site in sites:
        site.clear()


@pytest.fixture
def site(site_of: Callable[[int], Site]) -> Site:
    """A site for one member, with its network."""
    alone = site_of(1)
    alone.make_network()
    return alone


@pytest.fixture
def chosen(site_of):
    """A site for one member, on a network whose subnet was chosen."""
    site = site_of(1)
    if site.place.in_containers:
        subnet = free_subnet(site.driver)
        site.driver.create_network(site.spec.network_name, site.labels, subnet)
    return site


@pytest.fixture
def member(site: Site):
    return site.spec.members[0]
