"""A panel started as a person starts it, in a home and on a port of its own."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

from etcdpanel.home import ROOT, Home

PATIENCE = 60.0
NEVER = threading.Event()


def free_port() -> int:
    """Below the range that the system lends to outgoing connections."""
    while True:
        port = random.randrange(20000, 32768)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def until(asks, seconds=PATIENCE):
    """The first true answer; fails when there is none in time."""
    end = time.monotonic() + seconds
    while not (answer := asks()):
        assert time.monotonic() < end, "it did not happen in time"
        NEVER.wait(0.02)
    return answer


class Panel:
    """`python -m etcdpanel.up` with its output, and what it left in its home."""

    def __init__(self, home: Path, port: int, **environment: str) -> None:
        self.home = Home(home)
        self.port = port
        own = {"ETCDPANEL_HOME": str(home), "ETCDPANEL_PORT": str(port)}
        foreign = ("ETCDPANEL_", "DJANGO_", "PYTEST_", "SSH_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        self.environment = {**inherited, **own, **environment}
        self.prefix: tuple[str, ...] = ()
        self.process: subprocess.Popen[str] | None = None
        self.output = ""

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "etcdpanel.up", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self) -> "Panel":
        self.output = ""
        self.process = subprocess.Popen(
            [*self.prefix, sys.executable, "-m", "etcdpanel.up", "run"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # As a terminal's foreground job: not in the group of the tests.
            start_new_session=True,
        )
        threading.Thread(target=self.read, args=[self.process], daemon=True).start()
        until(lambda: "Ctrl-C" in self.output or self.process.poll() is not None)
        assert self.process.poll() is None, self.output
        own_broker = set() if "ETCDPANEL_REDIS_URL" in self.environment else {"broker"}
        until(lambda: set(self.pids()) == {"web", "worker", "beat"} | own_broker)
        return self

    def read(self, process) -> None:
        for line in process.stdout:
            self.output += line
        process.stdout.close()

    def pids(self) -> dict[str, int]:
        try:
            rows = json.loads((self.home.run / "children.json").read_text())
        except FileNotFoundError:
            return {}
        return {row["name"]: row["pid"] for row in rows}

    def replaced(self, name: str, old: int) -> int:
        return until(lambda: self.pids().get(name) not in {None, old} and self.pids())[
            name
        ]

    def ask(self, path: str):
        """Status, content and headers."""
        wire = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            wire.request("GET", path)
            answer = wire.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            wire.close()

    def end(self) -> None:
        """Whatever a failed test left: by id, with their groups."""
        pids = list(self.pids().values())
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False
