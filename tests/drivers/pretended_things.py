"""What a pretended engine has: networks, volumes, instances and their data."""

from dataclasses import dataclass, field


@dataclass
class Data:
    """What a member keeps in its volume from its first start on."""

    member_id: int
    cluster_id: int
    name: str
    initial: dict[str, list[str]]
    ids: dict[str, int]
    client_urls: list[str]
    formed: bool = False
    revision: int = 1
    alarms: list[str] = field(default_factory=list)


@dataclass
class Network:
    id: str
    name: str
    labels: dict[str, str]
    strangers: dict[str, str] = field(default_factory=dict)  # alias -> container


@dataclass
class Volume:
    name: str
    labels: dict[str, str]
    data: Data | None = None


@dataclass
class Instance:
    id: str
    name: str
    member: str
    labels: dict[str, str]
    network: str
    version: str = ""
    volume: str = ""
    flags: list[str] = field(default_factory=list)
    ports: dict[int, tuple[str, int]] = field(default_factory=dict)
    state: str = "created"
    started: float = 0.0
    started_at: str = ""
    exit_code: int | None = None
    restarts: int = 0
    restart_policy: str = "no"
    lines: list[str] = field(default_factory=list)
