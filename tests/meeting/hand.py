"""Members that a person starts by hand, beside the panel, as processes."""

import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.drivers.docker_world import free_ports
from tests.meeting.program import Program, clean_environment
from tests.meeting.stores import LOOPBACK, QUICK
from tests.parts import etcd_dir

FORM_SECONDS = 60.0
# etcd binds its ports before it looks for others.
BIND_SECONDS = 3.0
TRIES = 3


@dataclass(kw_only=True)
class HandMember:
    """One etcd on ports of its own; it advertises what it listens on."""

    name: str
    host: str
    client_port: int
    peer_port: int
    program: Program

    @property
    def client_url(self) -> str:
        return f"http://{self.host}:{self.client_port}"

    @property
    def peer_url(self) -> str:
        return f"http://{self.host}:{self.peer_port}"


@dataclass(kw_only=True)
class Hand:
    """Starts members of one version, one by one; all of them end with the test."""

    version: str
    folder: Path
    host: str = LOOPBACK
    members: list[HandMember] = field(default_factory=list)

    @property
    def endpoints(self) -> str:
        return ",".join(member.client_url for member in self.members)

    def add(self, name: str, *flags: str) -> HandMember:
        """A member that is not started yet, so that others may be told of it."""
        client_port, peer_port = free_ports(2)
        program = Program([], self.folder / f"{name}.log")
        member = HandMember(
            name=name,
            host=self.host,
            client_port=client_port,
            peer_port=peer_port,
            program=program,
        )
        program.command = [
            str(etcd_dir(self.version) / "etcd"),
            f"--name={name}",
            "--logger=zap",
            f"--data-dir={self.folder / name}",
            f"--listen-client-urls={member.client_url}",
            f"--advertise-client-urls={member.client_url}",
            f"--listen-peer-urls={member.peer_url}",
            f"--initial-advertise-peer-urls={member.peer_url}",
            *QUICK,
            *flags,
        ]
        self.members.append(member)
        return member

    def start(self, name: str, *flags: str) -> HandMember:
        """A member that listens; another suite may take a port just before it does."""
        for _ in range(TRIES):
            member = self.add(name, *flags)
            member.program.start()
            if _has_its_ports(member):
                break
            self.forget(name)
        return member

    def await_healthy(self, seconds: float = FORM_SECONDS) -> None:
        """Until `etcdctl endpoint health` of the same version says so of each."""
        for member in self.members:
            member.program.await_answer(lambda m=member: self._is_healthy(m), seconds)

    def _is_healthy(self, member: HandMember) -> bool:
        for other in self.members:
            assert other.program.exit_code is None, other.program.output[-2000:]
        done = self._run_etcdctl(member.client_url, "endpoint", "health")
        return done.returncode == 0

    def etcdctl(self, *arguments: str) -> str:
        done = self._run_etcdctl(self.endpoints, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        for member in self.members:
            member.program.kill()

    def forget(self, name: str) -> None:
        """End a member and remove what it holds."""
        member = next(member for member in self.members if member.name == name)
        member.program.kill()
        shutil.rmtree(self.folder / name, ignore_errors=True)
        self.members.remove(member)

    def _run_etcdctl(
        self, endpoints: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        program = etcd_dir(self.version) / "etcdctl"
        return subprocess.run(
            [program, "--command-timeout=2s", f"--endpoints={endpoints}", *arguments],
            env={**clean_environment(), "ETCDCTL_API": "3"},
            capture_output=True,
            text=True,
            check=False,
        )


def _has_its_ports(member: HandMember) -> bool:
    """False when somebody else has them; a proxy without a store binds none."""
    ends_at = time.monotonic() + BIND_SECONDS
    while member.program.exit_code is None and time.monotonic() < ends_at:
        with socket.socket() as probe:
            if probe.connect_ex((member.host, member.client_port)) == 0:
                return True
        threading.Event().wait(0.02)
    return "address already in use" not in member.program.output


@contextmanager
def hand(line: str, *, host: str = LOOPBACK) -> Iterator[Hand]:
    """No member yet: the test starts each with flags of its own."""
    with tempfile.TemporaryDirectory(prefix="etcdpanel-meeting-") as folder:
        ready = Hand(version=etcd_dir(line).name, folder=Path(folder), host=host)
        try:
            yield ready
        finally:
            ready.end()


@contextmanager
def hand_started(
    line: str, *flags: str, size: int = 3, host: str = LOOPBACK
) -> Iterator[Hand]:
    """Members hand1, hand2, …, all with these flags, healthy when it is entered."""
    with hand(line, host=host) as ready:
        for number in range(1, size + 1):
            ready.start(f"hand{number}", *flags)
        ready.await_healthy()
        yield ready
