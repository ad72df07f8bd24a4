"""End the children of a panel whose parent was killed.

Runs in a process of its own (`python -m etcdpanel.up.leftovers`): psutil would
stay in the parent's memory for as long as the panel runs.
"""

import os
from collections.abc import Iterator
from contextlib import suppress

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


def end(processes: list[psutil.Process]) -> None:
    """Ask all at once: their leaders answer, the others go with them."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)


def main() -> None:
    home = homes.from_environment()
    found = {
        record.name: list(belonging(record.pid, record.started))
        for record in records.read(home)
    }
    pids = {name: group[0].pid for name, group in found.items() if group}
    names = ", ".join(f"{name} (pid {pid})" for name, pid in pids.items())
    if names:
        say(f"Ending what a killed panel left: {names}.")
    # Last the broker: the worker hands back what it holds.
    broker = found.pop("broker", [])
    end([process for group in found.values() for process in group])
    end(broker)
    records.forget(home)


if __name__ == "__main__":
    main()
