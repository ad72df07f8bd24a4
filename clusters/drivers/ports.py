"""Which ports of this machine are taken, tried the way etcd would bind them."""

import errno
import socket
from collections.abc import Iterable, Mapping

import psutil

from clusters.core.errors import BackendError
from clusters.core.text import say


def taken_ports(address: str, ports: Iterable[int]) -> Mapping[int, str]:
    """Those that can not be bound, each with its owner where the system tells."""
    taken = [port for port in dict.fromkeys(ports) if not _can_bind(address, port)]
    if not taken:
        return {}
    return dict.fromkeys(taken, "") | _owners(frozenset(taken))


def _can_bind(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # As Go does: a port whose last connections only linger is free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise BackendError(
                say("{address} is not an address of this machine.", address=address),
                code="address_not_here",
                advice=say("Choose 127.0.0.1, or an address that this machine has."),
            ) from error
    return True


def _owners(ports: frozenset[int]) -> dict[int, str]:
    """Whom the system names for each local port; macOS tells only root."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return {}
    holders: dict[int, int] = {}
    for connection in connections:
        port = connection.laddr.port if connection.laddr else 0
        if port not in ports or connection.pid is None:
            continue
        # The one that listens is the one to name, before its clients.
        if connection.status == psutil.CONN_LISTEN or port not in holders:
            holders[port] = connection.pid
    return {port: _name(pid) for port, pid in holders.items()}


def _name(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.Error:
        return f"pid {pid}"
