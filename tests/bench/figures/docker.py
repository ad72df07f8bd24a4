"""Submit to verified cluster, as containers ÷ `docker compose up -d` and a health loop.

The Compose file has the image, the command lines, the names on the network and the
published ports that the panel uses; nothing of the panel's confinement. Its loop asks
with the panel's client every 100 ms, which is finer than a loop around etcdctl.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import docker

from tests import parts
from tests.bench import pairs
from tests.bench.compose import Compose, project
from tests.bench.outcome import Outcome, of_ratios
from tests.bench.panel import running, scratch
from tests.bench.ports import free_ports
from tests.bench.readiness import await_all
from tests.bench.rest import Door

TARGET = 1.0
SIZE = 3
NAMES = [f"etcd{number}" for number in range(1, SIZE + 1)]
HEALTH_SECONDS = 0.1
VERSION = "3.7.3"
IMAGE = f"quay.io/coreos/etcd:v{VERSION}"
TEMPLATE = "template"


def measure(count: int) -> list[Outcome]:
    url = parts.engine("old")
    binary = parts.compose_binary()
    with (
        engine(url) as client,
        running(DOCKER_HOST=url) as (_, door),
        scratch("compose") as folder,
    ):
        door.usable_host("docker")
        create = Create(door, client)
        compose = Compose(binary, url, folder)
        script = Script(compose, create.template())
        script.run(-1)
        found = pairs.ratios_of(pairs.in_turn(count, create.run, script.run))
        versions = f"Engine {client.version()['Version']}, Compose {compose.version()}"
    notes = [
        f"{SIZE} members of etcd {VERSION} on {versions}",
        *(f"{name}: {value * 1000:.0f} ms" for name, value in found["parts"].items()),
    ]
    return [of_ratios("docker", TARGET, found, notes)]


@contextlib.contextmanager
def engine(url: str) -> Iterator[docker.APIClient]:
    client = docker.APIClient(base_url=url)
    try:
        yield client
    finally:
        client.close()


class Create:
    """Our side: one REST call, and the stream of its operation to the end."""

    def __init__(self, door: Door, client: docker.APIClient) -> None:
        self.door = door
        self.client = client

    def template(self) -> dict[str, list[str]]:
        """Command lines to copy; the workers and the engine are warm afterwards."""
        for _ in range(2):
            self.door.create(self.body(TEMPLATE))
            found = {
                member: self.seen(TEMPLATE, member)["Config"]["Cmd"] for member in NAMES
            }
            self.door.delete(TEMPLATE)
        return found

    def run(self, number: int) -> pairs.Timed:
        name = f"pair{number}"
        took = self.door.create(self.body(name))
        self.door.delete(name)
        return took, {}

    def seen(self, cluster: str, member: str) -> dict[str, Any]:
        return dict(self.client.inspect_container(f"{cluster}-{member}"))

    def body(self, name: str) -> dict[str, Any]:
        ports = free_ports(2 * SIZE)
        return {
            "name": name,
            "size": SIZE,
            "version": VERSION,
            "hosts": ["docker"],
            "client_ports": ports[:SIZE],
            "peer_ports": ports[SIZE:],
        }


class Script:
    """Their side: Compose, and a loop until all serve."""

    def __init__(self, compose: Compose, commands: dict[str, list[str]]) -> None:
        self.compose = compose
        self.commands = commands

    def run(self, number: int) -> pairs.Timed:
        name, ports = f"compose{number + 1}", free_ports(2 * SIZE)
        self.compose.write(name, project(name, IMAGE, self.commands, ports))
        began = time.monotonic()
        try:
            self.compose.up(name)
            up = time.monotonic() - began
            endpoints = [f"127.0.0.1:{port}" for port in ports[:SIZE]]
            await_all(endpoints, HEALTH_SECONDS)
            took = time.monotonic() - began
        finally:
            self.compose.down(name)
        return took, {"compose up -d": up}
