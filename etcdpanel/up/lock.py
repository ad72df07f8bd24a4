"""One panel on one home: who holds it, and how to reach them."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from etcdpanel.home import Home
from etcdpanel.up.console import LaunchError

ANOTHER_PANEL = 3


@dataclass(frozen=True)
class Holder:
    """The panel that runs on a home."""

    pid: int
    address: str


class Lock:
    """The kernel frees it when its process dies, however that happens."""

    def __init__(self, home: Home, address: str) -> None:
        home.make()
        self.descriptor = os.open(lock_file(home), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self.descriptor)
            raise LaunchError(taken(home), code=ANOTHER_PANEL) from None
        content = json.dumps(asdict(Holder(os.getpid(), address)))
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content.encode(), 0)

    def release(self) -> None:
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def lock_file(home: Home) -> Path:
    return home.run / "lock"


def holder(home: Home) -> Holder | None:
    """Who holds it now; a file that nobody has locked says nothing."""
    try:
        descriptor = os.open(lock_file(home), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return read(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def read(descriptor: int) -> Holder:
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except ValueError:
        # Locked a moment ago, not yet written.
        return Holder(0, "an address not yet known")


def taken(home: Home) -> str:
    found = holder(home) or Holder(0, "an address not yet known")
    return (
        f"Another panel runs on {home.path}: pid {found.pid}, {found.address}.\n"
        "Use that one, stop it with `make stop`, or give this one a home of its own: "
        "ETCDPANEL_HOME=/another/folder ETCDPANEL_PORT=8001 make run"
    )
