"""A real Docker engine for a test, and nothing left on it afterwards."""

import random
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import docker
import docker.errors

from clusters.core.names import LABEL
from clusters.core.observed import InstanceSeen, MemberReport
from clusters.drivers.base import Launch, Service
from clusters.drivers.docker import DockerDriver
from tests.parts import engine, network_of

REPOSITORY = "quay.io/coreos/etcd"
PROBE = """
import pickle, sys
from clusters.etcd.client import probe
sys.stdout.buffer.write(pickle.dumps(probe(sys.argv[1], float(sys.argv[2]))))
"""


@contextmanager
def docker_driver(which: str) -> Iterator["TidyDriver"]:
    """A driver of the old or the new engine; what it made is removed at the end."""
    with docker_world(which) as world:
        yield world.driver


@contextmanager
def docker_world(which: str, **settings) -> Iterator["DockerWorld"]:
    """An engine, a driver for it, and a client for what others do on it."""
    url = engine(which)
    with network_of(which):
        world = DockerWorld(url, **settings)
        world.driver.is_elsewhere = _network() != HOME
        try:
            yield world
        finally:
            world.clear()


class TidyDriver(DockerDriver):
    """The driver under test, which notes the names of what it makes."""

    def __init__(self, url: str, **settings) -> None:
        super().__init__(url, **settings)
        self.made: set[str] = set()
        self.is_elsewhere = False

    def create_network(
        self, name: str, labels: Mapping[str, str], subnet: str = ""
    ) -> None:
        self.made.add(name)
        super().create_network(name, labels, subnet)

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        self.made.add(name)
        super().create_volume(name, labels)

    def create_instance(self, launch: Launch) -> None:
        self.made.add(launch.name)
        super().create_instance(launch)

    def create_service(self, service: Service) -> None:
        self.made.add(service.name)
        super().create_service(service)

    def probe(self, endpoint: str, timeout: float) -> MemberReport:
        """The threads of gRPC stay in the network in which the first was made, so an
        engine with a network of its own is asked by a process of its own."""
        if not self.is_elsewhere:
            return super().probe(endpoint, timeout)
        import pickle

        command = [sys.executable, "-c", PROBE, endpoint, str(timeout)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return pickle.loads(answer.stdout)


class DockerWorld:
    """One engine; names that begin with `name` belong to the test."""

    def __init__(self, url: str, **settings) -> None:
        self.url = url
        self.name = f"t{secrets.token_hex(4)}"
        self.driver = TidyDriver(url, **settings)
        self.raw = docker.APIClient(base_url=url, version="auto", timeout=60)
        self.images: set[str] = set()

    @property
    def labels(self) -> dict[str, str]:
        return {f"{LABEL}.installation": self.name, f"{LABEL}.cluster": self.name}

    def launch(self, member: str = "etcd1", **changes) -> Launch:
        """One member of a cluster of its own, unless its flags say otherwise."""
        client_port, peer_port = free_ports(2)
        fields = {
            "name": f"{self.name}-{member}",
            "member": member,
            "version": "3.6.16",
            "image": f"{REPOSITORY}:v3.6.16",
            "flags": flags(member),
            "labels": {**self.labels, f"{LABEL}.member": member},
            "bind_address": "127.0.0.1",
            "client_port": client_port,
            "peer_port": peer_port,
            "network": f"{self.name}-net",
            "volume": f"{self.name}-{member}-data",
        }
        return Launch(**{**fields, **changes})

    def create(self, launch: Launch) -> InstanceSeen:
        """The member's network and volume too, where they are missing."""
        if self.driver.find_network(launch.network) is None:
            self.driver.create_network(launch.network, self.labels)
        self.driver.create_volume(launch.volume, self.labels)
        self.driver.create_instance(launch)
        return self.driver.find_instance(launch.name)

    def run(self, launch: Launch) -> InstanceSeen:
        self.driver.start_instance(self.create(launch).id)
        return self.driver.find_instance(launch.name)

    def stranger(self, name: str = "", **host_config) -> str:
        """A container that someone else made: its id."""
        body = {
            "Image": f"{REPOSITORY}:v3.6.16",
            "Cmd": ["/usr/local/bin/etcd"],
            "HostConfig": host_config,
        }
        name = name or f"{self.name}-stranger-{secrets.token_hex(2)}"
        return self.raw.create_container_from_config(body, name)["Id"]

    def clear(self) -> None:
        self.driver.close()
        for container in self.raw.containers(all=True):
            if self._is_mine(container["Names"][0].strip("/")):
                self.raw.remove_container(container["Id"], force=True, v=True)
        for volume in self.raw.volumes()["Volumes"] or ():
            if self._is_mine(volume["Name"]):
                self.raw.remove_volume(volume["Name"])
        for network in self.raw.networks():
            if self._is_mine(network["Name"]):
                self.raw.remove_network(network["Id"])
        for image in self.images:
            with suppress(docker.errors.ImageNotFound):
                self.raw.remove_image(image, force=True)
        self.raw.close()

    def _is_mine(self, name: str) -> bool:
        return name.startswith(self.name) or name in self.driver.made


def _network() -> str:
    return str(Path("/proc/self/ns/net").readlink())


HOME = _network()


def flags(member: str, *others: str, token: str = "etcd-cluster") -> tuple[str, ...]:
    """The flags of a member whose cluster it forms with the others."""
    cluster = ",".join(f"{name}=http://{name}:2380" for name in (member, *others))
    return (
        f"--name={member}",
        "--data-dir=/var/lib/etcd",
        "--listen-client-urls=http://0.0.0.0:2379",
        f"--advertise-client-urls=http://{member}:2379",
        "--listen-peer-urls=http://0.0.0.0:2380",
        f"--initial-advertise-peer-urls=http://{member}:2380",
        f"--initial-cluster={cluster}",
        f"--initial-cluster-token={token}",
        "--initial-cluster-state=new",
    )


def free_ports(count: int) -> list[int]:
    """Ports below the ephemeral range that nobody has now."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20000, 32000)
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                trial.bind(("127.0.0.1", port))
                found.append(port)
    return found
