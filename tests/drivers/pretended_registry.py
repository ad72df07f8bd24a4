"""A pretended discovery registry: tokens, their sizes, and who registered."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

VERSION = "3.5.35"
_V2_KEYS = "/v2/keys"
_PREFIX = "/_etcd/registry"


@dataclass
class Token:
    size: str | None = None
    # By member id, in the order in which they came: name and peer URLs.
    registered: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


class Registry:
    """One store for all tokens of a world, v2, v3 and public alike."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}
        self.stopped = False
        self.held: set[str] = set()  # instances that are kept from registering

    def token(self, path: str) -> Token | None:
        return self.tokens.get(path_of(path))

    def look(self, path: str) -> dict[str, Any] | None:
        found = self.token(path)
        if found is None:
            return None
        entries = found.registered.items()
        return {
            "size": found.size,
            "registrations": [
                {"member_id": i, "name": name, "peer_urls": urls}
                for i, (name, urls) in entries
            ],
        }

    def write_size(self, path: str, size: str) -> None:
        self.tokens.setdefault(path_of(path), Token()).size = size

    def forget(self, path: str) -> None:
        self.tokens.pop(path_of(path), None)

    def new(self, size: int) -> str:
        """As the public service answers: a path of 32 hexadecimal digits."""
        path = f"/{secrets.token_hex(16)}"
        self.write_size(path, str(size))
        return path


def path_of(where: str) -> str:
    """The key of a token, whichever way it is written: a URL, a path, a bare token."""
    path = urlsplit(where).path.rstrip("/").removeprefix(_V2_KEYS)
    return path if path.startswith("/") else f"{_PREFIX}/{path}"
