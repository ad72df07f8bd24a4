"""What a request must fulfil before a cluster is drafted from it.

Each rule yields problems; a problem that may be accepted is a warning.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from clusters.core.errors import Problem
from clusters.core.images import image_problems
from clusters.core.names import RESERVED, is_label
from clusters.core.options import option_problems
from clusters.core.releases import (
    LINES,
    Version,
    advisories,
    known_version,
)
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.spec import BootstrapMode, HostKind
from clusters.core.text import Text, say
from clusters.core.topology import (
    FIRST_PORT,
    LARGEST_SIZE,
    LAST_PORT,
    SIZES,
    failures_survived,
    quorum,
)

_Value = TypeVar("_Value", str, int)
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,128}")
_NETWORK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def request_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer]
) -> Iterator[Problem]:
    """Everything wrong with a request, each problem at its field."""
    yield from _name_problems(request)
    yield from _size_problems(request)
    yield from _member_name_problems(request)
    yield from _bootstrap_problems(request)
    yield from _token_problems(request)
    yield from _host_problems(request, offers)
    yield from version_problems(request.version)
    yield from image_problems(request.image, request.version)
    yield from _address_problems(request)
    yield from _port_problems(request, offers)
    yield from option_problems(request.options, Version.parse(request.version))


def unaccepted(
    problems: Sequence[Problem], accept: Sequence[str]
) -> tuple[Problem, ...]:
    """The problems that stop a request: errors, and warnings nobody accepted."""
    return tuple(p for p in problems if not (p.can_accept and p.code in accept))


def _problem(field: str, code: str, text: Text) -> Problem:
    return Problem(field=field, code=code, text=text)


def _name_problems(request: ClusterRequest) -> Iterator[Problem]:
    if not is_label(request.name):
        yield _problem("name", "name_invalid", label_rule())
    elif request.name in RESERVED:
        yield _problem(
            "name",
            "name_reserved",
            say("“{name}” is reserved; choose another name.", name=request.name),
        )


def label_rule() -> Text:
    return say(
        "Use a-z, 0-9 and hyphens, at most 40 characters; begin with a letter and do"
        " not end with a hyphen."
    )


def _size_problems(request: ClusterRequest) -> Iterator[Problem]:
    size = request.size
    if size in SIZES:
        return
    if not 1 <= size <= LARGEST_SIZE:
        yield _problem("size", "size_invalid", say("Choose 1, 3, 5 or 7 members."))
        return
    yield Problem(field="size", code="size_even", text=even_size(size), can_accept=True)


def even_size(size: int) -> Text:
    """Why an even size is a bad idea, with its numbers."""
    return say(
        "{size} members need {quorum} to agree and survive {survived} failures, no more"
        " than {fewer} members do, and one more member can fail. Choose {fewer} or"
        " {more}, or accept “size_even”.",
        size=size,
        quorum=quorum(size),
        survived=failures_survived(size),
        fewer=size - 1,
        more=size + 1,
    )


def _member_name_problems(request: ClusterRequest) -> Iterator[Problem]:
    names = request.member_names
    if not names:
        return
    if len(names) != request.size:
        text = say(
            "{count} names for {size} members.", count=len(names), size=request.size
        )
        yield _problem("member_names", "member_names_count", text)
    for name in names:
        if not is_label(name):
            text = say("“{name}”: {rule}", name=name[:60], rule=label_rule())
            yield _problem("member_names", "member_name_invalid", text)
    for name in _repeated(names):
        text = say(
            "Two members are called {name}; etcd would take them for one.", name=name
        )
        yield _problem("member_names", "member_name_twice", text)


def _repeated(values: Sequence[_Value]) -> list[_Value]:
    return [value for value, count in Counter(values).items() if count > 1]


def _bootstrap_problems(request: ClusterRequest) -> Iterator[Problem]:
    modes = [mode.value for mode in BootstrapMode]
    if request.bootstrap not in modes:
        text = say("Choose one of: {names}.", names=", ".join(modes))
        yield _problem("bootstrap", "bootstrap_unknown", text)


def _token_problems(request: ClusterRequest) -> Iterator[Problem]:
    if request.cluster_token and not _TOKEN.fullmatch(request.cluster_token):
        text = say("Use letters, digits, dots, hyphens and underscores, at most 128.")
        yield _problem("cluster_token", "token_invalid", text)


def _host_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer]
) -> Iterator[Problem]:
    if not request.hosts:
        yield _problem("hosts", "host_missing", say("Choose at least one host."))
        return
    for name in request.hosts:
        if name not in offers:
            text = say(
                "There is no host {name}. Choose from: {names}.",
                name=name[:60],
                names=", ".join(sorted(offers)) or "-",
            )
            yield _problem("hosts", "host_unknown", text)
    chosen = [offers[name] for name in request.hosts if name in offers]
    yield from _usable_problems(chosen)
    yield from _mixture_problems(request, chosen)


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


def _mixture_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    kinds = {offer.kind for offer in chosen}
    if len(kinds) > 1:
        text = say("Processes and containers do not meet; choose hosts of one kind.")
        yield _problem("hosts", "hosts_mixed", text)
    if request.network and HostKind.PROCESS in kinds:
        text = say("Processes of this machine have no network of their own.")
        yield _problem("network", "network_on_processes", text)
    if request.network and not _NETWORK.fullmatch(request.network):
        text = say("Use letters, digits, dots, hyphens and underscores.")
        yield _problem("network", "network_invalid", text)
    if HostKind.DOCKER in kinds and len(set(request.hosts)) > 1 and not request.network:
        text = say(
            "Members on several engines need a network that spans them: name an"
            " attachable overlay network."
        )
        yield _problem("network", "network_missing", text)


def version_problems(written: str) -> Iterator[Problem]:
    """Unknown releases are refused; dangerous ones need to be accepted."""
    if not written:
        return
    version = known_version(written)
    if version is None:
        text = say(
            "etcd {version} is not a release this panel knows. Newest of each line:"
            " {newest}.",
            version=written[:40],
            newest=", ".join(str(line.newest) for line in LINES.values()),
        )
        yield _problem("version", "version_unknown", text)
        return
    for advisory in advisories(version):
        if advisory.must_accept:
            yield Problem(
                field="version",
                code=advisory.code,
                text=advisory.text,
                can_accept=True,
            )


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
    for field, ports in (
        ("client_ports", request.client_ports),
        ("peer_ports", request.peer_ports),
    ):
        if ports:
            yield from _port_list_problems(field, ports, request, offers)
    for port in set(request.client_ports) & set(request.peer_ports):
        text = say("Port {port} is both a client and a peer port.", port=port)
        yield _problem("peer_ports", "port_twice", text)


def _port_list_problems(
    field: str,
    ports: Sequence[int],
    request: ClusterRequest,
    offers: Mapping[str, HostOffer],
) -> Iterator[Problem]:
    if len(ports) != request.size:
        text = say(
            "{count} ports for {size} members.", count=len(ports), size=request.size
        )
        yield _problem(field, "ports_count", text)
    for port in _repeated(ports):
        text = say("Port {port} is named twice.", port=port)
        yield _problem(field, "port_twice", text)
    for index, port in enumerate(ports):
        if not FIRST_PORT <= port <= LAST_PORT:
            text = say(
                "Port {port} is outside {low}-{high}: higher ports may be taken by any"
                " outgoing connection.",
                port=port,
                low=FIRST_PORT,
                high=LAST_PORT,
            )
            yield _problem(field, "port_out_of_range", text)
        host = request.hosts[index % len(request.hosts)] if request.hosts else ""
        if host in offers and port in offers[host].leased:
            text = say(
                "Port {port} on {host} belongs to the cluster {cluster}.",
                port=port,
                host=host,
                cluster=offers[host].leased[port],
            )
            yield _problem(field, "port_leased", text)
