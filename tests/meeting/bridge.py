"""A network of a Docker engine with chosen addresses, and etcd containers on it."""

import random
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import docker
import docker.errors

from tests.meeting.program import await_true
from tests.parts import engine, etcd_dir, network_of

REPOSITORY = "quay.io/coreos/etcd"


@dataclass(kw_only=True)
class Bridge:
    """What listens on `gateway` is reached by every container of the network."""

    name: str
    subnet: str
    gateway: str
    client: docker.APIClient = field(repr=False)
    made: list[str] = field(default_factory=list)

    def address(self, last: int) -> str:
        return f"{self.subnet.rpartition('.')[0]}.{last}"

    def run_etcd(
        self, line: str, name: str, *flags: str, address: str = "", dns: str = ""
    ) -> str:
        """A member that other containers know by its name: the container's name."""
        version = etcd_dir(line).name
        container = f"{self.name}-{name.partition('.')[0]}"
        fixed = {"IPAMConfig": {"IPv4Address": address}} if address else {}
        endpoint = {"Aliases": [name], **fixed}
        body = {
            "Image": f"{REPOSITORY}:v{version}",
            "Cmd": ["/usr/local/bin/etcd", *_member_flags(name), *flags],
            "Hostname": name,
            "HostConfig": {"NetworkMode": self.name, "Dns": [dns] if dns else []},
            "NetworkingConfig": {"EndpointsConfig": {self.name: endpoint}},
        }
        self.client.create_container_from_config(body, container)
        self.made.append(container)
        self.client.start(container)
        return container

    def output(self, container: str) -> str:
        return self.client.logs(container).decode(errors="replace")

    def await_healthy(self, seconds: float = 60.0) -> None:
        """Until the etcdctl in each container says so of its own member."""
        for container in self.made:
            await_true(lambda one=container: self._is_healthy(one), seconds)

    def etcdctl(self, container: str, *arguments: str) -> tuple[int, str]:
        """Its exit code and what it said, run inside the container."""
        command = ["/usr/local/bin/etcdctl", *arguments]
        asked = self.client.exec_create(
            container, command, environment={"ETCDCTL_API": "3"}
        )["Id"]
        said = self.client.exec_start(asked).decode(errors="replace")
        return self.client.exec_inspect(asked)["ExitCode"], said

    def clear(self) -> None:
        """Remove its containers. Before their name server goes: the engine waits some
        seconds for answers that a member still wants from it."""
        for container in self.made:
            self.client.remove_container(container, force=True, v=True)
        self.made.clear()

    def _is_healthy(self, container: str) -> bool:
        state = self.client.inspect_container(container)["State"]
        assert state["Running"], self.output(container)[-2000:]
        return self.etcdctl(container, "endpoint", "health")[0] == 0


@contextmanager
def bridge(which: str = "old") -> Iterator[Bridge]:
    """On the old or the new engine; this thread is in the engine's network inside."""
    url = engine(which)
    with (
        network_of(which),
        closing(docker.APIClient(url, version="auto", timeout=60)) as client,
    ):
        made = _make_network(client)
        try:
            yield made
        finally:
            made.clear()
            client.remove_network(made.name)


def _make_network(client: docker.APIClient) -> Bridge:
    while True:
        name = f"meeting-{secrets.token_hex(4)}"
        prefix = f"10.{random.randrange(201, 251)}.{random.randrange(256)}"
        pool = {"Subnet": f"{prefix}.0/24", "Gateway": f"{prefix}.1"}
        try:
            client.create_network(name, "bridge", ipam={"Config": [pool]})
        except docker.errors.APIError as refusal:
            if "overlaps" not in str(refusal):
                raise
            continue
        return Bridge(
            name=name, subnet=pool["Subnet"], gateway=pool["Gateway"], client=client
        )


def _member_flags(name: str) -> tuple[str, ...]:
    return (
        f"--name={name.partition('.')[0]}",
        "--logger=zap",
        "--data-dir=/var/lib/etcd",
        "--listen-client-urls=http://0.0.0.0:2379",
        f"--advertise-client-urls=http://{name}:2379",
        "--listen-peer-urls=http://0.0.0.0:2380",
        f"--initial-advertise-peer-urls=http://{name}:2380",
    )
