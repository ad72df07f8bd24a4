"""Where members meet: discovery stores, tickets, and what was seen of both."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

REGISTRY = "/_etcd/registry"
V2_KEYS = "/v2/keys"


class StoreProtocol(StrEnum):
    """How members register in a discovery store."""

    V2 = "v2"
    V3 = "v3"


class DnsKind(StrEnum):
    """Who keeps the zone of a cluster that meets by SRV records."""

    MANAGED = "managed"
    EXTERNAL = "external"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """What a mode hands the members. One ticket, one cluster, one attempt.

    Which fields are set depends on the mode: `url` is the whole discovery URL of v2 and
    of the public service, byte for byte the same for every member; `token` and
    `endpoints` are those of v3. `endpoints` of v2 are where members reach the store.
    `is_own`: a person brought it, so no other may take its place. `attach_on` is the
    host on which the store's container joins the cluster's network for a while.
    """

    store: str = ""
    attach_on: str = ""
    service: str = ""
    url: str = ""
    token: str = ""
    endpoints: tuple[str, ...] = ()
    is_own: bool = False
    domain: str = ""
    service_name: str = ""
    dns: str = ""
    name_servers: tuple[str, ...] = ()
    subnet: str = ""
    dns_address: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {
            name: tuple(stored.get(name, ())) for name in ("endpoints", "name_servers")
        }
        return cls(**{**stored, **lists})


NO_TICKET = Ticket()


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """One member that registered under a token. `member_id` is hexadecimal."""

    member_id: str
    name: str
    peer_urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenSeen:
    """A token as its store shows it, in the order of registration.

    `size` is the text of its size key as it is, None when there is none; "0" and "abc"
    are possible.
    """

    size: str | None
    registrations: tuple[Registration, ...] = ()

    @property
    def is_fresh(self) -> bool:
        return not self.registrations


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSeen:
    """What a discovery store said of itself. `clock_ahead` is in seconds."""

    version: str = ""
    clock_ahead: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreAccess:
    """How the panel, and for v3 a member, identifies itself to a store.

    Certificates and the key are PEM texts; all empty: plain http.
    """

    user: str = ""
    password: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""
    skip_verify: bool = False

    @property
    def files(self) -> dict[str, str]:
        """The texts that a member is given as files, by the files' names."""
        texts = {"ca": self.ca, "cert": self.cert, "key": self.key}
        return {name: text for name, text in texts.items() if text}


OPEN_ACCESS = StoreAccess()


@dataclass(frozen=True, kw_only=True, slots=True)
class SrvRecord:
    """One SRV record: where a service of a domain is. Names have no trailing dot."""

    name: str
    target: str
    port: int
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRecord:
    """One A record."""

    name: str
    address: str
