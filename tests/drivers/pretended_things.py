"""What a pretended engine has: networks, volumes, instances and their data."""

from dataclasses import dataclass, field


class RefusalError(Exception):
    """The engine says no."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


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
    subnet: str = ""
    is_chosen: bool = False  # somebody named the subnet, so addresses may be fixed
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
    address: str = ""
    hostname: str = ""
    aliases: list[str] = field(default_factory=list)
    name_servers: list[str] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=dict)  # networks, aliases
    files: dict[str, str] = field(default_factory=dict)
    udp: tuple[int, int] | None = None  # of a service: inside, published
    is_proxy: bool = False
    has_registered: bool = False  # in this very life

    @property
    def networks(self) -> list[str]:
        return [name for name in (self.network, *self.others) if name]

    def names_on(self, network: str) -> list[str]:
        """What it is called there."""
        if network == self.network:
            return [self.name, *filter(None, [self.hostname]), *self.aliases]
        return [self.name, *self.others[network]] if network in self.others else []
