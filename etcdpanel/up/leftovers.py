"""End the children of a panel whose parent was killed.

Runs in a process of its own (`python -m etcdpanel.up.leftovers`): psutil would
stay in the parent's memory for as long as the panel runs.
"""

import os
import signal
from collections.abc import Iterator

import psutil

from etcdpanel import home as homes
from etcdpanel.up import records
from etcdpanel.up.console import say

PATIENCE = 5.0


def belonging(pid: int, started: float) -> Iterator[psutil.Process]:
    """The process of that id and start, and the group that it led."""
    for process in psutil.process_iter():
        try:
            age = process.create_time() - started
            if process.pid == pid and abs(age) > records.TOLERANCE:
                return  # the id is somebody else's by now
            if os.getpgid(process.pid) != pid or age < -records.TOLERANCE:
                continue
            if process.pid == pid or "etcdpanel" in " ".join(process.cmdline()):
                yield process
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue


def end(name: str, processes: list[psutil.Process]) -> None:
    say(f"Ending what a killed panel left: {name} (pid {processes[0].pid}).")
    processes[0].send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)


def main() -> None:
    home = homes.from_environment()
    rows = {row.name: row for row in records.read(home)}
    for name in sorted(rows, key=records.ORDER.index):
        if found := list(belonging(rows[name].pid, rows[name].started)):
            end(name, found)
    records.forget(home)


if __name__ == "__main__":
    main()
