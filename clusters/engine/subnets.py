"""Before the plan is frozen, a subnet that an engine uses already is exchanged."""

from dataclasses import replace

from clusters.core.meeting import DnsKind
from clusters.core.request import ClusterRequest
from clusters.core.spec import ClusterSpec
from clusters.core.subnets import addresses_in, free_subnet
from clusters.engine.job import Tools
from clusters.models import Cluster, Operation
from clusters.models.operation import ACTIVE


def settle_subnet(cluster: Cluster, spec: ClusterSpec, tools: Tools) -> ClusterSpec:
    """The definition on a subnet that is free on its host.

    One that a person named stays, and so do the addresses of a zone that a person
    keeps: the check says so when they are taken.
    """
    if spec.ticket.dns != DnsKind.MANAGED or _was_named(cluster):
        return spec
    driver = tools.drivers[spec.hosts[0]]
    made = driver.find_network(spec.network_name)
    if made is not None and made.belongs_to(tools.installation, spec.name):
        return spec  # by an attempt before, with these addresses
    taken = driver.subnets()
    lent = Cluster.objects.exclude(pk=cluster.pk).exclude(ticket={})
    others = [t["subnet"] for t in lent.values_list("ticket", flat=True)]
    subnet = free_subnet([*taken, *filter(None, others)], spec.name)
    if subnet is None or subnet == spec.ticket.subnet:
        return spec
    return _moved(cluster, spec, subnet)


def _was_named(cluster: Cluster) -> bool:
    asked = Operation.objects.filter(cluster=cluster, state__in=ACTIVE).first()
    if asked is None:
        return False
    discovery = ClusterRequest.from_json(asked.request).discovery
    return bool(discovery.subnet or discovery.addresses)


def _moved(cluster: Cluster, spec: ClusterSpec, subnet: str) -> ClusterSpec:
    dns_address, addresses = addresses_in(subnet, len(spec.members))
    ticket = replace(
        spec.ticket,
        subnet=subnet,
        dns_address=dns_address,
        name_servers=(dns_address,),
    )
    members = tuple(
        replace(member, address=address)
        for member, address in zip(spec.members, addresses, strict=True)
    )
    Cluster.objects.filter(pk=cluster.pk).update(ticket=ticket.as_json())
    for member in members:
        cluster.members.filter(name=member.name).update(address=member.address)
    return replace(spec, ticket=ticket, members=members)
