"""The identities that etcd will give itself, computed before anything starts.

Source: server/etcdserver/api/membership/{member,cluster}.go of etcd 3.4-3.7.
"""

import hashlib
from collections.abc import Iterable


def member_id(peer_urls: Iterable[str], token: str) -> int:
    """First 8 bytes of SHA1(sorted peer URLs joined, then the cluster token)."""
    digest = hashlib.sha1(  # noqa: S324 (etcd's rule, not a signature)
        ("".join(sorted(peer_urls)) + token).encode()
    ).digest()
    return int.from_bytes(digest[:8], "big")


def cluster_id(member_ids: Iterable[int]) -> int:
    """First 8 bytes of SHA1 of the sorted member IDs, 8 bytes big-endian each."""
    joined = b"".join(i.to_bytes(8, "big") for i in sorted(member_ids))
    digest = hashlib.sha1(joined).digest()  # noqa: S324 (etcd's rule)
    return int.from_bytes(digest[:8], "big")


def as_hex(identity: int) -> str:
    """The way etcdctl prints an identity: hexadecimal without leading zeros."""
    return format(identity, "x")


def known_id(identity: int) -> str:
    """The same; empty while it depends on a token that is not made yet."""
    return as_hex(identity) if identity else ""
