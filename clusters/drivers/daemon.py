"""One etcd process: forked once, found again after any restart of the panel, ended.

Its folder keeps three files. `lock` is held by whoever starts it and is inherited by
etcd, so the kernel itself forbids a second one while the first lives. `pid.json` is
written before the fork with the command line, and again with the pid: whoever finds
only the first half looks for that command line. `exit.json` is written by the process
that forked, for only a parent is told an exit code.
"""

import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from clusters.core.errors import BackendError, Unavailable
from clusters.core.text import say
from clusters.drivers.folders import read_json, write_json
from clusters.drivers.logs import OUTPUT

_POLL = 0.005
_LOCK_SECONDS = 5.0
_ENDINGS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 2.0))
_WAITER_SECONDS = 0.2
_CLOCK_TOLERANCE = 1.0
_SIGNALLED = 128

# The children of this very process; each has a thread that waits for its end.
_CHILDREN: dict[int, threading.Thread] = {}
os.register_at_fork(after_in_child=_CHILDREN.clear)


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of the last time a member was started."""

    process: psutil.Process | None
    was_started: bool
    started_at: str = ""
    exit_code: int | None = None


def look(folder: Path) -> Life:
    """Whether the member of this folder runs, by its pid file and its command line."""
    record = read_json(folder / "pid.json")
    argv, pid = record.get("argv"), record.get("pid")
    if not argv:
        return Life(None, was_started=False)
    if pid is None:
        orphan = _by_command_line(argv)
        since = _moment(orphan.create_time()) if orphan else ""
        return Life(orphan, was_started=orphan is not None, started_at=since)
    process = _living(pid)
    if process is not None and _is_same(process, record):
        return Life(process, was_started=True, started_at=record["started_at"])
    return Life(
        None,
        was_started=True,
        started_at=record["started_at"],
        exit_code=_exit_code(folder, record),
    )


def start(folder: Path, argv: Sequence[str], environment: dict[str, str]) -> None:
    """Fork it in a session of its own, unless it runs already."""
    with _sole_starter(folder) as lock:
        if lock is None:
            _adopt(folder)
            return
        pid_file = folder / "pid.json"
        write_json(pid_file, {"argv": list(argv)}, durable=False)
        try:
            process = _fork(folder, argv, environment, lock)
        except OSError:
            pid_file.unlink()
            raise
        started = _start_time(process.pid)
        _note(folder, argv, process.pid, started)
        waiter = threading.Thread(
            target=_await_end, args=(process, folder, started), daemon=True
        )
        _CHILDREN[process.pid] = waiter
        waiter.start()


@contextmanager
def ended(folder: Path) -> Iterator[None]:
    """Ask it to stop, then make it; inside, it is gone and nobody can start it."""
    with _lock_file(folder) as handle:
        _end(folder)
        if not _wait_until(lambda: _locked(handle), _LOCK_SECONDS):
            raise _start_in_progress()
        # Somebody may have started it once more before the lock was had.
        _end(folder)
        yield


@contextmanager
def _sole_starter(folder: Path) -> Iterator[int | None]:
    """The lock of this folder; None when the member runs. Waits for other starters."""
    with _lock_file(folder) as handle:
        if not _wait_until(lambda: _locked(handle) or _runs(folder), _LOCK_SECONDS):
            raise _start_in_progress()
        # The folder may have been removed, and even made anew, in the meantime.
        if not os.path.samestat(os.fstat(handle), (folder / "lock").stat()):
            raise _start_in_progress()
        yield None if _runs(folder) else handle


@contextmanager
def _lock_file(folder: Path) -> Iterator[int]:
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _start_in_progress() -> Unavailable:
    return Unavailable(
        say("Another worker is starting or removing this member."),
        code="start_in_progress",
    )


def _end(folder: Path) -> None:
    process = look(folder).process
    if process is None:
        return
    for how, patience in _ENDINGS:
        _signal_group(process, how)
        if _wait_until(lambda: not _lives(process), patience):
            return
    raise Unavailable(
        say("Process {pid} does not end.", pid=process.pid),
        code="process_does_not_end",
        advice=say("Its disk may hang: look at the machine."),
    )


def _fork(
    folder: Path, argv: Sequence[str], environment: dict[str, str], lock: int
) -> subprocess.Popen[bytes]:
    with (folder / OUTPUT).open("ab") as output:
        return subprocess.Popen(  # noqa: S603 (a list, without a shell)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            umask=0o077,
            start_new_session=True,
            pass_fds=(lock,),
        )


def _adopt(folder: Path) -> None:
    """Write down the pid of a member whose starter was killed before it could."""
    record, life = read_json(folder / "pid.json"), look(folder)
    if record.get("pid") is None and life.process is not None:
        process = life.process
        _note(folder, record["argv"], process.pid, process.create_time())


def _note(folder: Path, argv: Sequence[str], pid: int, started: float) -> None:
    record = {
        "argv": list(argv),
        "pid": pid,
        "started": started,
        "started_at": _moment(started),
    }
    write_json(folder / "pid.json", record, durable=False)


def _await_end(process: subprocess.Popen[bytes], folder: Path, started: float) -> None:
    """In a thread of the parent: a child that ended does not linger as a zombie."""
    code = process.wait()
    ended = {"pid": process.pid, "started": started, "code": _as_shells_say(code)}
    # The folder may be gone by now, together with the member.
    with suppress(OSError):
        write_json(folder / "exit.json", ended, durable=False)
    _CHILDREN.pop(process.pid, None)


def _exit_code(folder: Path, record: dict[str, Any]) -> int | None:
    """The code of this very life, if its parent could tell."""
    waiter = _CHILDREN.get(record["pid"])
    if waiter is not None:
        waiter.join(_WAITER_SECONDS)
    ended = read_json(folder / "exit.json")
    same = all(ended.get(key) == record[key] for key in ("pid", "started"))
    return ended["code"] if same else None


def _as_shells_say(code: int) -> int:
    """137 for a SIGKILL, as shells and Docker write it."""
    return _SIGNALLED - code if code < 0 else code


def _living(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
    except psutil.Error:
        return None
    return process if _lives(process) else None


def _lives(process: psutil.Process) -> bool:
    """A zombie does not: it only waits for its parent to look."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _is_same(process: psutil.Process, record: dict[str, Any]) -> bool:
    """Whether the process of that pid is the member, not a stranger that got its pid.

    Its command line names its own data folder, so no other process has the same. The
    start time decides where there is none to read: some systems hide it, and in the
    first moment after a fork it is empty. Not always, for setting the clock moves it.
    """
    try:
        argv = process.cmdline()
    except psutil.AccessDenied:
        argv = []
    except psutil.Error:
        return False
    if argv:
        return bool(argv == record["argv"])
    away: float = abs(process.create_time() - record["started"])
    return away <= _CLOCK_TOLERANCE


def _by_command_line(argv: list[str]) -> psutil.Process | None:
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] == argv and _lives(process):
            return process
    return None


def _start_time(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return time.time()


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _signal_group(leader: psutil.Process, how: signal.Signals) -> None:
    """To all of its group, whose number is the pid of the process that leads it."""
    try:
        os.killpg(leader.pid, how)
    except ProcessLookupError:
        return
    except PermissionError as error:  # macOS says so of a zombie too
        if _lives(leader):
            raise BackendError(
                say("Process {pid} belongs to another user.", pid=leader.pid),
                code="process_not_ours",
                advice=say("Run the panel as the user that started it, or end it."),
            ) from error


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runs(folder: Path) -> bool:
    return look(folder).process is not None


def _wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Look every few milliseconds, for a bounded time."""
    pause, ends = threading.Event(), time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= ends:
            return False
        pause.wait(_POLL)
    return True
