"""Which processes a panel started, so that the next one finds what was left.

A parent that is killed cannot stop its children. They are found by process id
*and* start time, for an id alone may belong to somebody else by now.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from etcdpanel import home as homes
from etcdpanel.home import Home

# Between the note and the process's own start time.
TOLERANCE = 5.0
# Stopped in this order: last the broker, so that the worker can hand back what
# it holds.
ORDER = ("web", "beat", "worker", "broker")


@dataclass(frozen=True)
class Record:
    """One process that this panel started."""

    name: str
    pid: int
    started: float


def records_file(home: Home) -> Path:
    return home.run / "children.json"


def write(home: Home, pids: dict[str, int]) -> None:
    known = {(record.name, record.pid): record for record in read(home)}
    now = time.time()
    records = [
        known.get((name, pid), Record(name, pid, now))
        for name, pid in pids.items()
        if pid
    ]
    content = json.dumps([asdict(record) for record in records])
    homes.write_private(records_file(home), content)


def read(home: Home) -> list[Record]:
    try:
        rows = json.loads(records_file(home).read_text(encoding="utf-8"))
        return [Record(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return []


def exist(home: Home) -> bool:
    return records_file(home).exists()


def forget(home: Home) -> None:
    records_file(home).unlink(missing_ok=True)
