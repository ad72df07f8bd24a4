"""Start real etcds side by side, and wait for their words, never for a time."""

import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

from clusters.core.diagnosis import LINES_TO_READ
from tests import parts
from tests.drivers.place import free_ports

# Only a machine that stands still waits that long; what is waited for ends the wait.
GENEROUS = 90.0
NAME_SERVER = Path(__file__).with_name("name_server.py")
# A network, mounts and process ids of its own: all of it is gone with the command.
ALONE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c")
# What parts a command from the machine is found on the machine's own PATH.
OWN_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
WITH_NAMES = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"'


@dataclass(frozen=True)
class Heard:
    """The last lines of a member, and words that their explanation must contain."""

    lines: list[str]
    words: tuple[str, ...] = ()


class Etcd:
    """One start of a real etcd."""

    def __init__(self, command: Iterable[str], folder: Path, environment=None):
        self.log = folder / f"{secrets.token_hex(4)}.log"
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment or {},
                cwd=folder,
            )

    @property
    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def says(self, *words: str) -> "Etcd":
        """Wait until it has written all of these words."""
        await_that(lambda: all(w in self.text for w in words), self, words)
        return self

    def ends(self) -> "Etcd":
        """Wait until it has ended by itself."""
        await_that(lambda: self.process.poll() is not None, self, "its end")
        return self

    def kill(self) -> "Etcd":
        self.process.kill()
        self.process.wait()
        return self

    def heard(self, *words: str) -> Heard:
        return Heard(self.text.splitlines()[-LINES_TO_READ:], words)


def await_that(holds: Callable[[], bool], etcd: Etcd, wanted) -> None:
    until = monotonic() + GENEROUS
    while not holds():
        gone = etcd.process.poll() is not None and not holds()
        assert not gone, (wanted, etcd.text[-4000:])
        assert monotonic() < until, (wanted, etcd.text[-4000:])
        Event().wait(0.05)


@dataclass
class Bench:
    """A folder, a line of etcd, and what was started there; all of it ends with it."""

    line: str
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def member(self, name: str = "a", **changes) -> dict[str, str]:
        """The flags of one member at ports of its own; None leaves a flag out."""
        client, peer = free_ports(2)
        flags = {
            "name": name,
            "data_dir": str(self.folder / secrets.token_hex(4)),
            "listen_client_urls": f"http://127.0.0.1:{client}",
            "advertise_client_urls": f"http://127.0.0.1:{client}",
            "listen_peer_urls": f"http://127.0.0.1:{peer}",
            "initial_advertise_peer_urls": f"http://127.0.0.1:{peer}",
        }
        return {k: v for k, v in {**flags, **changes}.items() if v is not None}

    def start(self, flags, *, line="", environment=None, around=()) -> Etcd:
        """Run a member with these flags, of another line if one is given."""
        command = [*around, *binary(line or self.line), *written(flags)]
        return self.keep(Etcd(command, self.folder, environment))

    def etcd(self, name: str = "a", **changes) -> Etcd:
        """A member with its usual flags and these."""
        return self.start(self.member(name, **changes))

    def static(self, name: str = "a", **changes) -> dict[str, str]:
        """The flags of a cluster of one member."""
        flags = self.member(name)
        return flags | {"initial_cluster": listed(flags)} | changes

    def with_names(self, flags, *zone: str, mood: str = "answers") -> Etcd:
        """Run it where a name server knows these records of ex.test, and nothing else.

        Whoever is not allowed to make a namespace can not provoke these words.
        """
        parts.require(
            may_part() or None, "no namespace may be made", "run the tests as root"
        )
        file = self.folder / f"{secrets.token_hex(4)}.zone"
        file.write_text("".join(f"{record}\n" for record in zone))
        resolver = file.with_suffix(".conf")
        resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        server = (sys.executable, str(NAME_SERVER), mood, str(file))
        around = (*ALONE, WITH_NAMES, str(resolver), *server)
        return self.start(flags, around=around, environment=OWN_PATH)

    def keep(self, etcd: Etcd) -> Etcd:
        self.stack.callback(etcd.kill)
        return etcd


def binary(line: str) -> list[str]:
    command = [str(parts.etcd_dir(line) / "etcd")]
    return [*command, "--logger=zap"] if line == "3.4" else command


def written(flags) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in flags.items()]


def listed(*members) -> str:
    """The initial cluster of these members."""
    return ",".join(f"{m['name']}={m['initial_advertise_peer_urls']}" for m in members)


def may_part() -> bool:
    done = subprocess.run([*ALONE, "true"], capture_output=True, check=False)
    return done.returncode == 0
