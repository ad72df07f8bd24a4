"""What a member's files tell: its command line, when it was forked and served."""

import json
from datetime import datetime
from pathlib import Path

# etcd says so when it knows a leader, a moment before it answers.
SERVES = "ready to serve client requests"


def command_line(instance: Path) -> list[str]:
    """Of a member that the panel runs as a process."""
    return list(json.loads((instance / "pid.json").read_text())["argv"])


def forked_at(instance: Path) -> float:
    """The file is written right after the fork; its clock is finer than the kernel's
    start times of processes."""
    return (instance / "pid.json").stat().st_mtime


def served_at(log: Path) -> float:
    """The moment, in seconds since the epoch, at which etcd was ready."""
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if entry["msg"] == SERVES:
            return datetime.fromisoformat(entry["ts"]).timestamp()
    raise RuntimeError(f"{log} does not tell when the member served")
