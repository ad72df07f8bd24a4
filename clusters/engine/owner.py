"""Who holds a lease: this process, told apart from every other that ever ran.

Machine, boot, pid and start time: so that the same machine's sweep can free what a
dead process held, at once, and never what a living one holds.
"""

import functools
import os
import platform
import uuid

import psutil

_DEAD = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


@functools.lru_cache(maxsize=1)
def _machine() -> str:
    return f"{platform.node()[:40]}-{uuid.getnode():x}"


def current_owner() -> str:
    """The name of this process as an owner."""
    return _name(os.getpid())


def is_dead(owner: str) -> bool:
    """Whether an owner is certainly gone; False for owners on other machines."""
    parts = owner.split("|")
    if len(parts) != 4 or parts[0] != _machine():  # noqa: PLR2004 (as in _name)
        return False
    if parts[1] != _boot():
        return True
    pid = int(parts[2])
    return _name(pid) != owner or _is_zombie(pid)


def _name(pid: int) -> str:
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return ""
    return f"{_machine()}|{_boot()}|{pid}|{started:.2f}"


@functools.lru_cache(maxsize=1)
def _boot() -> str:
    return str(round(psutil.boot_time()))


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() in _DEAD
    except psutil.NoSuchProcess:
        return True
