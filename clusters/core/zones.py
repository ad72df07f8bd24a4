"""The zone of a cluster whose members meet by SRV records."""

from clusters.core.spec import CLIENT_PORT, PEER_PORT, ClusterSpec, MemberSpec
from clusters.core.zone import Zone, ZoneMember


def zone_of(spec: ClusterSpec) -> Zone:
    """The records that etcd and its clients will look for."""
    return Zone(
        domain=spec.ticket.domain,
        service_name=spec.ticket.service_name,
        members=tuple(_member(spec, member) for member in spec.voters),
    )


def _member(spec: ClusterSpec, member: MemberSpec) -> ZoneMember:
    if spec.in_containers:
        address, client, peer = member.address, CLIENT_PORT, PEER_PORT
    else:
        address = spec.dial_address
        client, peer = member.client_port, member.peer_port
    return ZoneMember(
        name=member.name,
        fqdn=spec.host_name(member),
        address=address,
        client_port=client,
        peer_port=peer,
    )
