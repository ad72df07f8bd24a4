"""Hosts as a draft needs them."""

from collections.abc import Mapping

from clusters.core.observed import HostFacts
from clusters.core.request import HostOffer
from clusters.core.spec import HostKind
from clusters.models import Host, PortLease


def host_offers() -> dict[str, HostOffer]:
    """Every host with what was last seen of it and the ports lent on its machine."""
    hosts = Host.objects.select_related("observation")
    machines = {host.pk: _machine(host) for host in hosts}
    leased: dict[str, dict[int, str]] = {}
    rows = PortLease.objects.filter(host__in=machines).values_list(
        "host_id", "port", "member__cluster__name"
    )
    for host_id, port, cluster in rows:
        leased.setdefault(machines[host_id], {})[port] = cluster
    return {
        host.name: _offer(host, leased.get(machines[host.pk], {})) for host in hosts
    }


def _machine(host: Host) -> str:
    """Hosts of one machine share its ports: processes, and an engine on a socket."""
    local = host.kind == HostKind.PROCESS or (
        host.kind == HostKind.DOCKER
        and (not host.address or host.address.startswith(("unix://", "npipe://")))
    )
    return "" if local else host.address or host.name


def _offer(host: Host, leased: Mapping[int, str]) -> HostOffer:
    facts = _facts(host)
    seen = facts.repository if facts else ""
    return HostOffer(
        name=host.name,
        kind=HostKind(host.kind),
        image_repository=host.image_repository or seen,
        facts=facts,
        leased=leased,
    )


def _facts(host: Host) -> HostFacts | None:
    seen = getattr(host, "observation", None)
    return HostFacts.from_json(seen.facts) if seen else None
