"""What the members of a request will be handed to meet: the ticket, as drafted.

A fresh token is not chosen here: each attempt gets its own, when its plan is frozen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clusters.core.addresses import is_loopback, origin_of, read_url
from clusters.core.errors import Problem, SpecError
from clusters.core.meeting import (
    NO_TICKET,
    REGISTRY,
    V2_KEYS,
    DnsKind,
    StoreProtocol,
    Ticket,
)
from clusters.core.request import ClusterRequest, HostOffer, Places, StoreOffer
from clusters.core.spec import (
    ANY_ADDRESS,
    CLIENT_PORT,
    LOOPBACK,
    BootstrapMode,
    HostKind,
    MemberSpec,
)
from clusters.core.subnets import addresses_in, free_subnet
from clusters.core.text import say
from clusters.core.zone import plain_domain


def draft_ticket(
    request: ClusterRequest, chosen: Sequence[HostOffer], places: Places
) -> Ticket:
    """The ticket of a request whose problems are none."""
    match BootstrapMode(request.bootstrap):
        case BootstrapMode.STATIC:
            return NO_TICKET
        case BootstrapMode.DISCOVERY_V2:
            return _v2(request, chosen, places)
        case BootstrapMode.DISCOVERY_PUBLIC:
            url = request.discovery.url
            asked = request.discovery.service or origin_of(url)
            service = asked or places.public_service
            return Ticket(service=service.rstrip("/"), url=url, is_own=bool(url))
        case BootstrapMode.DISCOVERY_V3:
            return _v3(request, chosen, places)
        case BootstrapMode.DNS_SRV:
            return _srv(request, chosen, places)


def with_token(ticket: Ticket, mode: BootstrapMode, token: str) -> Ticket:
    """The ticket with a token of this attempt."""
    if mode == BootstrapMode.DISCOVERY_V3:
        return replace(ticket, token=token)
    return replace(ticket, url=v2_url(ticket.endpoints[0], token))


def v2_url(endpoint: str, token: str) -> str:
    """The discovery URL of a token that this panel chose, at a store of etcd's."""
    return f"{endpoint.rstrip('/')}{V2_KEYS}{REGISTRY}/{token}"


def path_of(url: str) -> str:
    """The path of a discovery URL, by which its registry knows the token."""
    address = read_url(url)
    return address.path if address else ""


def store_of(
    request: ClusterRequest, protocol: StoreProtocol, places: Places
) -> StoreOffer | None:
    """The store a request names, or the only sensible one when it names none.

    A store on the same host comes first: its members reach it in any case.
    """
    named = request.discovery.store
    if named:
        return places.stores.get(named)
    fitting = [s for s in places.stores.values() if s.protocol == protocol]
    fitting.sort(key=lambda s: (s.host not in request.hosts, not s.is_ready, s.name))
    return next(iter(fitting), None)


def owner_of(url: str, places: Places) -> StoreOffer | None:
    """The store of this panel that answers at a URL, by whichever of its addresses."""
    origin = origin_of(url)
    return next((s for s in places.stores.values() if origin in _origins(s)), None)


def member_address(
    store: StoreOffer, request: ClusterRequest, chosen: Sequence[HostOffer]
) -> str:
    """Where the members of a request reach a store; empty when they can not."""
    if not store.is_managed:
        return _from_outside(store, chosen)
    if store.host_kind == HostKind.PROCESS or chosen[0].kind == HostKind.PROCESS:
        return _published(store, chosen)
    if shares_network(store, request) or attach_host(store, request, chosen):
        return f"http://{store.name}:{CLIENT_PORT}"
    return _published(store, chosen)


def _from_outside(store: StoreOffer, chosen: Sequence[HostOffer]) -> str:
    """A store that is there already; in a container 127.0.0.1 is the container."""
    read = [read_url(url) for url in store.member_url.split(",")]
    near = any(address and is_loopback(address.host) for address in read)
    in_containers = chosen[0].kind != HostKind.PROCESS
    return "" if near and in_containers else store.member_url


def shares_network(store: StoreOffer, request: ClusterRequest) -> bool:
    return bool(request.network) and request.network == store.network


def attach_host(
    store: StoreOffer | None, request: ClusterRequest, chosen: Sequence[HostOffer]
) -> str:
    """The host on which a store's container must join the members' network."""
    if store is None or store.host_kind in {None, HostKind.PROCESS}:
        return ""
    is_beside = any(offer.name == store.host for offer in chosen)
    return "" if not is_beside or shares_network(store, request) else store.host


