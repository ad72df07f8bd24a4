"""How members start without the panel: statically, with the identities they have.

Whatever the bootstrap mode was, the members are known now. etcd makes the same IDs when
the token of the first start, for v2 the whole discovery URL, is the cluster's token.
"""

from clusters.core.flags import member_flags
from clusters.core.images import full_reference
from clusters.core.spec import ClusterSpec, HostKind, MemberSpec, Role

DATA_DIR = "/var/lib/etcd"
ETCD = "/usr/local/bin/etcd"

# What the official image is called where nobody named another.
DEFAULT_REPOSITORY = "quay.io/coreos/etcd"


def static_flags(
    spec: ClusterSpec, member: MemberSpec, data_dir: str
) -> tuple[str, ...]:
    """The whole command line of a member after `etcd`."""
    return member_flags(spec, member, data_dir, static_bootstrap(spec, member))


def static_bootstrap(spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
    """The flags that take the place of those of the bootstrap mode."""
    peers = ",".join(f"{m.name}={spec.peer_url(m)}" for m in spec.voters)
    if member.role == Role.PROXY:
        return "--proxy=on", f"--initial-cluster={peers}"
    return (
        f"--initial-cluster={peers}",
        f"--initial-cluster-token={spec.identity_token or spec.token}",
        "--initial-cluster-state=new",
    )


def image_of(spec: ClusterSpec, repository: str = "") -> str:
    """The image that runs outside the panel, too."""
    return full_reference(spec.image, repository or DEFAULT_REPOSITORY, spec.version)


def container_names(spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
    """What a member's container is called on its network, the host name first."""
    return tuple(dict.fromkeys((spec.host_name(member), member.name)))


def runs_in_docker(spec: ClusterSpec) -> bool:
    return spec.host_kind != HostKind.PROCESS
