"""Fetch an image: progress layer by layer, a clock for stalls, an end when asked.

The engine's answer is read in a thread of its own, for neither the wait for its first
line nor the wait between two lines can be interrupted. Who gives up leaves the thread:
it hangs up at the next line, or when the silence has lasted as long as a stall.
"""

import json
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docker.errors

from clusters.core.errors import BackendError
from clusters.core.images import split_reference
from clusters.core.text import quote, say
from clusters.drivers.base import Progress, Stop
from clusters.drivers.docker.client import Client
from clusters.drivers.docker.refusals import words_of
from clusters.drivers.docker.registry import pull_refused

# How often `stop` is asked, and how often at most `progress` is told.
_TICK_SECONDS = 0.5
# The reader waits longer than a stall lasts, so that the stall is what is reported.
_GRACE_SECONDS = 2.0

_PULLED = frozenset({"Pull complete", "Already exists"})
_FETCHED = frozenset({"Download complete", "Extracting"}) | _PULLED

Line = dict[str, Any]


@dataclass(slots=True)
class Layer:
    """One layer: its bytes as far as they came, and the last the engine told of it."""

    current: int = 0
    total: int = 0
    told: tuple[str, Any] = ("", None)

    @property
    def is_done(self) -> bool:
        return self.told[0] in _PULLED


@dataclass(slots=True)
class Tally:
    """What the lines of a pull add up to."""

    status: str = ""
    layers: dict[str, Layer] = field(default_factory=dict)

    def note(self, line: Line) -> bool:
        """Take in one line; whether it says anything new.

        Newer engines repeat themselves while nothing comes, and older ones count down
        to their next try.
        """
        before, self.status = self.status, str(line.get("status", ""))
        name = str(line.get("id", ""))
        if not name or self.status.startswith("Pulling from"):
            return self.status != before
        layer = self.layers.setdefault(name, Layer())
        detail = line.get("progressDetail") or {}
        if self.status == "Downloading":
            layer.current = detail.get("current") or 0
            layer.total = max(detail.get("total") or 0, layer.total, layer.current)
        elif self.status in _FETCHED:
            layer.current = layer.total
        told, layer.told = layer.told, (self.status, detail.get("current"))
        return layer.told != told and not self.status.startswith("Retrying")

    def summary(self) -> dict[str, int | str]:
        layers = self.layers.values()
        return {
            "current": sum(layer.current for layer in layers),
            "total": sum(layer.total for layer in layers),
            "layers_done": sum(layer.is_done for layer in layers),
            "layers": len(layers),
            "status": self.status,
        }


class Pull:
    """One pull and the thread that reads it."""

    def __init__(self, client: Client, reference: str, stall_seconds: float) -> None:
        self.reference = reference
        self._stall_seconds = stall_seconds
        self._lines: queue.SimpleQueue[Line | Exception | None] = queue.SimpleQueue()
        self._given_up = threading.Event()
        self._tally = Tally()
        self._reader = threading.Thread(
            target=self._read, args=(client,), name="docker-pull", daemon=True
        )

    def run(self, progress: Progress, stop: Stop) -> None:
        self._reader.start()
        try:
            self._follow(progress, stop)
        finally:
            self._given_up.set()

    def _follow(self, progress: Progress, stop: Stop) -> None:
        moved_at = time.monotonic()
        while not stop():
            moved, ended = self._take()
            if moved:
                moved_at = time.monotonic()
                progress(self._tally.summary())
            if ended:
                return
            if time.monotonic() - moved_at > self._stall_seconds:
                raise self._stalled()

    def _take(self) -> tuple[bool, bool]:
        """What arrived within one tick: whether anything moved, whether it ended."""
        ends_at = time.monotonic() + min(_TICK_SECONDS, self._stall_seconds)
        moved = False
        while (left := ends_at - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                return moved, True
            moved = self._tally.note(self._good(line)) or moved
        return moved, False

    def _good(self, line: Line | Exception) -> Line:
        if isinstance(line, docker.errors.APIError):
            raise pull_refused(words_of(line), self.reference) from line
        if isinstance(line, Exception):
            raise line
        detail = line.get("errorDetail") or {}
        words = detail.get("message") or line.get("error")
        if words:
            raise pull_refused(str(words), self.reference)
        return line

    def _read(self, client: Client) -> None:
        try:
            for line in self._answer(client):
                if self._given_up.is_set():
                    return
                self._lines.put(line)
            self._lines.put(None)
        except Exception as error:  # noqa: BLE001 (raised by who waits for the lines)
            self._lines.put(error)

    def _answer(self, client: Client) -> Iterator[Line]:
        silence = self._stall_seconds + _GRACE_SECONDS
        name, tag = name_and_tag(self.reference)
        with client.begin_pull(name, tag, silence) as response:
            for line in response.iter_lines():
                if line:
                    yield json.loads(line)

    def _stalled(self) -> BackendError:
        seconds = round(self._stall_seconds)
        return BackendError(
            say(
                "Nothing of the image {reference} has come for {seconds} s.",
                reference=self.reference,
                seconds=seconds,
            ),
            code="pull_stalled",
            advice=say(
                "Check the network of the engine's machine and try again: what was"
                " fetched is kept. A mirror can be set in ETCDPANEL_ETCD_IMAGE."
            ),
        )


def name_and_tag(reference: str) -> tuple[str, str]:
    """What is asked for; a digest is more exact than a tag."""
    parts = split_reference(reference)
    if parts is None or not (parts[1] or parts[2]):
        raise BackendError(
            say("“{image}” names no version.", image=quote(reference, 100)),
            code="image_invalid",
            advice=say("Name a tag or a digest, such as …/etcd:v3.6.16."),
        )
    return parts[0], parts[2] or parts[1]
