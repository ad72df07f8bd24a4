"""What every driver can do.

`find_*` look and change nothing. Every other verb is one call to the outside; the
engine looks before it and after it. A verb raises BackendError when the host says no
and Unavailable when the host does not answer.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    InstanceSeen,
    MemberReport,
    ObjectSeen,
)

Progress = Callable[[Mapping[str, int | str]], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """Everything needed to create one member on a host.

    `labels` carry whose it is and the hash of all the rest; `flags` follow the
    command; `client_port` and, where `publish_peer`, `peer_port` are published on
    `bind_address`. `address` is a fixed one on a network that has a subnet of its own;
    `hostname` and `aliases`, where empty, are the member's name; `name_servers` are
    asked for names that no container of the network has. Processes have the address,
    the names and the name servers of their machine.
    """

    name: str
    member: str
    version: str
    image: str
    flags: tuple[str, ...]
    labels: Mapping[str, str]
    bind_address: str
    client_port: int
    peer_port: int
    network: str
    volume: str
    address: str = ""
    hostname: str = ""
    aliases: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    publish_peer: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A container that is no member but helps members to meet: a DNS server.

    `command` follows the entry point of the image; `files` (by their absolute paths
    inside) are there whenever it runs, readable by any user; `published_udp` is the
    port inside that is published on 127.0.0.1, at a port that the engine chooses.
    """

    name: str
    image: str
    command: tuple[str, ...]
    labels: Mapping[str, str]
    network: str
    address: str = ""
    aliases: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    published_udp: int = 53


class Driver(Protocol):
    """A host on which members run."""

    def facts(self) -> HostFacts:
        """Whether the host can be used; never raises."""
        ...

    def find_image(self, reference: str) -> ImageSeen | None: ...

    def find_network(self, name: str) -> ObjectSeen | None: ...

    def find_volume(self, name: str) -> ObjectSeen | None: ...

    def find_instance(self, name: str) -> InstanceSeen | None: ...

    def find_all(self, installation: str) -> tuple[InstanceSeen, ...]:
        """Every instance that this installation of the panel made on the host."""
        ...

    def names_on_network(self, network: str) -> Mapping[str, str]:
        """Names and aliases taken on a network, each with the container that has it."""
        ...

    def busy_ports(self, address: str, ports: Iterable[int]) -> Mapping[int, str]:
        """Those of the ports that can not be bound, each with who has it if known."""
        ...

    def pull_image(self, reference: str, progress: Progress, stop: Stop) -> None:
        """Fetch an image. Ends early, without error, when `stop()` is true."""
        ...

    def create_network(
        self, name: str, labels: Mapping[str, str], subnet: str = ""
    ) -> None:
        """With a subnet (10.1.2.0/24), members may have fixed addresses on it."""
        ...

    def remove_network(self, network_id: str) -> None: ...

    def subnets(self) -> tuple[str, ...]:
        """The IPv4 subnets of all networks of the host, so that another is chosen."""
        ...

    def network_subnet(self, name: str) -> str:
        """The IPv4 subnet of a network; empty when it is not there or has none."""
        ...

    def address_of(self, network: str, name: str) -> str:
        """The IPv4 address of whatever runs under a name or alias on the network."""
        ...

    def connect_instance(
        self, network: str, instance_id: str, aliases: tuple[str, ...]
    ) -> None:
        """Let an instance be reached on one more network; done already is done."""
        ...

    def disconnect_instance(self, network: str, instance_id: str) -> None: ...

    def is_inside(self, network: str) -> bool | None:
        """Whether the panel's own container is on the network; None: not in one."""
        ...

    def join_network(self, network: str) -> None: ...

    def leave_network(self, network: str) -> None: ...

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None: ...

    def remove_volume(self, name: str) -> None: ...

    def data_dir(self, volume: str) -> str:
        """The path of the data as the member sees it."""
        ...

    def create_instance(self, launch: Launch) -> None: ...

    def files_dir(self, name: str) -> str:
        """Where an instance finds the files that were put for it."""
        ...

    def put_files(self, instance_id: str, files: Mapping[str, str]) -> None:
        """Give a member files (by bare names) that it alone may read, such as keys."""
        ...

    def create_service(self, service: Service) -> None:
        """Make the container; its files are put whenever it is started."""
        ...

    def start_service(self, instance_id: str, files: Mapping[str, str]) -> None:
        """Put the files, then start it: so what runs has them, after any crash."""
        ...

    def published_udp(self, name: str, port: int) -> str:
        """HOST:PORT at which the panel reaches a running service; empty when it does
        not run, or is out of reach."""
        ...

    def start_instance(self, instance_id: str) -> None: ...

    def remove_instance(self, instance_id: str) -> None: ...

    def set_restart_policy(self, instance_id: str) -> None:
        """Let the host restart the member by itself from now on."""
        ...

    def log_tail(self, name: str, lines: int) -> tuple[str, ...]:
        """The last lines a member wrote; empty when there are none."""
        ...

    def endpoint(self, name: str, published: str) -> str:
        """HOST:PORT at which the panel reaches a member's client port."""
        ...

    def probe(self, endpoint: str, timeout: float) -> MemberReport:
        """Ask a member how it is; never raises."""
        ...

    def probe_proxy(self, endpoint: str, timeout: float) -> bool | None:
        """Whether a v2 proxy answers there, or a member; None: nothing answers."""
        ...

    def await_peer_answer(self, name: str, published: str, seconds: float) -> bool:
        """Whether a member answered at its peer port within the time; never raises."""
        ...
