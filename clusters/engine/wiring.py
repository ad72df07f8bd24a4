"""The one place that chooses implementations and reads settings."""

import functools
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from clusters.core.observed import HostFacts
from clusters.core.spec import BootstrapMode, ClusterSpec, HostKind
from clusters.discovery.base import Discovery
from clusters.discovery.static import StaticDiscovery
from clusters.drivers.base import Driver
from clusters.drivers.docker import DockerDriver
from clusters.drivers.memory import MemoryDriver
from clusters.drivers.process import ProcessDriver
from clusters.engine.job import Tools
from clusters.models import Host, Installation

DISCOVERIES: dict[BootstrapMode, Discovery] = {
    BootstrapMode.STATIC: StaticDiscovery(),
}


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
    return Tools(
        drivers={name: driver_for(host) for name, host in found.items()},
        discovery=DISCOVERIES[spec.bootstrap],
        installation=Installation.mark(),
        facts=_facts(found.values()),
        repositories={name: repository_of(host) for name, host in found.items()},
        bootstrap_limit=timedelta(seconds=settings.PANEL_BOOTSTRAP_SECONDS),
    )


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
