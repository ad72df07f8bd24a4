"""A real program that a test started and ends by its pid."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE = 30.0
NEVER = Event()
# What a person's shell may hold and a program would obey.
FOREIGN = ("ETCD_", "ETCDCTL_")


def clean_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")
    }


def await_true(asks: Callable[[], Answer], seconds: float = PATIENCE) -> Answer:
    """The first true answer; fails when time is over."""
    ends_at = time.monotonic() + seconds
    while not (answer := asks()):
        assert time.monotonic() < ends_at, "it did not happen in time"
        NEVER.wait(0.03)
    return answer


class Program:
    """One process: it can be stopped, killed, frozen and started again."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, **environment: str
    ) -> None:
        self.command = [str(word) for word in command]
        self.log = log
        self.environment: Mapping[str, str] = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._started.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._started.poll()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def start(self) -> None:
        """Again too: what it wrote the last time stays in its folder and its log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**clean_environment(), **self.environment},
            )

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Its ports still accept connections, and nothing is ever answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def await_answer(
        self, asks: Callable[[], Answer], seconds: float = PATIENCE
    ) -> Answer:
        """The first true answer; fails when the program ends or time is over."""
        ends_at = time.monotonic() + seconds
        while not (answer := asks()):
            assert self.exit_code is None, self._words()
            assert time.monotonic() < ends_at, self._words()
            NEVER.wait(0.03)
        return answer

    def _words(self) -> str:
        code = self.exit_code
        state = "does not answer" if code is None else f"ended with {code}"
        return f"{state}: {self.command}\n{self.output[-2000:]}"

    @property
    def _started(self) -> subprocess.Popen[bytes]:
        assert self._process, f"{self.command[0]} was not started"
        return self._process

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self.exit_code is not None:
            return
        self.thaw()  # a frozen one hears no other signal than KILL
        os.kill(self.pid, how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)


@dataclass(kw_only=True)
class Server:
    """What a test uses through a port: a program, and how to see that it answers."""

    program: Program

    @property
    def pid(self) -> int:
        return self.program.pid

    @property
    def output(self) -> str:
        return self.program.output

    def start(self) -> None:
        """Again too, with what it holds; it answers when this returns."""
        self.program.start()
        self.program.await_answer(self._is_healthy)

    def stop(self) -> None:
        self.program.stop()

    def kill(self) -> None:
        self.program.kill()

    def freeze(self) -> None:
        """It accepts connections and never answers, until `thaw`."""
        self.program.freeze()

    def thaw(self) -> None:
        self.program.thaw()

    def _is_healthy(self) -> bool:
        raise NotImplementedError
