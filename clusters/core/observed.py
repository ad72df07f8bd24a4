"""What was seen: frozen snapshots, taken before planning and kept for screens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from clusters.core.names import LABEL
from clusters.core.text import NOTHING, Text


class RunState(StrEnum):
    """What a host says of an instance (a container or a process)."""

    CREATED = "created"
    RUNNING = "running"
    RESTARTING = "restarting"
    EXITED = "exited"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectSeen:
    """A network or a volume on a host. `id` is what removal goes by."""

    id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def belongs_to(self, installation: str, cluster: str) -> bool:
        return (
            self.labels.get(f"{LABEL}.installation") == installation
            and self.labels.get(f"{LABEL}.cluster") == cluster
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceSeen(ObjectSeen):
    """A member's container or process, as its host shows it."""

    state: RunState
    started_at: str = ""
    exit_code: int | None = None
    restarts: int = 0
    networks: tuple[str, ...] = ()
    restart_policy: str = ""

    @property
    def member(self) -> str:
        return self.labels.get(f"{LABEL}.member", "")

    @property
    def spec_hash(self) -> str:
        return self.labels.get(f"{LABEL}.spec", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageSeen:
    """An image on an engine, or an etcd binary on this machine."""

    id: str
    reference: str
    pinned: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Orphan:
    """An instance of this panel that no cluster knows, and since when it was seen."""

    name: str
    cluster: str
    state: str
    since: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostFacts:
    """Whether a host can be used, what it offers, and otherwise why and the cure.

    `disk_free` is in bytes; `repository` is where its images are pulled from;
    `clock_ahead` is by how many seconds its clock is ahead of the panel's.
    """

    usable: bool
    engine: str = ""
    versions: tuple[str, ...] = ()
    pullable: tuple[str, ...] = ()
    disk_free: int | None = None
    repository: str = ""
    clock_ahead: float | None = None
    orphans: tuple[Orphan, ...] = ()
    code: str = ""
    reason: Text = NOTHING
    cure: Text = NOTHING

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self)
        return plain | {"reason": self.reason.as_json(), "cure": self.cure.as_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        texts = {name: Text.from_json(stored.get(name)) for name in ("reason", "cure")}
        lists = {name: tuple(stored.get(name, ())) for name in ("versions", "pullable")}
        orphans = tuple(Orphan(**row) for row in stored.get("orphans", ()))
        return cls(**{**stored, **texts, **lists, "orphans": orphans})


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedHost:
    """All that one cluster has, or might collide with, on one host."""

    name: str
    facts: HostFacts
    image: ImageSeen | None = None
    network: ObjectSeen | None = None
    volumes: Mapping[str, ObjectSeen] = field(default_factory=dict)
    instances: Mapping[str, InstanceSeen] = field(default_factory=dict)
    busy_ports: Mapping[int, str] = field(default_factory=dict)
    dns_image: ImageSeen | None = None
    dns: InstanceSeen | None = None
    panel_inside: bool = False
    panel_on_network: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedCluster:
    """One snapshot of the world, as far as one cluster goes."""

    installation: str
    hosts: Mapping[str, ObservedHost] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedMember:
    """One line of etcd's own member list."""

    id: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    is_learner: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberReport:
    """What a member said of itself; `error` says why it said nothing."""

    endpoint: str
    reachable: bool
    linearizable: bool = False
    error: str = ""
    member_id: int = 0
    cluster_id: int = 0
    leader_id: int = 0
    is_learner: bool = False
    version: str = ""
    db_size: int = 0
    db_size_in_use: int = 0
    raft_term: int = 0
    raft_index: int = 0
    revision: int = 0
    alarms: tuple[str, ...] = ()
    members: tuple[ListedMember, ...] = ()

    @property
    def serves(self) -> bool:
        """It answered a linearizable read, so it sees a leader and a quorum."""
        return self.reachable and self.linearizable
