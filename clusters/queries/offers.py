"""Hosts as a draft needs them."""

from collections.abc import Mapping

from clusters.core.observed import HostFacts
from clusters.core.request import HostOffer
from clusters.core.spec import HostKind
from clusters.models import Host, PortLease


def host_offers() -> dict[str, HostOffer]:
    """Every host with what was last seen of it and the ports it has lent."""
    leased: dict[int, dict[int, str]] = {}
    rows = PortLease.objects.values_list("host_id", "port", "member__cluster__name")
    for host_id, port, cluster in rows:
        leased.setdefault(host_id, {})[port] = cluster
    hosts = Host.objects.select_related("observation")
    return {host.name: _offer(host, leased.get(host.pk, {})) for host in hosts}


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
