"""Submit to verified cluster, by a place to meet that is there already ÷ static.

Both sides are creates of the same panel, on the same host and of the same version. The
store is one that the panel runs; the zone is a person's own, whose name server answers
in this process, and has its records before the clock starts.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from clusters.core.meeting import AddressRecord, SrvRecord
from tests import parts
from tests.bench import pairs
from tests.bench.creates import SIZE, Creates, in_steps
from tests.bench.outcome import Outcome, of_ratios
from tests.bench.panel import running
from tests.bench.rest import Door
from tests.meeting.name_server import NameServer, name_server
from tests.meeting.resolver import resolver_of

TARGET = 1.25
ZONE = "bench.test"
# The loopback address whose port 53 the panel and its processes ask.
NAME_SERVER = "127.0.54.1"
LINES = ("3.5", "3.6", "3.7")

# What a mode adds to the body of a create.
Wanted = Callable[[dict[str, Any]], dict[str, Any]]


def measure(count: int) -> list[Outcome]:
    """Three modes, as processes."""
    with _panel() as (door, servers):
        v2 = _by_store(door, "local", "v2", count)
        v3 = _by_store(door, "local", "v3", count)
        return [v2, v3, _by_zone(door, servers, count)]


def measure_docker(count: int) -> list[Outcome]:
    """A store on the same engine, attached to the cluster's network while it forms."""
    with running(DOCKER_HOST=parts.engine("old")) as (_, door):
        door.usable_host("docker")
        return [_by_store(door, "docker", "v2", count)]


@contextmanager
def _panel() -> Iterator[tuple[Door, NameServer]]:
    """A panel whose machine asks a name server of ours, and so do its members."""
    folders = os.pathsep.join(str(parts.etcd_dir(line)) for line in LINES)
    with ExitStack() as stack:
        also = (NAME_SERVER, 53)
        servers = stack.enter_context(name_server(ZONE, also=also))
        stack.enter_context(resolver_of(NAME_SERVER))
        _, door = stack.enter_context(running(ETCDPANEL_ETCD_DIRS=folders))
        door.usable_host("local")
        yield door, servers


def _by_store(door: Door, host: str, protocol: str, count: int) -> Outcome:
    """etcd 3.7 has no v2 discovery, neither as a store nor as a member."""
    store, member = ("3.5", "3.6") if protocol == "v2" else ("3.7", "3.7")
    keeper = Creates(door, host, _version(store))
    name = f"store-{protocol}"

    def wanted(_: dict[str, Any]) -> dict[str, Any]:
        return {"discovery": {"store": name}}

    with keeper.store(name, protocol):
        place = f"a store of etcd {keeper.version}"
        made = _Made(door, host, _version(member), f"discovery_{protocol}", wanted)
        return made.outcome(count, place)


def _by_zone(door: Door, servers: NameServer, count: int) -> Outcome:
    def wanted(body: dict[str, Any]) -> dict[str, Any]:
        domain = f"{body['name']}.{ZONE}"
        servers.records += _records(domain, body["peer_ports"])
        return {"discovery": {"domain": domain}}

    made = _Made(door, "local", _version("3.7"), "dns_srv", wanted)
    return made.outcome(count, "a zone of our own")


class _Made:
    """Clusters of one mode and static ones, in turn."""

    def __init__(
        self, door: Door, host: str, version: str, mode: str, wanted: Wanted
    ) -> None:
        self.creates = Creates(door, host, version)
        self.mode = mode
        self.wanted = wanted

    def outcome(self, count: int, place: str) -> Outcome:
        for number in (-2, -1):  # the workers and the store's connections are warm then
            self.ours(number)
            self.theirs(number)
        found = pairs.ratios_of(pairs.in_turn(count, self.ours, self.theirs))
        creates = self.creates
        notes = [
            f"{SIZE} members of etcd {creates.version}, {place}",
            *in_steps(self.mode, "static", found["parts"]),
        ]
        kind = f"{self.mode}, {creates.host}"
        return of_ratios(kind, TARGET, found, notes)

    def ours(self, number: int) -> pairs.Timed:
        body = self.creates.body(f"{self.mode.replace('_', '-')}-{number + 3}")
        return self.creates.timed(body | {"bootstrap": self.mode} | self.wanted(body))

    def theirs(self, number: int) -> pairs.Timed:
        return self.creates.timed(self.creates.body(f"static-{number + 3}"))


def _records(domain: str, ports: list[int]) -> list[SrvRecord | AddressRecord]:
    """What the panel would print for a person to add to the zone."""
    name = f"_etcd-server._tcp.{domain}"
    found: list[SrvRecord | AddressRecord] = []
    for number, port in enumerate(ports, 1):
        target = f"etcd{number}.{domain}"
        found.append(SrvRecord(name=name, target=target, port=port))
        found.append(AddressRecord(name=target, address="127.0.0.1"))
    return found


def _version(line: str) -> str:
    return parts.etcd_dir(line).name
