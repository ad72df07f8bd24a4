"""What members write about themselves, and the JSON of a v2 store that tells it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.meeting import Registration, TokenSeen
from clusters.core.text import quote, say
from clusters.discovery.http import Answer

# etcd's own numbers for what its v2 store refuses.
KEY_NOT_FOUND = 100
ALREADY_EXISTS = 105

SIZE = "/_config/size"

_GOOD = frozenset({200, 201})
_LONGEST_NAME = 255

Node = dict[str, Any]


def read_registration(member_id: str, value: str) -> Registration:
    """`NAME=URL[,NAME=URL]`, as a member writes it. Whatever else stands there counts
    as a registration too: etcd counts the keys, and fails at their values."""
    pairs = [pair.partition("=") for pair in _printable(value).split(",")]
    return Registration(
        member_id=_printable(member_id),
        name=next((name for name, _, url in pairs if url), "")[:_LONGEST_NAME],
        peer_urls=tuple(url for _, _, url in pairs if url),
    )


def look_at(path: str, read: Callable[[str], Node | None]) -> TokenSeen | None:
    """A token by what is read at its path; None when it has no size and no member.

    The folder of the size is hidden in a listing, so it takes a second question.
    """
    folder, size = read(path) or {}, read(f"{path}{SIZE}")
    value = None if size is None else str(size.get("value", ""))
    nodes = folder.get("nodes")
    found = tuple(_registrations(nodes if isinstance(nodes, list) else ()))
    if value is None and not found:
        return None
    return TokenSeen(size=value, registrations=found)


def other_size(found: str, size: int) -> BackendError:
    """A token that was to be opened has been, for another number of members."""
    return BackendError(
        say(
            "The token has another size already: {found}, where {size} was to be.",
            found=quote(found, 40),
            size=size,
        ),
        code="token_has_other_size",
        advice=say("Use a new token: each is for one cluster, and one attempt."),
    )


def node_of(answer: Answer) -> Node | None:
    """What a v2 store tells of a key."""
    node = answer.json().get("node") if answer.status in _GOOD else None
    return node if isinstance(node, dict) else None


def error_code(answer: Answer) -> int | None:
    code = answer.json().get("errorCode")
    return code if isinstance(code, int) else None


def _registrations(nodes: Iterable[Any]) -> Iterable[Registration]:
    """In the order in which members came."""
    found = [node for node in nodes if isinstance(node, Mapping)]
    for node in sorted(found, key=lambda node: _number(node.get("createdIndex"))):
        if not node.get("dir"):
            member_id = str(node.get("key", "")).rpartition("/")[2]
            yield read_registration(member_id, str(node.get("value", "")))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _number(found: Any) -> int:
    return found if isinstance(found, int) else 0
