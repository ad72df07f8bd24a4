"""What members write about themselves, and the JSON of a v2 store that tells it."""

from collections.abc import Iterable, Mapping
from typing import Any

from clusters.core.meeting import Registration, TokenSeen

# etcd's own numbers for what its v2 store refuses.
KEY_NOT_FOUND = 100
ALREADY_EXISTS = 105

_LONGEST_NAME = 255


def read_registration(member_id: str, value: str) -> Registration:
    """`NAME=URL[,NAME=URL]`, as a member writes it. Whatever else stands there counts
    as a registration too: etcd counts the keys, and fails at their values."""
    pairs = [pair.partition("=") for pair in _printable(value).split(",")]
    return Registration(
        member_id=_printable(member_id),
        name=next((name for name, _, url in pairs if url), "")[:_LONGEST_NAME],
        peer_urls=tuple(url for _, _, url in pairs if url),
    )


def read_token(size: str | None, nodes: Iterable[Any]) -> TokenSeen | None:
    """A token by its size and the nodes of its folder; None when it has neither."""
    found = sorted(
        (node for node in nodes if isinstance(node, Mapping)),
        key=lambda node: _number(node.get("createdIndex")),
    )
    registrations = tuple(
        read_registration(
            str(node.get("key", "")).rpartition("/")[2], str(node.get("value", ""))
        )
        for node in found
        if not node.get("dir")
    )
    if size is None and not registrations:
        return None
    return TokenSeen(size=size, registrations=registrations)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _number(found: Any) -> int:
    return found if isinstance(found, int) else 0
