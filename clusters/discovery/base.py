"""What every bootstrap mode can do."""

from collections.abc import Mapping
from typing import Protocol

from clusters.core.meeting import StoreSeen, TokenSeen
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.core.zone import Zone, ZoneSeen


class Discovery(Protocol):
    """One way for members to meet: the flags that decide a first start."""

    def flags(self, spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]: ...


class Registry(Protocol):
    """Where members register; a key is a token (v3), or the path of its URL."""

    def probe(self) -> StoreSeen: ...

    def look(self, key: str) -> TokenSeen | None:
        """The token as it is now; None when there is no such token."""
        ...


class WritableRegistry(Registry, Protocol):
    """A store, whose tokens the panel itself makes."""

    def write_size(self, key: str, size: int) -> None:
        """Make sure that the token has this size; refused when it has another."""
        ...

    def forget(self, key: str) -> None: ...


class Issuer(Protocol):
    """A service that chooses its tokens itself."""

    def new(self, size: int) -> str:
        """A fresh discovery URL."""
        ...


class NameServers(Protocol):
    """The name servers that members will ask."""

    def look(self, zone: Zone) -> Mapping[str, ZoneSeen]: ...
