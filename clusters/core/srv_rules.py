"""What a request must fulfil whose members meet by SRV records of a domain."""

from collections.abc import Iterator, Sequence

from clusters.core.errors import Problem
from clusters.core.meeting import DnsKind
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.spec import HostKind
from clusters.core.subnets import address_problems, subnet_problem
from clusters.core.text import say
from clusters.core.ticketing import dns_kind
from clusters.core.zone import (
    domain_problem,
    name_server_problem,
    service_name_problem,
)

# On an existing network only the engine knows the subnet; it is asked before a start.
ANYWHERE = "0.0.0.0/0"


def srv_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    asked = request.discovery
    if not asked.domain:
        text = say("Name the domain of the SRV records, such as etcd.example.com.")
        yield Problem(field="discovery.domain", code="domain_missing", text=text)
    elif wrong := domain_problem(asked.domain):
        yield Problem(field="discovery.domain", code="domain_invalid", text=wrong)
    if asked.service_name and (wrong := service_name_problem(asked.service_name)):
        yield Problem(
            field="discovery.service_name", code="service_name_invalid", text=wrong
        )
    if asked.dns and asked.dns not in {kind.value for kind in DnsKind}:
        names = ", ".join(kind.value for kind in DnsKind)
        text = say("Choose one of: {names}.", names=names)
        yield Problem(field="discovery.dns", code="dns_unknown", text=text)
        return
    yield from _name_server_problems(request, chosen)
    yield from _managed_problems(request, chosen)
    yield from _address_problems(request, chosen)


def _name_server_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    servers = request.discovery.name_servers
    for server in servers:
        if wrong := name_server_problem(server):
            yield Problem(
                field="discovery.name_servers", code="name_server_invalid", text=wrong
            )
    if servers and chosen[0].kind == HostKind.PROCESS:
        text = say(
            "Processes ask the name servers of their machine; they can not be given"
            " others."
        )
        yield Problem(
            field="discovery.name_servers", code="name_servers_on_processes", text=text
        )


def _managed_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    if dns_kind(request, chosen) != DnsKind.MANAGED:
        return
    if chosen[0].kind == HostKind.PROCESS:
        text = say(
            "A name server of the panel's own needs containers; processes ask the name"
            " servers of their machine. Choose an external zone."
        )
        yield Problem(field="discovery.dns", code="dns_managed_on_processes", text=text)
    if request.network or len(chosen) > 1:
        text = say(
            "The panel's own name server runs on a network of the cluster's own, on"
            " one engine. Leave the network empty, or choose an external zone."
        )
        yield Problem(field="network", code="dns_managed_elsewhere", text=text)


def _address_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    asked = request.discovery
    if chosen[0].kind == HostKind.PROCESS:
        for name in ("subnet", "addresses"):
            if getattr(asked, name):
                text = say("Processes have the bind address; leave this empty.")
                yield Problem(
                    field=f"discovery.{name}", code="addresses_on_processes", text=text
                )
        return
    yield from _container_problems(request)


def _container_problems(request: ClusterRequest) -> Iterator[Problem]:
    """Containers have lasting addresses, which the zone names."""
    asked = request.discovery
    if request.network and not asked.addresses:
        text = say(
            "On an existing network, name an address for each member: the zone must"
            " name them too."
        )
        yield Problem(field="discovery.addresses", code="addresses_missing", text=text)
    count = request.size + request.extra_members
    if asked.subnet and (wrong := subnet_problem(asked.subnet, count)):
        yield Problem(field="discovery.subnet", code="subnet_invalid", text=wrong)
    elif asked.addresses and not asked.subnet and not request.network:
        text = say(
            "Name the subnet that these addresses are in, such as 10.213.7.0/24."
        )
        yield Problem(field="discovery.subnet", code="subnet_missing", text=text)
    elif asked.addresses:
        within = asked.subnet or ANYWHERE
        for wrong in address_problems(within, asked.addresses, count):
            yield Problem(
                field="discovery.addresses", code="addresses_invalid", text=wrong
            )
