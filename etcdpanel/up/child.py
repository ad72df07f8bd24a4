"""One process of the panel: started, watched, started again, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from etcdpanel.home import ROOT

# Seconds before the next start of one that keeps dying; the first is at once.
DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
# Who lived this long is not in a loop of deaths.
SETTLED = 60.0
# Threads come and go; the C library would keep a heap for each of sixteen.
FRUGAL = {"MALLOC_ARENA_MAX": "2"}
LARGEST_LOG = 10 * 1024 * 1024


@dataclass(frozen=True)
class Part:
    """What to run, and how long it may take to stop."""

    name: str
    command: tuple[str, ...]
    log: Path
    stop_seconds: float
    pass_fds: tuple[int, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


class Child:
    """A part's process, the only one of its part at a time."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.due = 0.0
        self.started = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches only the parent, which stops
        its children in order."""
        rotate(self.part.log)
        with self.part.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # our own commands
                self.part.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, **FRUGAL, **self.part.variables},
                pass_fds=self.part.pass_fds,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def ended(self) -> str:
        """How it ended, in words, once; empty while it runs or waits."""
        if self.process is None or self.process.poll() is None:
            return ""
        code = self.process.returncode
        lived = time.monotonic() - self.started
        # Its children would go on beside the next start's.
        kill_group(self.process.pid)
        self.process = None
        self.deaths = 1 if lived > SETTLED else self.deaths + 1
        delay = DELAYS[min(self.deaths, len(DELAYS)) - 1]
        self.due = time.monotonic() + delay
        again = f"again in {delay:g} s" if delay else "started again"
        return f"{how(code)} after {lived:.0f} s; {again}"

    def kill(self) -> None:
        """End what is left of it and of its group."""
        if self.process is None:
            return
        kill_group(self.process.pid)
        self.process.wait()
        self.process = None


def kill_group(pid: int) -> None:
    """End what is left of a session; members have sessions of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"


def rotate(log: Path) -> None:
    """Keep one older piece; truncating in place suits a running writer too."""
    if not log.exists() or log.stat().st_size < LARGEST_LOG:
        return
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def last_lines(log: Path, count: int) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
