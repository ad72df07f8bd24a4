"""A resolver of one's own for processes of this machine, which have no --dns."""

import ctypes
import errno
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.meeting.program import await_true

CLONE_NEWNS = 0x00020000
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
RESOLV_CONF = Path("/etc/resolv.conf")


@contextmanager
def resolver_of(*name_servers: str) -> Iterator[None]:
    """Name servers at port 53, such as `name_server(also=("127.0.53.1", 53))`.

    Only this thread sees them, with the processes that it starts inside: in a mount
    namespace of its own /etc/resolv.conf is another file.
    """
    folder = Path.cwd()
    with (
        Path(f"/proc/self/task/{threading.get_native_id()}/ns/mnt").open() as home,
        tempfile.NamedTemporaryFile("w", prefix="etcdpanel-resolv-") as file,
    ):
        file.writelines(f"nameserver {address}\n" for address in name_servers)
        file.flush()
        Path(file.name).chmod(0o644)
        _call("unshare", CLONE_NEWNS)
        try:
            _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
            target = str(RESOLV_CONF.resolve()).encode()
            _call("mount", file.name.encode(), target, None, MS_BIND, None)
            yield
        finally:
            await_true(lambda: _has_left_for(home.fileno()))
            os.chdir(folder)  # entering a namespace leads to its root


def _has_left_for(namespace: int) -> bool:
    """The kernel refuses until threads that were started inside are gone for good,
    which is a moment after they were joined."""
    try:
        _call("setns", namespace, CLONE_NEWNS)
    except OSError as refusal:
        if refusal.errno != errno.EINVAL:
            raise
        return False
    return True


def _call(name: str, *arguments: int | bytes | None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
