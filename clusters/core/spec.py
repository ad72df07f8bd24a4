"""The desired state: one whole cluster as it was asked for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from clusters.core.identity import cluster_id, member_id
from clusters.core.labels import spec_hash
from clusters.core.names import instance_name, network_name, volume_name


class HostKind(StrEnum):
    """What a host is."""

    MEMORY = "memory"
    PROCESS = "process"
    DOCKER = "docker"


class BootstrapMode(StrEnum):
    """How members find one another for the first time."""

    STATIC = "static"


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
    """One member, as asked. Ports are those published on its host."""

    name: str
    host: str
    client_port: int
    peer_port: int
    role: Role = Role.VOTER


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterSpec:
    """A whole cluster, as asked. All hosts are of one kind."""

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
        return instance_name(self.name, member.name)

    def volume(self, member: MemberSpec) -> str:
        return volume_name(self.name, member.name)

    def peer_url(self, member: MemberSpec) -> str:
        """Where the other members reach it."""
        if self.in_containers:
            return f"http://{member.name}:{PEER_PORT}"
        return f"http://{self.dial_address}:{member.peer_port}"

    def client_url(self, member: MemberSpec) -> str:
        """What the member advertises to clients."""
        if self.in_containers:
            return f"http://{member.name}:{CLIENT_PORT}"
        return f"http://{self.dial_address}:{member.client_port}"

    def endpoint(self, member: MemberSpec) -> str:
        """HOST:PORT at which this machine reaches the member's client port."""
        return f"{self.dial_address}:{member.client_port}"

    def peer_endpoint(self, member: MemberSpec) -> str:
        """The same for its peer port."""
        return f"{self.dial_address}:{member.peer_port}"

    @property
    def asked_first(self) -> MemberSpec:
        """Whom all the others ask before they bootstrap: etcd sorts the peer URLs."""
        return min(self.members, key=self.peer_url)

    @property
    def dial_address(self) -> str:
        return LOOPBACK if self.bind_address == ANY_ADDRESS else self.bind_address

    def predicted_member_id(self, member: MemberSpec) -> int:
        return member_id([self.peer_url(member)], self.token)

    def predicted_cluster_id(self) -> int:
        voters = [m for m in self.members if m.role == Role.VOTER]
        return cluster_id(self.predicted_member_id(m) for m in voters)

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
        }
        return cls(**{**stored, **enums, "members": members})
