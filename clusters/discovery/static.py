"""Static bootstrap: every member is told of every other."""

from clusters.core.spec import ClusterSpec, MemberSpec, Role


class StaticDiscovery:
    """No service and no ticket."""

    def flags(self, spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
        peers = ",".join(f"{m.name}={spec.peer_url(m)}" for m in spec.voters)
        if member.role == Role.PROXY:
            return ("--proxy=on", f"--initial-cluster={peers}")
        return (
            f"--initial-cluster={peers}",
            f"--initial-cluster-token={spec.token}",
            "--initial-cluster-state=new",
        )
