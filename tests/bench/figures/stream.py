"""From the commit of a line to its bytes at clients that follow the operation.

The line is written through the engine's own journal, in a process of its own; the
clients are sockets of this process, read by one loop, so that reading costs little.
"""

import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time

from etcdpanel.home import ROOT
from tests.bench.outcome import Outcome
from tests.bench.pairs import quantile
from tests.bench.panel import running
from tests.bench.rest import Door
from tests.up.panels import Panel

TARGET_MS = 25.0
CLIENTS = (1, 20)
LINES = 200
SETTLE_SECONDS = 1.5
PATIENCE = 60.0

_NUMBER = re.compile(rb"^id: (\d+)$", re.MULTILINE)


def measure(_count: int) -> list[Outcome]:
    with running() as (panel, door):
        return [_measure(panel, door, clients) for clients in CLIENTS]


def _measure(panel: Panel, door: Door, clients: int) -> Outcome:
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.writer", str(LINES)],
        cwd=ROOT,
        env=panel.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        operation = writer.stdout.readline().strip()
        seen = _follow(door, operation, clients, writer)
        committed = json.loads(writer.stdout.readline())
        writer.communicate(timeout=PATIENCE)
    finally:
        writer.kill()
        writer.wait()
    return _outcome(clients, seen, committed)


def _follow(
    door: Door, operation: str, clients: int, writer: subprocess.Popen[str]
) -> list[dict[int, float]]:
    """For each client, when the bytes of each line came."""
    selector = selectors.DefaultSelector()
    seen: list[dict[int, float]] = [{} for _ in range(clients)]
    for number in range(clients):
        wire = _connect(door, operation)
        selector.register(wire, selectors.EVENT_READ, seen[number])
    _drain(selector, SETTLE_SECONDS, stop_after_silence=True)
    writer.stdin.write("go\n")
    writer.stdin.flush()
    _drain(selector, PATIENCE, stop_after_silence=False)
    selector.close()
    return seen


def _connect(door: Door, operation: str) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", door.port))
    request = (
        f"GET /api/v1/operations/{operation}/events/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{door.port}\r\nAuthorization: Bearer {door.token}\r\n"
        "Accept: text/event-stream\r\nConnection: close\r\n\r\n"
    )
    wire.sendall(request.encode())
    return wire


def _drain(
    selector: selectors.BaseSelector, seconds: float, *, stop_after_silence: bool
) -> None:
    """Read until all streams ended, or nothing came for so long."""
    while selector.get_map():
        ready = selector.select(seconds)
        now = time.monotonic()
        if not ready:
            if stop_after_silence:
                return
            raise TimeoutError("a stream fell silent")
        for key, _ in ready:
            found = key.fileobj.recv(1 << 20)
            if not found:
                selector.unregister(key.fileobj)
                key.fileobj.close()
            for number in _NUMBER.findall(found):
                key.data.setdefault(int(number), now)


def _outcome(
    clients: int, seen: list[dict[int, float]], committed: dict[str, float]
) -> Outcome:
    # A number that is split between two reads is in neither; there are few.
    took = [
        (at[int(number)] - moment) * 1000
        for number, moment in committed.items()
        for at in seen
        if int(number) in at
    ]
    middle = statistics.median(took)
    return Outcome(
        figure=f"stream, {clients} client{'s' if clients > 1 else ''}",
        target=TARGET_MS,
        unit="ms",
        median=middle,
        least=min(took),
        most=max(took),
        count=len(took),
        notes=[f"p99: {quantile(took, 0.99):.1f} ms; {LINES} lines to each client"],
        raw={"p50": middle, "p90": quantile(took, 0.9), "p99": quantile(took, 0.99)},
    )
