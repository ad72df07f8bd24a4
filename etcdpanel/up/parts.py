"""The four processes of a panel: what runs, and how long it may take to stop."""

import socket

from etcdpanel.home import Home
from etcdpanel.up import broker
from etcdpanel.up.child import Part, python
from etcdpanel.up.gate import Gate


def broker_part(home: Home) -> Part:
    return Part("broker", broker.configure(home), home.logs / "broker.log", 5)


def web_part(home: Home, listener: socket.socket, gate: Gate) -> Part:
    """The socket is the parent's: while web restarts, browsers wait, no more."""
    command = python(
        *("-m", "uvicorn", "etcdpanel.asgi:application"),
        *("--fd", str(listener.fileno())),
        # Open streams would hold it for as long as their browsers look at them.
        *("--timeout-graceful-shutdown", "2"),
        # etcdpanel/asgi.py decides which proxies are believed.
        "--no-proxy-headers",
        *("--no-access-log", "--no-server-header", "--lifespan", "off"),
        # Not used here, and megabytes when loaded.
        *("--ws", "none"),
    )
    log = home.logs / "web.log"
    fds = (listener.fileno(), gate.readable)
    return Part("web", command, log, 5, fds, gate.variables())


def worker_part(home: Home) -> Part:
    command = python("-m", "etcdpanel.worker")
    # Longer than its soft shutdown.
    return Part("worker", command, home.logs / "worker.log", 25)


def beat_part(home: Home) -> Part:
    return Part("beat", python("-m", "etcdpanel.beat"), home.logs / "beat.log", 3)
