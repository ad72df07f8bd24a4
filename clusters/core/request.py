"""A request for a cluster, as it comes through a door, and what it is drafted from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from clusters.core.meeting import OPEN_ACCESS, StoreAccess
from clusters.core.observed import HostFacts
from clusters.core.spec import LOOPBACK, HostKind

# Lists of a request; JSON has them as lists, the request as tuples.
_LISTS = ("hosts", "member_names", "client_ports", "peer_ports", "accept")


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscoveryRequest:
    """How members are to meet, where the mode needs to be told; empty: choose for me.

    `token` or `url` are a person's own. `dns` is "managed" or "external".
    """

    store: str = ""
    url: str = ""
    token: str = ""
    service: str = ""
    domain: str = ""
    service_name: str = ""
    dns: str = ""
    name_servers: tuple[str, ...] = ()
    subnet: str = ""
    addresses: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {
            name: tuple(stored.get(name, ())) for name in ("name_servers", "addresses")
        }
        return cls(**{**stored, **lists})


NO_DISCOVERY = DiscoveryRequest()


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterRequest:
    """What a person or a program asked for; empty means "choose for me".

    `extra_members` are asked beyond the size. `serves` makes a managed discovery store
    of the cluster, and `volume` names its volume.
    """

    name: str
    size: int = 3
    extra_members: int = 0
    version: str = ""
    bootstrap: str = "static"
    hosts: tuple[str, ...] = ()
    cluster_token: str = ""
    member_names: tuple[str, ...] = ()
    client_ports: tuple[int, ...] = ()
    peer_ports: tuple[int, ...] = ()
    bind_address: str = LOOPBACK
    image: str = ""
    network: str = ""
    options: Mapping[str, str | int | bool] = field(default_factory=dict)
    accept: tuple[str, ...] = ()
    keep_on_failure: bool = False
    discovery: DiscoveryRequest = NO_DISCOVERY
    serves: str = ""
    volume: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {name: tuple(stored.get(name, ())) for name in _LISTS}
        discovery = DiscoveryRequest.from_json(stored.get("discovery") or {})
        return cls(**{**stored, **lists, "discovery": discovery})


@dataclass(frozen=True, kw_only=True, slots=True)
class HostOffer:
    """A host as the draft sees it. `leased` maps a port to the cluster that has it."""

    name: str
    kind: HostKind
    image_repository: str = ""
    facts: HostFacts | None = None
    leased: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreRequest:
    """A discovery store that is asked for.

    Managed: the panel runs one etcd for it on a host. External: it is there already,
    at `member_url` for members and at `panel_url` for the panel (empty: the same).
    """

    name: str
    protocol: str = "v2"
    host: str = ""
    version: str = ""
    client_port: int = 0
    peer_port: int = 0
    network: str = ""
    volume: str = ""
    image: str = ""
    bind_address: str = LOOPBACK
    accept: tuple[str, ...] = ()
    member_url: str = ""
    panel_url: str = ""
    access: StoreAccess = OPEN_ACCESS
    anonymous: bool = False

    @property
    def is_external(self) -> bool:
        return bool(self.member_url)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOffer:
    """A discovery store as the draft sees it.

    A managed one has a host, a network, an address and a port that are published;
    `member_url` is an external one's. `panel_url` is where the panel reaches it.
    """

    name: str
    protocol: str
    panel_url: str
    member_url: str = ""
    host: str = ""
    host_kind: HostKind | None = None
    network: str = ""
    bind_address: str = LOOPBACK
    client_port: int = 0
    is_ready: bool = True

    @property
    def is_managed(self) -> bool:
        return not self.member_url


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where members may meet: the stores by name, the public service, and the subnets
    that clusters of this panel have."""

    stores: Mapping[str, StoreOffer] = field(default_factory=dict)
    public_service: str = "https://discovery.etcd.io"
    subnets: tuple[str, ...] = ()


NOWHERE = Places()
