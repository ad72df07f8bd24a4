"""Move members to other ports, when those lent to them turn out to be in use."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from clusters.core.request import ClusterRequest
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.core.topology import free_block


def may_move(request: ClusterRequest) -> bool:
    """Ports that a person named stay; those the panel chose may change."""
    return not (request.client_ports and request.peer_ports)


def move(
    spec: ClusterSpec, request: ClusterRequest, taken: Mapping[str, Collection[int]]
) -> ClusterSpec | None:
    """The same definition on the next free block of each host that is named in
    `taken`, whose ports are not to be used; None when a host has no block left."""
    members = list(spec.members)
    for host, ports in taken.items():
        named = {*request.client_ports, *request.peer_ports}
        block = free_block(len(spec.members), {*ports, *named})
        if block is None:
            return None
        members = [
            _moved(member, request, pair) if member.host == host else member
            for member, pair in zip(members, block, strict=True)
        ]
    return replace(spec, members=tuple(members))


def _moved(
    member: MemberSpec, request: ClusterRequest, pair: tuple[int, int]
) -> MemberSpec:
    client, peer = pair
    return replace(
        member,
        client_port=member.client_port if request.client_ports else client,
        peer_port=member.peer_port if request.peer_ports else peer,
    )
