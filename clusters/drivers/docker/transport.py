"""The SDK's way over a Unix socket, without what it leaves open.

A socket whose connect failed is left by the SDK to the garbage collector. An engine
that is down is asked again and again, so here it is closed at once.
"""

import socket
from typing import Any

from docker.transport.unixconn import (
    UnixHTTPAdapter,
    UnixHTTPConnection,
    UnixHTTPConnectionPool,
)


class _Connection(UnixHTTPConnection):
    """One connection."""

    def connect(self) -> None:
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            opened.settimeout(self.timeout)
            opened.connect(self.unix_socket)
        except OSError:
            opened.close()
            raise
        self.sock = opened


class _Pool(UnixHTTPConnectionPool):
    """The connections of one client."""

    def __init__(self, url: str, socket_path: str, seconds: int, size: int) -> None:
        super().__init__(url, socket_path, seconds, size)
        self._seconds = seconds

    def _new_conn(self) -> Any:  # a protocol that only urllib3's own stubs name
        return _Connection(self.base_url, self.socket_path, self._seconds)


class UnixAdapter(UnixHTTPAdapter):
    """What a session mounts for an engine that listens on a file."""

    def get_connection(
        self,
        url: str | bytes,
        proxies: Any = None,  # noqa: ARG002 (part of the interface; a file needs none)
    ) -> _Pool:
        key = str(url)
        with self.pools.lock:
            pool: _Pool | None = self.pools.get(key)
            if pool is None:
                pool = _Pool(key, self.socket_path, self.timeout, self.max_pool_size)
                self.pools[key] = pool
            return pool
