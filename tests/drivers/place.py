"""Hosts on which drivers are tested, and clusters that are built on them by hand."""

import json
import random
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from clusters.core.flags import member_flags
from clusters.core.labels import object_labels
from clusters.core.names import LABEL
from clusters.core.observed import MemberReport
from clusters.core.spec import ClusterSpec, HostKind, MemberSpec
from clusters.discovery.dns import Resolver
from clusters.discovery.static import StaticDiscovery
from clusters.drivers.base import Driver, Launch
from clusters.etcd.client import probe
from tests import parts

FORM_SECONDS = 30.0
PROBE_SECONDS = 2.0
RESOLVE_SECONDS = 1.0
INSTALLATION = "0d5b8a52-contract"
# Elections are ten times as quick as by default, on a machine that may be busy.
QUICK = {"heartbeat_interval": 50, "election_timeout": 500}


@dataclass
class Place:
    """One kind of host: how to get a driver of it, and what its members run."""

    kind: HostKind
    version: str
    open: Callable[[], Driver]
    write: Callable[[str], int]
    image: str = ""
    folder: Path | None = None  # of a host of processes
    name_server: str = ""  # the image of one, where services can run
    resolver: Callable[[str], Any] = lambda server: Resolver((server,), RESOLVE_SECONDS)

    @property
    def in_containers(self) -> bool:
        return self.kind != HostKind.PROCESS


@dataclass
class Site:
    """A cluster that a test builds step by step, with a driver and nothing else."""

    place: Place
    spec: ClusterSpec
    driver: Driver
    installation: str = INSTALLATION

    @property
    def labels(self) -> dict[str, str]:
        return object_labels(
            installation=self.installation,
            cluster=self.spec.name,
            operation="op-1",
            fence=1,
        )

    def launch(self, member: MemberSpec, **changes: Any) -> Launch:
        volume = self.spec.volume(member)
        flags = member_flags(
            self.spec,
            member,
            self.driver.data_dir(volume),
            StaticDiscovery().flags(self.spec, member),
        )
        launch = Launch(
            name=self.spec.instance(member),
            member=member.name,
            version=self.spec.version,
            image=self.place.image,
            flags=flags,
            labels=self.labels | {f"{LABEL}.member": member.name},
            bind_address=self.spec.bind_address,
            client_port=member.client_port,
            peer_port=member.peer_port,
            network=self.spec.network_name if self.place.in_containers else "",
            volume=volume,
        )
        return replace(launch, **changes)

    def make_network(self) -> None:
        if self.place.in_containers:
            self.driver.create_network(self.spec.network_name, self.labels)

    def make(self, member: MemberSpec, **changes: Any) -> str:
        """Create one member with its volume; answers the id of its instance."""
        self.driver.create_volume(self.spec.volume(member), self.labels)
        self.driver.create_instance(self.launch(member, **changes))
        return self.id_of(member)

    def start(self, member: MemberSpec) -> None:
        self.driver.start_instance(self.id_of(member))

    def remove(self, member: MemberSpec) -> None:
        self.driver.remove_instance(self.id_of(member))

    def id_of(self, member: MemberSpec) -> str:
        seen = self.driver.find_instance(self.spec.instance(member))
        assert seen is not None
        return seen.id

    def endpoint(self, member: MemberSpec) -> str:
        published = self.spec.endpoint(member)
        return self.driver.endpoint(self.spec.instance(member), published)

    def build(self) -> dict[str, MemberReport]:
        """The whole cluster; answers what each member says once it has formed."""
        self.make_network()
        for member in self.spec.members:
            self.make(member)
        for member in self.spec.members:
            self.start(member)
        return {m.name: self.await_service(m) for m in self.spec.members}

    def await_service(self, member: MemberSpec) -> MemberReport:
        """Until it answers a linearizable read and knows every other by name."""
        ends = monotonic() + FORM_SECONDS
        while True:
            report = self.driver.probe(self.endpoint(member), PROBE_SECONDS)
            named = sum(bool(m.name) for m in report.members)
            if report.serves and named == self.spec.size:
                return report
            assert monotonic() < ends, (report, self.last_lines(member))
            Event().wait(0.02)

    def await_exit(self, member: MemberSpec) -> Any:
        return until(
            lambda: self.driver.find_instance(self.spec.instance(member)),
            lambda seen: seen is not None and seen.state == "exited",
        )

    def last_lines(self, member: MemberSpec) -> str:
        return "\n".join(self.driver.log_tail(self.spec.instance(member), 20))

    def clear(self) -> None:
        """Leave nothing behind, whatever the test did."""
        for seen in self.driver.find_all(self.installation):
            if seen.labels.get(f"{LABEL}.cluster") == self.spec.name:
                self.driver.remove_instance(seen.id)
        for member in self.spec.members:
            self.driver.remove_volume(self.spec.volume(member))
        network = self.driver.find_network(self.spec.network_name)
        if network is not None:
            self.driver.remove_network(network.id)


def cluster_of(place: Place, size: int) -> ClusterSpec:
    """A definition with names and ports that nothing else has."""
    ports = free_ports(2 * size)
    members = tuple(
        MemberSpec(
            name=f"etcd{number}",
            host="here",
            client_port=next(ports),
            peer_port=next(ports),
        )
        for number in range(1, size + 1)
    )
    name = f"t{secrets.token_hex(4)}"
    return ClusterSpec(
        name=name,
        size=size,
        version=place.version,
        host_kind=place.kind,
        members=members,
        token=name,
        options=QUICK,
    )


def free_ports(count: int) -> Iterator[int]:
    """Ports below the ephemeral range that nobody listens at."""
    while count:
        port = random.randrange(20000, 32000)
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        count -= 1
        yield port


def address_in(site, number):
    subnet = site.driver.network_subnet(site.spec.network_name) or "10.0.0.0/24"
    return subnet.replace(".0/24", f".{number}")


def free_subnet(driver):
    taken = driver.subnets()
    numbers = iter(lambda: secrets.randbelow(256), None)
    offers = (f"10.{197 + n % 8}.{n}.0/24" for n in numbers)
    return next(subnet for subnet in offers if subnet not in taken)


def put(endpoint: str) -> int:
    """Write a key to a real member; answers the revision it got."""
    from clusters.etcd.compat import open_client

    host, _, port = endpoint.rpartition(":")
    with open_client(host, int(port), PROBE_SECONDS) as client:
        client.put("greeting", "hello")
    return probe(endpoint, PROBE_SECONDS).revision


def put_by_etcdctl(endpoint: str) -> int:
    """The same by a process of its own, where this one can not reach the member."""
    etcdctl = parts.etcd_dir("3.6") / "etcdctl"
    command = [etcdctl, f"--endpoints={endpoint}", "-w=json", "put", "greeting", "hi"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(answer.stdout)["header"]["revision"]


def until(
    look: Callable[[], Any], holds: Callable[[Any], bool], seconds: float = 10.0
) -> Any:
    """Look again until it holds; answers what was seen then."""
    ends = monotonic() + seconds
    while not holds(seen := look()):
        assert monotonic() < ends, seen
        Event().wait(0.02)
    return seen
