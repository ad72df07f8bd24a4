"""Turn a request into a whole definition: choose version, names, hosts and ports."""

from collections.abc import Mapping, Sequence

from clusters.core.errors import Problem, SpecError
from clusters.core.images import image_version
from clusters.core.names import default_member_names
from clusters.core.options import option_problems
from clusters.core.placement import hosts_in_turn
from clusters.core.releases import NEWEST, Version, known_version
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.rules import request_problems, unaccepted, version_problems
from clusters.core.spec import BootstrapMode, ClusterSpec, HostKind, MemberSpec
from clusters.core.text import say
from clusters.core.topology import free_block


def draft(request: ClusterRequest, offers: Mapping[str, HostOffer]) -> ClusterSpec:
    """The definition for a request; SpecError with every problem when it has any."""
    problems = unaccepted(tuple(request_problems(request, offers)), request.accept)
    if problems:
        raise SpecError(problems)
    chosen = [offers[name] for name in hosts_in_turn(request)]
    version = _version(request, chosen)
    return ClusterSpec(
        name=request.name,
        size=request.size,
        version=str(version),
        host_kind=chosen[0].kind,
        members=_members(request, chosen),
        token=request.cluster_token or request.name,
        bootstrap=BootstrapMode(request.bootstrap),
        image=request.image,
        bind_address=request.bind_address,
        network=request.network,
        options=dict(request.options),
    )


def default_version(offers: Sequence[HostOffer]) -> Version:
    """The newest release that every chosen host has or can get."""
    offered = [_offered(offer) for offer in offers if offer.facts is not None]
    common = set.intersection(*offered) if offered else set()
    return max(common, default=NEWEST)


def _offered(offer: HostOffer) -> set[Version]:
    facts = offer.facts
    written = (*facts.versions, *facts.pullable) if facts else ()
    return {version for text in written if (version := known_version(text))}


def _version(request: ClusterRequest, chosen: Sequence[HostOffer]) -> Version:
    asked = known_version(request.version) or image_version(request.image)
    version = asked or default_version(chosen)
    dangers = unaccepted(tuple(version_problems(str(version))), request.accept)
    missing = tuple(p for offer in chosen if (p := _not_there(version, offer)))
    too_new = tuple(option_problems(request.options, version))
    problems = (*dangers, *missing, *too_new)
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
    names = request.member_names or default_member_names(request.size)
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
            )
        )
    return tuple(members)


def _given(ports: Sequence[int], index: int, otherwise: int) -> int:
    return ports[index] if ports else otherwise


def _block(request: ClusterRequest, offer: HostOffer) -> tuple[tuple[int, int], ...]:
    named = {*request.client_ports, *request.peer_ports}
    block = free_block(request.size, {*offer.leased, *named})
    if block is None:
        text = say("{host} has no free block of ports left.", host=offer.name)
        raise SpecError([Problem(field="hosts", code="ports_used_up", text=text)])
    return block
