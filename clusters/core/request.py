"""A request for a cluster, as it comes through a door, and what it is drafted from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from clusters.core.observed import HostFacts
from clusters.core.spec import LOOPBACK, HostKind


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterRequest:
    """What a person or a program asked for; empty means "choose for me"."""

    name: str
    size: int = 3
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

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        lists = {
            name: tuple(stored.get(name, ()))
            for name in (
                "hosts",
                "member_names",
                "client_ports",
                "peer_ports",
                "accept",
            )
        }
        return cls(**{**stored, **lists})


@dataclass(frozen=True, kw_only=True, slots=True)
class HostOffer:
    """A host as the draft sees it. `leased` maps a port to the cluster that has it."""

    name: str
    kind: HostKind
    image_repository: str = ""
    facts: HostFacts | None = None
    leased: Mapping[int, str] = field(default_factory=dict)
