"""What a request must fulfil about how its members meet.

Each rule yields problems at the fields of the request's `discovery`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from clusters.core.addresses import (
    is_loopback,
    origin_of,
    read_url,
    same_origin,
    url_problem,
)
from clusters.core.compatibility import misfit, proxy_misfit, store_misfit
from clusters.core.errors import Problem
from clusters.core.meeting import StoreProtocol
from clusters.core.releases import Version
from clusters.core.request import ClusterRequest, HostOffer, Places
from clusters.core.spec import BootstrapMode, HostKind
from clusters.core.srv_rules import srv_problems
from clusters.core.text import Text, say
from clusters.core.ticketing import member_address, store_of
from clusters.core.topology import BLOCK_MEMBERS, LARGEST_SIZE

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_V2_PATH = re.compile(r"/v2/keys(/[A-Za-z0-9_.-]+)+")
_PUBLIC_PATH = re.compile(r"/[0-9a-f]{32}")

FIELDS: dict[BootstrapMode, frozenset[str]] = {
    BootstrapMode.STATIC: frozenset(),
    BootstrapMode.DISCOVERY_V2: frozenset({"store", "url", "token"}),
    BootstrapMode.DISCOVERY_PUBLIC: frozenset({"service", "url"}),
    BootstrapMode.DISCOVERY_V3: frozenset({"store", "token"}),
    BootstrapMode.DNS_SRV: frozenset(
        {"domain", "service_name", "dns", "name_servers", "subnet", "addresses"}
    ),
}


def meeting_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer], places: Places
) -> Iterator[Problem]:
    """Everything wrong with how the members are to meet."""
    mode = BootstrapMode(request.bootstrap)
    yield from _stray_fields(request, mode)
    yield from _extra_problems(request)
    version = Version.parse(request.version)
    if version is not None:
        yield from version_misfits(request, version)
    chosen = [offers[name] for name in request.hosts if name in offers]
    if not chosen:
        return
    match mode:
        case BootstrapMode.STATIC:
            return
        case BootstrapMode.DISCOVERY_V2:
            yield from _store_problems(request, chosen, places, StoreProtocol.V2)
            yield from _url_problems(request, chosen)
            yield from _v2_path_problems(request)
        case BootstrapMode.DISCOVERY_PUBLIC:
            yield from _public_problems(request, chosen, places)
        case BootstrapMode.DISCOVERY_V3:
            yield from _store_problems(request, chosen, places, StoreProtocol.V3)
        case BootstrapMode.DNS_SRV:
            yield from srv_problems(request, chosen)


def version_misfits(request: ClusterRequest, version: Version) -> Iterator[Problem]:
    """Why a release does not fit the mode, the proxies or the store asked for."""
    if request.bootstrap not in set(BootstrapMode):
        return  # which is refused as such
    mode = BootstrapMode(request.bootstrap)
    if found := misfit(mode, version):
        yield _problem("bootstrap", found.code, found.text)
    if request.extra_members > 0 and (found := proxy_misfit(mode, version)):
        yield _problem("extra_members", found.code, found.text)
    if request.serves and (
        found := store_misfit(StoreProtocol(request.serves), version)
    ):
        yield _problem("version", found.code, found.text)


def fits(request: ClusterRequest, version: Version) -> bool:
    """Whether members of a release can do what the request asks."""
    return not any(True for _ in version_misfits(request, version))


def _problem(field: str, code: str, text: Text) -> Problem:
    return Problem(field=field, code=code, text=text)


def _stray_fields(request: ClusterRequest, mode: BootstrapMode) -> Iterator[Problem]:
    given = {name for name, value in asdict(request.discovery).items() if value}
    for name in sorted(given - FIELDS[mode]):
        text = say("The mode {mode} does not use this.", mode=mode.value)
        yield _problem(f"discovery.{name}", "discovery_field_unused", text)


def _extra_problems(request: ClusterRequest) -> Iterator[Problem]:
    extra = request.extra_members
    most = BLOCK_MEMBERS - min(max(request.size, 1), LARGEST_SIZE)
    if not 0 <= extra <= most:
        text = say("Choose 0 to {most} members beyond the size.", most=most)
        yield _problem("extra_members", "extra_members_invalid", text)


def _store_problems(
    request: ClusterRequest,
    chosen: Sequence[HostOffer],
    places: Places,
    protocol: StoreProtocol,
) -> Iterator[Problem]:
    asked = request.discovery
    if asked.token and not _TOKEN.fullmatch(asked.token):
        text = say("Use letters, digits, dots, hyphens and underscores, at most 128.")
        yield _problem("discovery.token", "ticket_invalid", text)
    if asked.url:
        return
    store = store_of(request, protocol, places)
    if store is None:
        yield _problem("discovery.store", *_no_store(asked.store, protocol))
        return
    if store.protocol != protocol:
        text = say(
            "{store} is a store for {has} discovery; this mode needs {needs}.",
            store=store.name,
            has=store.protocol,
            needs=protocol.value,
        )
        yield _problem("discovery.store", "store_protocol", text)
    elif not member_address(store, request, chosen):
        yield _problem("discovery.store", "store_out_of_reach", _far(store.name))


def _no_store(named: str, protocol: StoreProtocol) -> tuple[str, Text]:
    if named:
        text = say("There is no discovery store {name}.", name=named[:60])
        return "store_unknown", text
    text = say(
        "There is no discovery store for {protocol} yet. Make one first, or choose"
        " another mode.",
        protocol=protocol.value,
    )
    return "store_missing", text


def _far(name: str) -> Text:
    return say(
        "Members in containers can not reach the store {name}: it listens on its own"
        " machine's 127.0.0.1 only. Choose a store on the same engine.",
        name=name,
    )


def _url_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> Iterator[Problem]:
    """A discovery URL that a person brings."""
    asked = request.discovery
    if not asked.url:
        return
    for name in ("store", "token"):
        if getattr(asked, name):
            text = say("The discovery URL says this already; leave one of them out.")
            yield _problem(f"discovery.{name}", "discovery_said_twice", text)
    wrong = url_problem(asked.url)
    if wrong is not None:
        yield _problem("discovery.url", "discovery_url_invalid", wrong)
        return
    address = read_url(asked.url)
    if address and is_loopback(address.host) and chosen[0].kind != HostKind.PROCESS:
        yield _problem("discovery.url", "discovery_url_loopback", _own_loopback())


def _own_loopback() -> Text:
    return say(
        "In a container 127.0.0.1 is the container itself. Use an address that the"
        " members reach, such as the name of the store's container."
    )


def _v2_path_problems(request: ClusterRequest) -> Iterator[Problem]:
    url = request.discovery.url
    address = read_url(url) if url else None
    if address is None:
        return
    if not _V2_PATH.fullmatch(address.path):
        text = say(
            "The path of a token in a store begins with /v2/keys/, such as"
            " /v2/keys/discovery/TOKEN. A URL of the public service's kind belongs to"
            " the mode discovery_public."
        )
        yield _problem("discovery.url", "discovery_url_path", text)


def _public_problems(
    request: ClusterRequest, chosen: Sequence[HostOffer], places: Places
) -> Iterator[Problem]:
    asked = request.discovery
    service = asked.service or origin_of(asked.url) or places.public_service
    wrong = url_problem(service)
    if wrong is not None:
        yield _problem("discovery.service", "service_address_invalid", wrong)
        return
    address = read_url(service)
    if address and is_loopback(address.host) and chosen[0].kind != HostKind.PROCESS:
        yield _problem("discovery.service", "service_loopback", _own_loopback())
    yield from _url_problems(request, chosen)
    own = read_url(asked.url) if asked.url else None
    if own is None:
        return
    if asked.service and not same_origin(asked.url, service):
        text = say("The URL is not one of {service}.", service=service)
        yield _problem("discovery.url", "service_answer_foreign", text)
    elif not _PUBLIC_PATH.fullmatch(own.path):
        text = say("A token of the public service has 32 hexadecimal digits.")
        yield _problem("discovery.url", "discovery_url_path", text)
