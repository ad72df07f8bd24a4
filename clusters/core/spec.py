"""The desired state: one whole cluster as it was asked for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from clusters.core.identity import cluster_id, member_id
from clusters.core.labels import spec_hash
from clusters.core.meeting import NO_TICKET, DnsKind, Ticket
from clusters.core.names import (
    dns_instance_name,
    instance_name,
    network_name,
    store_volume_name,
    volume_name,
)


class HostKind(StrEnum):
    """What a host is."""

    MEMORY = "memory"
    PROCESS = "process"
    DOCKER = "docker"


class BootstrapMode(StrEnum):
    """How members find one another for the first time."""

    STATIC = "static"
    DISCOVERY_V2 = "discovery_v2"
    DISCOVERY_PUBLIC = "discovery_public"
    DISCOVERY_V3 = "discovery_v3"
    DNS_SRV = "dns_srv"


# The member's whole discovery URL stands for the cluster's token.
BY_URL = frozenset({BootstrapMode.DISCOVERY_V2, BootstrapMode.DISCOVERY_PUBLIC})
# Members register somewhere, and wait there for one another.
BY_REGISTRY = BY_URL | {BootstrapMode.DISCOVERY_V3}


class Role(StrEnum):
    """What a member is in its cluster."""

    VOTER = "voter"
    LEARNER = "learner"
    PROXY = "proxy"


LOOPBACK = "127.0.0.1"
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 (inside a container, where the network is its own)
CLIENT_PORT = 2379
PEER_PORT = 2380


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberSpec:
    """One member, as asked. Ports are those published on its host.

    `address` is its IPv4 on the cluster's network, where that must not change.
    """

    name: str
    host: str
    client_port: int
    peer_port: int
    role: Role = Role.VOTER
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterSpec:
    """A whole cluster, as asked. All hosts are of one kind.

    `size` counts the voters; members beyond them are proxies. A cluster that `serves`
    is a managed discovery store: one member, everything named by the cluster's name.
    """

    name: str
    size: int
    version: str
    host_kind: HostKind
    members: tuple[MemberSpec, ...]
    token: str
    bootstrap: BootstrapMode = BootstrapMode.STATIC
    image: str = ""
    bind_address: str = LOOPBACK
    network: str = ""
    options: Mapping[str, str | int | bool] = field(default_factory=dict)
    ticket: Ticket = NO_TICKET
    serves: str = ""
    store_volume: str = ""

    @property
    def voters(self) -> tuple[MemberSpec, ...]:
        return tuple(m for m in self.members if m.role == Role.VOTER)

    @property
    def peers(self) -> tuple[MemberSpec, ...]:
        """Those that take part in raft: voters and learners."""
        return tuple(m for m in self.members if m.role != Role.PROXY)

    @property
    def proxies(self) -> tuple[MemberSpec, ...]:
        return tuple(m for m in self.members if m.role == Role.PROXY)

    @property
    def in_containers(self) -> bool:
        return self.host_kind != HostKind.PROCESS

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(member.host for member in self.members))

    @property
    def network_name(self) -> str:
        """The network the members share: the one named, or the cluster's own."""
        return self.network or network_name(self.name)

    @property
    def owns_network(self) -> bool:
        return not self.network

    def member(self, name: str) -> MemberSpec:
        return next(member for member in self.members if member.name == name)

    def on(self, host: str) -> tuple[MemberSpec, ...]:
        return tuple(member for member in self.members if member.host == host)

    def instance(self, member: MemberSpec) -> str:
        return self.name if self.serves else instance_name(self.name, member.name)

    def volume(self, member: MemberSpec) -> str:
        if self.serves:
            return self.store_volume or store_volume_name(self.name)
        return volume_name(self.name, member.name)

    @property
    def has_own_dns(self) -> bool:
        """A name server of the panel's own runs on the cluster's network."""
        return self.ticket.dns == DnsKind.MANAGED

    @property
    def dns_instance(self) -> str:
        return dns_instance_name(self.name)

    def host_name(self, member: MemberSpec) -> str:
        """The name by which the other members reach it."""
        if self.bootstrap == BootstrapMode.DNS_SRV:
            return f"{member.name}.{self.ticket.domain}"
        return member.name if self.in_containers else self.dial_address

    def peer_url(self, member: MemberSpec) -> str:
        """Where the other members reach it."""
        port = PEER_PORT if self.in_containers else member.peer_port
        return f"http://{self.host_name(member)}:{port}"

    def client_url(self, member: MemberSpec) -> str:
        """What the member advertises to clients."""
        port = CLIENT_PORT if self.in_containers else member.client_port
        return f"http://{self.host_name(member)}:{port}"

    def endpoint(self, member: MemberSpec) -> str:
        """HOST:PORT at which this machine reaches the member's client port."""
        return f"{self.dial_address}:{member.client_port}"

    def peer_endpoint(self, member: MemberSpec) -> str:
        """The same for its peer port."""
        return f"{self.dial_address}:{member.peer_port}"

    @property
    def asked_first(self) -> MemberSpec:
        """Whom all the others ask before they bootstrap: etcd sorts the peer URLs."""
        return min(self.voters, key=self.peer_url)

    @property
    def dial_address(self) -> str:
        return LOOPBACK if self.bind_address == ANY_ADDRESS else self.bind_address

    @property
    def identity_token(self) -> str:
        """What etcd makes identities from, besides peer URLs; empty: not known yet."""
        if self.bootstrap in BY_URL:
            return self.ticket.url
        if self.bootstrap == BootstrapMode.DISCOVERY_V3:
            return self.ticket.token
        return self.token

    def predicted_member_id(self, member: MemberSpec) -> int:
        """Its ID; 0 for a proxy, and as long as the ticket is not known."""
        if not self.identity_token or member.role == Role.PROXY:
            return 0
        return member_id([self.peer_url(member)], self.identity_token)

    def predicted_cluster_id(self) -> int:
        """The cluster's ID; 0 as long as the ticket is not known."""
        if not self.identity_token:
            return 0
        return cluster_id(self.predicted_member_id(m) for m in self.voters)

    def fingerprint(self) -> str:
        """A short hash of all that was asked, to tell whether it has changed."""
        return spec_hash(self.as_json())

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        members = tuple(
            MemberSpec(**{**member, "role": Role(member["role"])})
            for member in stored["members"]
        )
        enums = {
            "host_kind": HostKind(stored["host_kind"]),
            "bootstrap": BootstrapMode(stored["bootstrap"]),
            "ticket": Ticket.from_json(stored.get("ticket", {})),
        }
        return cls(**{**stored, **enums, "members": members})
