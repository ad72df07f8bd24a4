"""What a request must fulfil about hosts, addresses and ports.

Members go to the hosts in turn; a port belongs to one host.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence

from clusters.core.errors import Problem
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.spec import HostKind
from clusters.core.text import Text, say
from clusters.core.topology import FIRST_PORT, LAST_PORT

_OBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def placement_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer]
) -> Iterator[Problem]:
    """Everything wrong with where members are to run and be reached."""
    yield from _host_problems(request, offers)
    yield from _address_problems(request)
    yield from _port_problems(request, offers)


def hosts_in_turn(request: ClusterRequest) -> tuple[str, ...]:
    """The hosts that members go to, one after the other and round again."""
    return tuple(dict.fromkeys(request.hosts))


def is_object_name(name: str) -> bool:
    """Whether an engine takes this for the name of a network or a volume."""
    return _OBJECT.fullmatch(name) is not None


def _problem(field: str, code: str, text: Text) -> Problem:
    return Problem(field=field, code=code, text=text)


def _host_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer]
) -> Iterator[Problem]:
    if not request.hosts:
        yield _problem("hosts", "host_missing", say("Choose at least one host."))
        return
    names = hosts_in_turn(request)
    for name in names:
        if name not in offers:
            text = say(
                "There is no host {name}. Choose from: {names}.",
                name=name[:60],
                names=", ".join(sorted(offers)) or "-",
            )
            yield _problem("hosts", "host_unknown", text)
    chosen = [offers[name] for name in names if name in offers]
    yield from _usable_problems(chosen)
    kinds = {offer.kind for offer in chosen}
    if len(kinds) > 1:
        text = say("Processes and containers do not meet; choose hosts of one kind.")
        yield _problem("hosts", "hosts_mixed", text)
    if HostKind.PROCESS in kinds:
        yield from _process_problems(request)
    yield from _network_problems(request, chosen)


def _usable_problems(chosen: Sequence[HostOffer]) -> Iterator[Problem]:
    for offer in chosen:
        if offer.facts is not None and not offer.facts.usable:
            text = say(
                "{host} can not be used: {reason} {cure}",
                host=offer.name,
                reason=offer.facts.reason,
                cure=offer.facts.cure,
            )
            yield _problem("hosts", offer.facts.code or "host_unusable", text)


def _process_problems(request: ClusterRequest) -> Iterator[Problem]:
    if request.network:
        text = say("Processes of this machine have no network of their own.")
        yield _problem("network", "network_on_processes", text)
    if request.image:
        text = say(
            "Processes of this machine run an installed etcd, not an image; choose a"
            " version instead."
        )
        yield _problem("image", "image_on_processes", text)


def _network_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    if request.network and not is_object_name(request.network):
        text = say("Use letters, digits, dots, hyphens and underscores.")
        yield _problem("network", "network_invalid", text)
    engines = [offer for offer in chosen if offer.kind == HostKind.DOCKER]
    if len(engines) > 1 and not request.network:
        text = say(
            "Members on several engines need a network that spans them: name an"
            " attachable overlay network."
        )
        yield _problem("network", "network_missing", text)


def _address_problems(request: ClusterRequest) -> Iterator[Problem]:
    try:
        address = ipaddress.ip_address(request.bind_address)
    except ValueError:
        text = say("Use an IP address of the host, such as 127.0.0.1.")
        yield _problem("bind_address", "address_invalid", text)
        return
    if address.version != 4:  # noqa: PLR2004 (IPv4)
        text = say("Use an IPv4 address.")
        yield _problem("bind_address", "address_invalid", text)
    elif not address.is_loopback:
        text = say(
            "Anybody who reaches {address} can read and write every key: there is no"
            " TLS and no login. Use 127.0.0.1, or accept “published_beyond_loopback”.",
            address=str(address),
        )
        yield Problem(
            field="bind_address",
            code="published_beyond_loopback",
            text=text,
            can_accept=True,
        )


def _port_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer]
) -> Iterator[Problem]:
    hosts = hosts_in_turn(request) or ("",)
    first_named: dict[tuple[str, int], str] = {}
    for field, ports in (
        ("client_ports", request.client_ports),
        ("peer_ports", request.peer_ports),
    ):
        count = request.size + request.extra_members
        if ports and len(ports) != count:
            text = say(
                "{count} ports for {size} members.", count=len(ports), size=count
            )
            yield _problem(field, "ports_count", text)
        for index, port in enumerate(ports):
            host = hosts[index % len(hosts)]
            yield from _one_port_problems(field, port, offers.get(host))
            if (host, port) in first_named:
                text = _twice(port, same_list=first_named[host, port] == field)
                yield _problem(field, "port_twice", text)
            first_named.setdefault((host, port), field)


def _twice(port: int, *, same_list: bool) -> Text:
    if same_list:
        return say("Port {port} is named twice.", port=port)
    return say("Port {port} is both a client and a peer port.", port=port)


def _one_port_problems(
    field: str, port: int, offer: HostOffer | None
) -> Iterator[Problem]:
    if not FIRST_PORT <= port <= LAST_PORT:
        text = say(
            "Port {port} is outside {low}-{high}: higher ports may be taken by any"
            " outgoing connection.",
            port=port,
            low=FIRST_PORT,
            high=LAST_PORT,
        )
        yield _problem(field, "port_out_of_range", text)
    if offer is not None and port in offer.leased:
        text = say(
            "Port {port} on {host} belongs to the cluster {cluster}.",
            port=port,
            host=offer.name,
            cluster=offer.leased[port],
        )
        yield _problem(field, "port_leased", text)