def _published(store: StoreOffer, chosen: Sequence[HostOffer]) -> str:
    """By a port of its host: processes of this machine reach any, containers only
    those that are published beyond loopback."""
    if chosen[0].kind == HostKind.PROCESS:
        dial = LOOPBACK if store.bind_address == ANY_ADDRESS else store.bind_address
        return f"http://{dial}:{store.client_port}"
    if store.bind_address in {LOOPBACK, ANY_ADDRESS}:
        return ""
    return f"http://{store.bind_address}:{store.client_port}"


def _origins(store: StoreOffer) -> set[str]:
    found = {store.panel_url, store.member_url}
    if store.is_managed:
        found.add(f"http://{store.name}:{CLIENT_PORT}")
        found.add(f"http://{store.bind_address}:{store.client_port}")
    return {origin_of(url) for url in found if url}


def _v2(request: ClusterRequest, chosen: Sequence[HostOffer], places: Places) -> Ticket:
    own = request.discovery.url
    store = (
        owner_of(own, places) if own else store_of(request, StoreProtocol.V2, places)
    )
    attach_on = attach_host(store, request, chosen)
    name = store.name if store else ""
    if own:
        return Ticket(store=name, url=own, is_own=True, attach_on=attach_on)
    endpoint = member_address(store, request, chosen) if store else ""
    token = request.discovery.token
    return Ticket(
        store=name,
        url=v2_url(endpoint, token) if token else "",
        endpoints=(endpoint,),
        is_own=bool(token),
        attach_on=attach_on if store and store.is_managed else "",
    )


def _v3(request: ClusterRequest, chosen: Sequence[HostOffer], places: Places) -> Ticket:
    store = store_of(request, StoreProtocol.V3, places)
    endpoint = member_address(store, request, chosen) if store else ""
    return Ticket(
        store=store.name if store else "",
        token=request.discovery.token,
        endpoints=tuple(filter(None, endpoint.split(","))),
        is_own=bool(request.discovery.token),
        attach_on=attach_host(store, request, chosen),
    )


def dns_kind(request: ClusterRequest, chosen: Sequence[HostOffer]) -> DnsKind:
    """Who keeps the zone: as asked; else the panel, where it can."""
    asked = request.discovery
    if asked.dns:
        return DnsKind(asked.dns)
    by_panel = chosen[0].kind != HostKind.PROCESS and not (
        asked.name_servers or request.network or len(chosen) > 1
    )
    return DnsKind.MANAGED if by_panel else DnsKind.EXTERNAL


def _srv(
    request: ClusterRequest, chosen: Sequence[HostOffer], places: Places
) -> Ticket:
    asked = request.discovery
    kind = dns_kind(request, chosen)
    subnet = _subnet(request, chosen, places)
    is_managed = kind == DnsKind.MANAGED
    dns_address = addresses_in(subnet, 1)[0] if is_managed else ""
    return Ticket(
        domain=plain_domain(asked.domain),
        service_name=asked.service_name,
        dns=kind.value,
        name_servers=(dns_address,) if is_managed else asked.name_servers,
        subnet=subnet,
        dns_address=dns_address,
    )


def _subnet(
    request: ClusterRequest, chosen: Sequence[HostOffer], places: Places
) -> str:
    """The subnet of a network that the panel makes; containers need lasting
    addresses in it, for the zone names them."""
    if chosen[0].kind == HostKind.PROCESS or request.network:
        return ""
    if request.discovery.subnet:
        return request.discovery.subnet
    found = free_subnet(places.subnets, request.name)
    if found is None:
        text = say("There is no free subnet left for the cluster's network.")
        problem = Problem(field="discovery.subnet", code="subnets_used_up", text=text)
        raise SpecError([problem])
    return found


def addressed(
    members: Sequence[MemberSpec], request: ClusterRequest, ticket: Ticket
) -> tuple[MemberSpec, ...]:
    """The members with the addresses that the zone names, where they run in
    containers."""
    asked = request.discovery.addresses
    if not asked and not ticket.subnet:
        return tuple(members)
    found = asked or addresses_in(ticket.subnet, len(members))[1]
    return tuple(
        replace(member, address=address)
        for member, address in zip(members, found, strict=True)
    )


def default_port_pair(leased: Mapping[int, str]) -> tuple[int, int] | None:
    """The ports that tutorials give to a discovery store, when they are free."""
    pair = (23790, 23800)
    return None if any(port in leased for port in pair) else pair
