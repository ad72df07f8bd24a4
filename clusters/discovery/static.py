"""Static bootstrap: every member is told of every other."""

from clusters.core.spec import ClusterSpec


class StaticDiscovery:
    """No service and no ticket."""

    def flags(self, spec: ClusterSpec) -> tuple[str, ...]:
        peers = ",".join(f"{m.name}={spec.peer_url(m)}" for m in spec.members)
        return (
            f"--initial-cluster={peers}",
            f"--initial-cluster-token={spec.token}",
            "--initial-cluster-state=new",
        )
