"""Whether the addresses that a zone names can be had on the members' network."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from clusters.core.findings import Finding, FindingLevel
from clusters.core.spec import ClusterSpec
from clusters.core.text import say
from clusters.drivers.base import Driver
from clusters.engine.job import Tools


def address_findings(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    """The subnet of a network of the cluster's own, or the place in an existing one."""
    for host in spec.hosts if spec.in_containers else ():
        driver = tools.drivers[host]
        if spec.network:
            yield from _inside(spec, host, driver)
        elif spec.ticket.subnet and driver.find_network(spec.network_name) is None:
            yield _subnet(spec, host, driver)


def _subnet(spec: ClusterSpec, host: str, driver: Driver) -> Finding:
    ticket = spec.ticket
    wanted = IPv4Network(ticket.subnet)
    others = [there for there in driver.subnets() if _overlaps(wanted, there)]
    if others:
        return Finding(
            code="subnet_taken",
            level=FindingLevel.BLOCK,
            text=say(
                "On {host} another network has {others}, which overlaps with {subnet}.",
                host=host,
                others=", ".join(others),
                subnet=ticket.subnet,
            ),
            advice=say(
                "Name another subnet, and change the zone if it has addresses of this"
                " one."
            ),
            host=host,
            data={"subnet": ticket.subnet, "taken": others},
        )
    text = say("The network gets the subnet {subnet}.", subnet=ticket.subnet)
    if ticket.dns_address:
        text = say(
            "The network gets the subnet {subnet}, the name server {address}.",
            subnet=ticket.subnet,
            address=ticket.dns_address,
        )
    return Finding(code="subnet_chosen", level=FindingLevel.PASS, text=text, host=host)


def _overlaps(wanted: IPv4Network, there: str) -> bool:
    try:
        return wanted.overlaps(IPv4Network(there, strict=False))
    except ValueError:  # IPv6
        return False


def _inside(spec: ClusterSpec, host: str, driver: Driver) -> Iterator[Finding]:
    subnet = driver.network_subnet(spec.network)
    if not subnet:
        return
    for member in spec.on(host):
        if member.address and IPv4Address(member.address) not in IPv4Network(subnet):
            yield Finding(
                code="address_outside",
                level=FindingLevel.BLOCK,
                text=say(
                    "{member} is to have {address}, but the network {network} is"
                    " {subnet}.",
                    member=member.name,
                    address=member.address,
                    network=spec.network,
                    subnet=subnet,
                ),
                advice=say("Give the members addresses of that subnet."),
                host=host,
                data={"member": member.name, "subnet": subnet},
            )
