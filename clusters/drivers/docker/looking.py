"""The verbs of the Docker driver that look and change nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

import docker.errors

from clusters.core.images import split_reference
from clusters.core.names import LABEL
from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    InstanceSeen,
    MemberReport,
    ObjectSeen,
)
from clusters.core.spec import CLIENT_PORT, PEER_PORT
from clusters.drivers.docker import archives, facts, inside, neighbours, recipe, seen
from clusters.drivers.docker.connection import Connection
from clusters.drivers.docker.pullable import Pullable
from clusters.drivers.ports import taken_ports
from clusters.etcd.client import probe
from clusters.etcd.peers import await_peer_answer, probe_proxy

_MOST_LINES = 1000
_LONGEST_LINE = 4000


class Looking:
    """One engine, as it is."""

    def __init__(self, engine: Connection, repository: str) -> None:
        self._engine = engine
        self._repository = repository
        self._pullable = Pullable(engine)
        self._own_ids = inside.own_ids()
        self._is_within: bool | None = None

    def facts(self) -> HostFacts:
        return facts.look(self._engine, self._repository, self._pullable)

    def find_image(self, reference: str) -> ImageSeen | None:
        with self._engine.asking() as client:
            try:
                image = client.inspect_image(  # type: ignore[no-untyped-call]
                    _exact(reference)
                )
            except docker.errors.NotFound:
                return None
        return seen.image_seen(image, reference)

    def find_network(self, name: str) -> ObjectSeen | None:
        """The engine's filter matches parts of names, and old engines allow two of one
        name: then one that the panel made is meant, or else the oldest."""
        found = self._network(name)
        return seen.network_seen(found) if found else None

    def subnets(self) -> tuple[str, ...]:
        with self._engine.asking() as client:
            listed = client.networks()
        return tuple(subnet for found in listed for subnet in seen.subnets_of(found))

    def network_subnet(self, name: str) -> str:
        found = self._network(name)
        return next(seen.subnets_of(found), "") if found else ""

    def address_of(self, network: str, name: str) -> str:
        with self._engine.asking() as client:
            return neighbours.address_of(client, network, name)

    def find_volume(self, name: str) -> ObjectSeen | None:
        with self._engine.asking() as client:
            try:
                return seen.volume_seen(client.inspect_volume(name))
            except docker.errors.NotFound:
                return None

    def find_instance(self, name: str) -> InstanceSeen | None:
        with self._engine.asking() as client:
            try:
                found = seen.instance_seen(client.inspect_container(name))
            except docker.errors.NotFound:
                return None
        # The engine also takes the beginning of an id for a name.
        return found if found.name == name else None

    def find_all(self, installation: str) -> tuple[InstanceSeen, ...]:
        label = f"{LABEL}.installation={installation}"
        with self._engine.asking() as client:
            listed = client.containers(all=True, filters={"label": [label]})
        return tuple(seen.instance_listed(container) for container in listed)

    def names_on_network(self, network: str) -> Mapping[str, str]:
        with self._engine.asking() as client:
            return neighbours.names_taken(client, network)

    def busy_ports(self, address: str, ports: Iterable[int]) -> Mapping[int, str]:
        wanted = tuple(ports)
        with self._engine.asking() as client:
            published = neighbours.published_ports(client, address, wanted)
        if not self._engine.dial().is_local:
            return published
        others = [port for port in wanted if port not in published]
        return {**taken_ports(address, others), **published}

    def is_inside(self, network: str) -> bool | None:
        own = self._own_container()
        return None if own is None else network in own["NetworkSettings"]["Networks"]

    def data_dir(self, volume: str) -> str:  # noqa: ARG002 (the same in every member)
        return recipe.DATA_DIR

    def files_dir(self, name: str) -> str:  # noqa: ARG002 (the same in every member)
        return f"{recipe.DATA_DIR}/{archives.FOLDER}"

    def log_tail(self, name: str, lines: int) -> tuple[str, ...]:
        with self._engine.asking() as client:
            try:
                written = client.logs(name, tail=min(lines, _MOST_LINES))
            except docker.errors.NotFound:
                return ()
        shown = written.decode(errors="replace").splitlines()[-lines:]
        return tuple(line[:_LONGEST_LINE] for line in shown)

    def endpoint(self, name: str, published: str) -> str:
        return self._reached(name, CLIENT_PORT, published)

    def probe(self, endpoint: str, timeout: float) -> MemberReport:
        return probe(endpoint, timeout)

    def published_udp(self, name: str, port: int) -> str:
        """Ports of a distant engine's own 127.0.0.1 are out of reach."""
        with self._engine.asking() as client:
            try:
                container = client.inspect_container(name)
            except docker.errors.NotFound:
                return ""
        if self._runs_inside():
            return seen.first_address(container, port)
        is_here = self._engine.dial().is_local
        return seen.published_udp(container, port) if is_here else ""

    def probe_proxy(self, endpoint: str, timeout: float) -> bool | None:
        return probe_proxy(endpoint, timeout)

    def await_peer_answer(self, name: str, published: str, seconds: float) -> bool:
        return await_peer_answer(self._reached(name, PEER_PORT, published), seconds)

    def _reached(self, name: str, port: int, published: str) -> str:
        """From within a container of the engine, members are reached by name."""
        return f"{name}:{port}" if self._runs_inside() else published

    def _runs_inside(self) -> bool:
        if self._is_within is None:
            self._is_within = self._own_container() is not None
        return self._is_within

    def _network(self, name: str) -> dict[str, Any] | None:
        with self._engine.asking() as client:
            listed = client.networks(names=[name])
        found = [network for network in listed if network["Name"] == name]
        found.sort(key=lambda n: (not _is_ours(n), n["Created"], n["Id"]))
        return found[0] if found else None

    def _own_container(self) -> dict[str, Any] | None:
        if not self._own_ids:
            return None
        with self._engine.asking() as client:
            return inside.own_container(client, self._own_ids)


def _exact(reference: str) -> str:
    """A digest says more than a tag, and not every engine takes both."""
    parts = split_reference(reference)
    return f"{parts[0]}@{parts[2]}" if parts and parts[2] else reference


def _is_ours(network: Mapping[str, Any]) -> bool:
    return f"{LABEL}.installation" in (network.get("Labels") or {})
