"""The panel's port: taken before anything starts, and kept while web restarts."""

import errno
import os
import socket

from etcdpanel.up.console import LaunchError

PORT_TAKEN = 4
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# What a socket may wait for while the web process starts or restarts.
BACKLOG = 2048


def listen(bind: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((bind, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise LaunchError(why_not(bind, port, error), code=PORT_TAKEN) from error


def why_not(bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {bind} is taken{by_whom(port)}.\n"
            f"Stop that, or choose another port: ETCDPANEL_PORT={port + 1} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs root. Choose one above 1023 with ETCDPANEL_PORT."
    return f"ETCDPANEL_BIND={bind}: {error.strerror or error}"


def by_whom(port: int) -> str:
    """As far as this user may see it."""
    import psutil  # the parent ends after this, so its size does not matter

    try:
        found = [
            connection.pid
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr[1:] == (port,)
            and connection.pid
        ]
        if not found:
            return ""
        command = " ".join(psutil.Process(found[0]).cmdline())[:80]
    except psutil.Error:
        return ""
    return f" by pid {found[0]} ({command})"


def address(bind: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, bind)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"


def tunnel(bind: str, port: int) -> str:
    """The line that brings the panel to the desk of whoever came by ssh."""
    came_by_ssh = os.environ.get("SSH_CONNECTION", "").split()
    if bind in LOOPBACK and not came_by_ssh:
        return ""
    # SSH_CONNECTION: client address, client port, server address, server port.
    server = came_by_ssh[-2] if came_by_ssh[1:] else socket.gethostname()
    user = os.environ.get("USER", "you")
    inside = address(bind, port).removeprefix("http://")
    return f"ssh -L {port}:{inside} {user}@{server}"
