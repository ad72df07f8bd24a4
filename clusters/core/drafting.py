"""Turn a request into a whole definition: choose version, names, hosts and ports."""

from collections.abc import Mapping, Sequence

from clusters.core.errors import Problem, SpecError
from clusters.core.images import image_version
from clusters.core.meeting_rules import fits, version_misfits
from clusters.core.names import default_member_names
from clusters.core.options import option_problems
from clusters.core.placement import hosts_in_turn
from clusters.core.releases import LINES, NEWEST, Version, known_version
from clusters.core.request import NOWHERE, ClusterRequest, HostOffer, Places
from clusters.core.rules import request_problems, unaccepted, version_problems
from clusters.core.spec import (
    BootstrapMode,
    ClusterSpec,
    HostKind,
    MemberSpec,
    Role,
)
from clusters.core.text import say
from clusters.core.ticketing import addressed, default_port_pair, draft_ticket
from clusters.core.topology import free_block

ANYTHING = ClusterRequest(name="")


def draft(
    request: ClusterRequest, offers: Mapping[str, HostOffer], places: Places = NOWHERE
) -> ClusterSpec:
    """The definition for a request; SpecError with every problem when it has any."""
    found = tuple(request_problems(request, offers, places))
    problems = unaccepted(found, request.accept)
    if problems:
        raise SpecError(problems)
    chosen = [offers[name] for name in hosts_in_turn(request)]
    version = _version(request, chosen)
    ticket = draft_ticket(request, chosen, places)
    return ClusterSpec(
        name=request.name,
        size=request.size,
        version=str(version),
        host_kind=chosen[0].kind,
        members=addressed(_members(request, chosen), request, ticket),
        token=request.cluster_token or request.name,
        bootstrap=BootstrapMode(request.bootstrap),
        image=request.image,
        bind_address=request.bind_address,
        network=request.network,
        options=dict(request.options),
        ticket=ticket,
        serves=request.serves,
        store_volume=request.volume,
    )


def default_version(
    offers: Sequence[HostOffer], request: ClusterRequest = ANYTHING
) -> Version:
    """The newest release that every chosen host has or can get, and that can do what
    is asked; if none is at hand, the newest that there is."""
    offered = [_offered(offer) for offer in offers if offer.facts is not None]
    common = set.intersection(*offered) if offered else set()
    able = [version for version in common if fits(request, version)]
    newest = [line.newest for line in LINES.values() if fits(request, line.newest)]
    return max(able, default=max(newest, default=NEWEST))


def _offered(offer: HostOffer) -> set[Version]:
    facts = offer.facts
    written = (*facts.versions, *facts.pullable) if facts else ()
    return {version for text in written if (version := known_version(text))}


def _version(request: ClusterRequest, chosen: Sequence[HostOffer]) -> Version:
    asked = known_version(request.version) or image_version(request.image)
    version = asked or default_version(chosen, request)
    dangers = unaccepted(tuple(version_problems(str(version))), request.accept)
    misfits = tuple(version_misfits(request, version))
    missing = tuple(p for offer in chosen if (p := _not_there(version, offer)))
    too_new = tuple(option_problems(request.options, version))
    problems = (*misfits, *dangers, *missing, *too_new)
    if problems:
        raise SpecError(problems)
    return version


def _not_there(version: Version, offer: HostOffer) -> Problem | None:
    """A process host runs what is installed; an engine can pull."""
    if offer.kind != HostKind.PROCESS or offer.facts is None:
        return None
    if str(version) in offer.facts.versions:
        return None
    return Problem(
        field="version",
        code="version_not_on_host",
        text=say(
            "{host} has no etcd {version}. It has: {versions}.",
            host=offer.name,
            version=str(version),
            versions=", ".join(offer.facts.versions) or "-",
        ),
    )


def _members(
    request: ClusterRequest, chosen: Sequence[HostOffer]
) -> tuple[MemberSpec, ...]:
    """Members go to the hosts in turn; each host lends one block of ports."""
    count = request.size + request.extra_members
    names = request.member_names or default_member_names(count)
    blocks = {offer.name: _block(request, offer) for offer in chosen}
    members = []
    for index, name in enumerate(names):
        offer = chosen[index % len(chosen)]
        client, peer = blocks[offer.name][index]
        members.append(
            MemberSpec(
                name=name,
                host=offer.name,
                client_port=_given(request.client_ports, index, client),
                peer_port=_given(request.peer_ports, index, peer),
                role=Role.VOTER if index < request.size else Role.PROXY,
            )
        )
    return tuple(members)


def _given(ports: Sequence[int], index: int, otherwise: int) -> int:
    return ports[index] if ports else otherwise


def _block(request: ClusterRequest, offer: HostOffer) -> tuple[tuple[int, int], ...]:
    named = {*request.client_ports, *request.peer_ports}
    usual = default_port_pair(offer.leased) if request.serves else None
    if usual is not None and not _crosses(usual, request):
        return (usual,)
    count = request.size + request.extra_members
    block = free_block(count, {*offer.leased, *named})
    if block is None:
        text = say("{host} has no free block of ports left.", host=offer.name)
        raise SpecError([Problem(field="hosts", code="ports_used_up", text=text)])
    return block


def _crosses(pair: tuple[int, int], request: ClusterRequest) -> bool:
    """Whether a port was named for clients that the pair has for peers, or so."""
    client, peer = pair
    return client in request.peer_ports or peer in request.client_ports
