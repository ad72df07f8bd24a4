"""Names of clusters and members, and of what they own on a host."""

import re

# RFC 1123 label, at most 40 characters; it becomes part of host names.
DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")

# Words that a path, a host name or a member of the panel itself already uses.
RESERVED = frozenset(
    {"new", "import", "export", "localhost", "host", "etcdpanel", "default", "none"}
)

LABEL = "io.etcdpanel"


def is_label(name: str) -> bool:
    return DNS_LABEL.fullmatch(name) is not None


def instance_name(cluster: str, member: str) -> str:
    """The container of a member, unique on its engine."""
    return f"{cluster}-{member}"


def network_name(cluster: str) -> str:
    return f"{cluster}-net"


def volume_name(cluster: str, member: str) -> str:
    return f"{cluster}-{member}-data"


def store_volume_name(store: str) -> str:
    return f"{store}-data"


def dns_instance_name(cluster: str) -> str:
    """The container of the cluster's own name server."""
    return f"{cluster}-dns"


def default_member_names(count: int, start: int = 1) -> tuple[str, ...]:
    return tuple(f"etcd{number}" for number in range(start, start + count))
