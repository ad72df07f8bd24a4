"""Bootstrap by SRV records of a domain."""

from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.discovery.flags import srv_flags


class SrvDiscovery:
    """The zone says who the members are; the token is the cluster's own."""

    def flags(self, spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:  # noqa: ARG002
        return srv_flags(spec.ticket, spec.token)
