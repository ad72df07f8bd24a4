"""Creates through REST on one host and of one version, and what their steps took."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.bench.pairs import Timed
from tests.bench.ports import free_ports
from tests.bench.rest import Door

SIZE = 3
STORES = "discovery/stores"
REFERENCE = " (reference)"


class Creates:
    """What is made here is gone again before the next is timed."""

    def __init__(self, door: Door, host: str, version: str) -> None:
        self.door = door
        self.host = host
        self.version = version

    def timed(self, body: dict[str, Any]) -> Timed:
        """Submit to the end on the stream, and the seconds of its steps."""
        took, operation = self.door.timed("/clusters/", body)
        parts = spans(self.door.rest.get(f"/operations/{operation}/"))
        self.door.delete(body["name"])
        return took, parts

    def body(self, name: str, size: int = SIZE) -> dict[str, Any]:
        ports = free_ports(2 * size)
        return {
            "name": name,
            "size": size,
            "version": self.version,
            "hosts": [self.host],
            "client_ports": ports[:size],
            "peer_ports": ports[size:],
        }

    @contextlib.contextmanager
    def store(self, name: str, protocol: str) -> Iterator[Timed]:
        """A discovery store that the panel runs, as long as it is needed."""
        client, peer = free_ports(2)
        body = {
            "name": name,
            "protocol": protocol,
            "host": self.host,
            "version": self.version,
            "client_port": client,
            "peer_port": peer,
        }
        took, operation = self.door.timed(f"/{STORES}/", body)
        try:
            yield took, spans(self.door.rest.get(f"/operations/{operation}/"))
        finally:
            self.door.delete(name, STORES)


def spans(operation: dict[str, Any]) -> dict[str, float]:
    """Seconds from the first begin to the last end of each kind of step; kinds overlap.

    Before the first comes the plan, after the last the look at what was made.
    """
    begun: dict[str, datetime] = {}
    ended: dict[str, datetime] = {}
    for step in operation["steps"]:
        kind, began = step["kind"], datetime.fromisoformat(step["started_at"])
        end = datetime.fromisoformat(step["finished_at"])
        begun[kind] = min(began, begun.get(kind, began))
        ended[kind] = max(end, ended.get(kind, end))
    created = datetime.fromisoformat(operation["created_at"])
    finished = datetime.fromisoformat(operation["finished_at"])
    return {
        "plan": (min(begun.values()) - created).total_seconds(),
        **{kind: (ended[kind] - begun[kind]).total_seconds() for kind in begun},
        "last look": (finished - max(ended.values())).total_seconds(),
    }


def in_steps(ours: str, theirs: str, parts: dict[str, float]) -> list[str]:
    """A line for each side: the medians of its steps."""
    own = {kind: took for kind, took in parts.items() if REFERENCE not in kind}
    others = {
        kind.removesuffix(REFERENCE): took
        for kind, took in parts.items()
        if kind.endswith(REFERENCE)
    }
    return [f"{ours}: {_told(own)}", f"{theirs}: {_told(others)}"]


def _told(parts: dict[str, float]) -> str:
    steps = (f"{kind} {seconds * 1000:.0f}" for kind, seconds in parts.items())
    return f"{', '.join(steps)} ms"
