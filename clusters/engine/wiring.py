"""The one place that chooses implementations and reads settings."""

import functools
import os
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from clusters.core.meeting import OPEN_ACCESS, StoreAccess, StoreProtocol, Ticket
from clusters.core.observed import HostFacts
from clusters.core.request import StoreOffer
from clusters.core.spec import (
    BY_REGISTRY,
    BootstrapMode,
    ClusterSpec,
    HostKind,
    MemberSpec,
)
from clusters.discovery.base import (
    Discovery,
    NameServers,
    WritableRegistry,
)
from clusters.discovery.dns import Resolver
from clusters.discovery.memory import MemoryRegistry, MemoryResolver
from clusters.discovery.public import PublicService
from clusters.discovery.records import SrvDiscovery
from clusters.discovery.registering import RegistryDiscovery
from clusters.discovery.static import StaticDiscovery
from clusters.discovery.v2 import V2Store
from clusters.discovery.v3 import V3Store
from clusters.drivers.base import Driver
from clusters.drivers.docker import DockerDriver
from clusters.drivers.memory import MemoryDriver
from clusters.drivers.process import ProcessDriver
from clusters.engine.job import Tools
from clusters.engine.meeting import Meeting
from clusters.engine.reaching import panel_address, stranger_address
from clusters.models import Host, Installation, Store


def lease() -> timedelta:
    """How long a claim lasts without a heartbeat."""
    return timedelta(seconds=settings.PANEL_LEASE_SECONDS)


def threads() -> int:
    """How many steps of one operation run side by side."""
    return int(settings.PANEL_WORKER_THREADS)


def driver_for(host: Host) -> Driver:
    """The driver of a host; each process has its own, for channels do not fork."""
    return _driver(os.getpid(), host.kind, host.name, host.address, repository_of(host))


def repository_of(host: Host) -> str:
    return host.image_repository or str(settings.PANEL_ETCD_IMAGE)


def tools_for(spec: ClusterSpec) -> Tools:
    """Everything outside that one cluster needs."""
    hosts = Host.objects.select_related("observation").filter(name__in=spec.hosts)
    found = {host.name: host for host in hosts}
    drivers = {name: driver_for(host) for name, host in found.items()}
    meeting = _meeting(spec, drivers)
    return Tools(
        drivers=drivers,
        discovery=_discovery(spec, meeting.access, drivers),
        meeting=meeting,
        installation=Installation.mark(),
        facts=_facts(found.values()),
        repositories={name: repository_of(host) for name, host in found.items()},
        bootstrap_limit=timedelta(seconds=settings.PANEL_BOOTSTRAP_SECONDS),
    )


def registry_of(store: Store) -> WritableRegistry:
    """A discovery store, as the panel reaches it."""
    offer = store.to_offer()
    return _store(offer, store.access, pretended=offer.host_kind == HostKind.MEMORY)


def _meeting(spec: ClusterSpec, drivers: Mapping[str, Driver]) -> Meeting:
    rows = Store.objects.select_related("cluster")
    store = rows.filter(name=spec.ticket.store).first() if spec.ticket.store else None
    offer = store.to_offer() if store else None
    # A lost key must not keep a cluster from being watched or deleted; whoever dials
    # the store is told.
    access = store.access if store and not store.lost_key else OPEN_ACCESS
    pretended = spec.host_kind == HostKind.MEMORY
    driver = drivers.get(spec.hosts[0])

    def open_store(ticket: Ticket) -> WritableRegistry:
        if store is not None and offer is not None:
            return _store(offer, store.access, pretended=pretended)
        if pretended:
            return MemoryRegistry(settings.PANEL_MEMORY_SOCKET)
        return _v2(os.getpid(), stranger_address(ticket, spec.network, driver))

    return Meeting(
        store=open_store,
        service=_pretended if pretended else _service,
        issuer=_pretended if pretended else _service,
        name_servers=_pretended_servers if pretended else _servers,
        offer=offer,
        access=access,
        dns_image=str(settings.PANEL_DNS_IMAGE),
    )


def _discovery(
    spec: ClusterSpec, access: StoreAccess, drivers: Mapping[str, Driver]
) -> Discovery:
    def files_of(member: MemberSpec) -> str:
        return drivers[member.host].files_dir(spec.instance(member))

    if spec.bootstrap in BY_REGISTRY:
        return RegistryDiscovery(access, files_of)
    is_srv = spec.bootstrap == BootstrapMode.DNS_SRV
    return SrvDiscovery() if is_srv else StaticDiscovery()


def _driver_of(offer: StoreOffer) -> Driver | None:
    """The driver of a managed store in a container, whose name the panel may dial."""
    if offer.host_kind in {None, HostKind.PROCESS}:
        return None
    host = Host.objects.filter(name=offer.host).first()
    return driver_for(host) if host else None


def _store(
    offer: StoreOffer, access: StoreAccess, *, pretended: bool
) -> WritableRegistry:
    if pretended:
        return MemoryRegistry(settings.PANEL_MEMORY_SOCKET)
    address = panel_address(offer, _driver_of(offer))
    if offer.protocol == StoreProtocol.V3:
        return _v3(os.getpid(), tuple(address.split(",")), access)
    return _v2(os.getpid(), address)


# Opened once in each process: members register within milliseconds of one another, and
# who waits for them asks again and again.


@functools.lru_cache(maxsize=64)
def _v2(pid: int, address: str) -> V2Store:  # noqa: ARG001 (pid: as for drivers)
    return V2Store(address)


@functools.lru_cache(maxsize=64)
def _v3(pid: int, endpoints: tuple[str, ...], access: StoreAccess) -> V3Store:  # noqa: ARG001
    return V3Store(endpoints, access)


@functools.lru_cache(maxsize=64)
def _opened_service(pid: int, address: str) -> PublicService:  # noqa: ARG001
    return PublicService(address)


def _service(address: str) -> PublicService:
    return _opened_service(os.getpid(), address)


def _pretended(address: str) -> MemoryRegistry:
    return MemoryRegistry(settings.PANEL_MEMORY_SOCKET, address)


def _servers(addresses: tuple[str, ...]) -> NameServers:
    return Resolver(addresses)


def _pretended_servers(addresses: tuple[str, ...]) -> NameServers:
    return MemoryResolver(settings.PANEL_MEMORY_SOCKET, addresses)


def _facts(hosts: Iterable[Host]) -> dict[str, HostFacts]:
    return {
        host.name: HostFacts.from_json(host.observation.facts)
        for host in hosts
        if hasattr(host, "observation")
    }


@functools.lru_cache(maxsize=256)
def _driver(pid: int, kind: str, name: str, address: str, repository: str) -> Driver:  # noqa: ARG001 (pid: after a fork, a driver of its own)
    match HostKind(kind):
        case HostKind.MEMORY:
            return MemoryDriver(address or settings.PANEL_MEMORY_SOCKET)
        case HostKind.PROCESS:
            root = Path(settings.PANEL_HOME) / "hosts" / name
            return ProcessDriver(root, tuple(settings.PANEL_ETCD_DIRS))
        case HostKind.DOCKER:
            return DockerDriver(address, repository=repository)
