"""Named places where a test may break the engine; nothing happens elsewhere.

`ETCDPANEL_FAILPOINTS="start_member.before_call=kill;create_member.after_call=drop"`.
Off unless the variable is set when the process starts. Each place breaks once in a
process. The modes:

- `kill`: this process is gone at once.
- `raise`: a bug, as far as the engine knows.
- `hang:SECONDS` or `hang:FIFO`: this thread waits so long, or until somebody opens the
  named pipe to write and closes it.
- `drop`: what was done was done, but its answer is lost; for `after_call`.
- `database` or `database:SECONDS`: PostgreSQL ends all sessions of the database, as
  when it restarts; a file of SQLite is locked by somebody else for so long.
"""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from django.db import connection

from clusters.core.errors import Unavailable
from clusters.core.text import quote

BORDERS = (
    "before_intent",
    "after_intent",
    "before_call",
    "after_call",
    "after_record",
)


class InjectedError(RuntimeError):
    """What a failpoint of mode `raise` raises: a bug, as far as the engine knows."""


def _parse(written: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in written.split(";") if entry)
    return {place.strip(): mode.strip() for place, _, mode in pairs}


_ARMED = _parse(os.environ.get("ETCDPANEL_FAILPOINTS", ""))


class Placed(Protocol):
    """Whatever is of a kind of step."""

    kind: str


def reach_all(steps: Iterable[Placed], border: str) -> None:
    """Pass a border that several steps pass together."""
    for step in steps:
        reach(step.kind, border)


def reach(kind: str, border: str) -> None:
    """Pass a step border; break here when a test asked for it."""
    if not _ARMED:
        return
    mode, _, detail = _ARMED.pop(f"{kind}.{border}", "").partition(":")
    if mode:
        MODES[mode](detail)


def _kill(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(_: str) -> None:
    raise InjectedError("a failpoint")


def _hang(until: str) -> None:
    if "/" in until:
        Path(until).read_bytes()
    else:
        threading.Event().wait(float(until or 60))


def _drop(_: str) -> None:
    raise Unavailable(quote("a failpoint lost the answer"), code="engine_unreachable")


def _database(seconds: str) -> None:
    if connection.vendor == "postgresql":
        _end_sessions()
    else:
        _lock(str(connection.settings_dict["NAME"]), float(seconds or 1))


def _end_sessions() -> None:
    wire = connection.copy()
    try:
        with wire.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    finally:
        wire.close()


def _lock(path: str, seconds: float) -> None:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(seconds, other.close)  # which rolls back
    release.daemon = True
    release.start()


MODES: dict[str, Callable[[str], None]] = {
    "kill": _kill,
    "raise": _raise,
    "hang": _hang,
    "drop": _drop,
    "database": _database,
}
