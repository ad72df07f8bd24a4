"""Submit to verified cluster, as processes ÷ a script that forks the same etcds.

The script gets the very command lines that the panel used, with other ports and
folders. It does not validate, plan, record or show anything; it only forks, all members
at once, and asks with the same client at the same interval.
"""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests import parts
from tests.bench import members, pairs
from tests.bench.outcome import Outcome, of_ratios
from tests.bench.panel import running, scratch
from tests.bench.ports import free_ports
from tests.bench.readiness import await_all
from tests.bench.rest import Door
from tests.up.panels import Panel

TARGET = 1.15
SIZE = 3
NAMES = [f"etcd{number}" for number in range(1, SIZE + 1)]
TEMPLATE = "template"


def measure(count: int) -> list[Outcome]:
    etcd = parts.etcd_dir("3")
    settings = {"ETCDPANEL_ETCD_DIRS": str(etcd)}
    with running(**settings) as (panel, door), scratch("script") as folder:
        door.usable_host("local")
        create = Create(panel, door, etcd.name)
        script = Script(create.template(), folder)
        found = pairs.ratios_of(pairs.in_turn(count, create.run, script.run))
    return [of_ratios("processes", TARGET, found, _notes(etcd.name, found["parts"]))]


class Create:
    """Our side: one REST call, and the stream of its operation to the end."""

    def __init__(self, panel: Panel, door: Door, version: str) -> None:
        self.door = door
        self.version = version
        self.instances = panel.home.path / "hosts/local/instances"

    def template(self) -> list[list[str]]:
        """Command lines to copy; the workers are warm afterwards."""
        for _ in range(2):
            self.door.create(self.body(TEMPLATE))
            folders = [self.instances / f"{TEMPLATE}-{name}" for name in NAMES]
            found = [members.command_line(folder) for folder in folders]
            self.door.delete(TEMPLATE)
        return found

    def run(self, number: int) -> pairs.Timed:
        name, began = f"pair{number}", time.time()
        took = self.door.create(self.body(name))
        folders = [self.instances / f"{name}-{member}" for member in NAMES]
        forks = [members.forked_at(folder) for folder in folders]
        logs = [folder / "etcd.log" for folder in folders]
        served = max(map(members.served_at, logs))
        self.door.delete(name)
        return took, {
            "submit → first fork": min(forks) - began,
            "submit → last fork": max(forks) - began,
            "first fork → all serve": served - min(forks),
            "all serve → end on the stream": began + took - served,
        }

    def body(self, name: str) -> dict[str, Any]:
        ports = free_ports(2 * SIZE)
        return {
            "name": name,
            "size": SIZE,
            "version": self.version,
            "hosts": ["local"],
            "client_ports": ports[:SIZE],
            "peer_ports": ports[SIZE:],
        }


class Script:
    """Their side: fork them all, and ask until all serve."""

    def __init__(self, template: list[list[str]], folder: Path) -> None:
        self.template = template
        self.folder = folder

    def run(self, number: int) -> pairs.Timed:
        folder = self.folder / str(number)
        argvs, endpoints = self.command_lines(folder)
        processes: list[subprocess.Popen[bytes]] = []
        began, clock = time.time(), time.monotonic()
        try:
            processes += [
                subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={},
                    start_new_session=True,
                )
                for argv in argvs
            ]
            await_all(endpoints)
            took = time.monotonic() - clock
            served = max(members.served_at(folder / f"{m}.log") for m in NAMES)
        finally:
            for process in processes:
                process.kill()
                process.wait()
            shutil.rmtree(folder)
        return took, {
            "first fork → all serve": served - began,
            "all serve → seen": began + took - served,
        }

    def command_lines(self, folder: Path) -> tuple[list[list[str]], list[str]]:
        """The template's with ports and folders of their own, and where to ask."""
        ports = iter(free_ports(2 * SIZE))
        changed: dict[str, str] = {}
        endpoints = []
        for member, argv in zip(NAMES, self.template, strict=True):
            flags = dict(flag.partition("=")[::2] for flag in argv[1:])
            (folder / member).mkdir(mode=0o700, parents=True)
            changed[flags["--data-dir"]] = str(folder / member)
            changed[flags["--log-outputs"]] = str(folder / f"{member}.log")
            for kind in ("--listen-client-urls", "--listen-peer-urls"):
                port = next(ports)
                changed[flags[kind]] = f"http://127.0.0.1:{port}"
                if "client" in kind:
                    endpoints.append(f"127.0.0.1:{port}")
        return [[_with(changed, a) for a in argv] for argv in self.template], endpoints


def _with(changed: dict[str, str], argument: str) -> str:
    for old, new in changed.items():
        argument = argument.replace(old, new)
    return argument


def _notes(version: str, found: dict[str, float]) -> list[str]:
    own = found["submit → first fork"] + found["all serve → end on the stream"]
    return [
        f"{SIZE} members of etcd {version}",
        f"the panel's own part (first and last of these): {own * 1000:.0f} ms",
        *(f"{name}: {seconds * 1000:.0f} ms" for name, seconds in found.items()),
    ]
