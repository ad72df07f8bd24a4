"""A person's own name server as a container, at a static address of a network."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import docker

from clusters.core.meeting import AddressRecord, SrvRecord
from tests.meeting.program import await_true
from tests.parts import dnsmasq_image, engine


@dataclass(kw_only=True)
class Dnsmasq:
    """What runs it; `asked` is what it logged of each question."""

    name: str
    address: str
    engine: docker.APIClient = field(repr=False)

    @property
    def output(self) -> str:
        return self.engine.logs(self.name).decode()

    @property
    def asked(self) -> list[str]:
        return [line for line in self.output.splitlines() if ": query[" in line]

    def stop(self) -> None:
        self.engine.stop(self.name, timeout=1)

    def freeze(self) -> None:
        self.engine.pause(self.name)


@contextmanager
def dnsmasq_container(
    which: str,
    network: str,
    address: str,
    records: Iterable[SrvRecord | AddressRecord],
    *,
    domain: str,
) -> Iterator[Dnsmasq]:
    """On the old or the new engine, on a network with a subnet that was chosen."""
    with closing(docker.APIClient(engine(which), version="auto", timeout=60)) as client:
        name = f"meeting-dns-{secrets.token_hex(4)}"
        endpoint = {"IPAMConfig": {"IPv4Address": address}}
        body = {
            "Image": dnsmasq_image(which),
            "Cmd": [f"--local=/{domain}/", *map(_flag, records)],
            "HostConfig": {"NetworkMode": network},
            "NetworkingConfig": {"EndpointsConfig": {network: endpoint}},
        }
        client.create_container_from_config(body, name)
        try:
            client.start(name)
            server = Dnsmasq(name=name, address=address, engine=client)
            await_true(lambda: "started, version" in server.output)
            yield server
        finally:
            client.remove_container(name, force=True, v=True)


def _flag(record: SrvRecord | AddressRecord) -> str:
    if isinstance(record, AddressRecord):
        return f"--host-record={record.name},{record.address}"
    return (
        f"--srv-host={record.name},{record.target},{record.port}"
        f",{record.priority},{record.weight}"
    )
