"""A server that says exactly the bytes a test gave it, good HTTP or not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.drivers.docker_world import free_ports

LOOPBACK = "127.0.0.1"
# What a handler gets: the connection, the request that was read, and whether to end.
Handler = Callable[[socket.socket, bytes, threading.Event], None]


@dataclass(kw_only=True)
class RawServer:
    """`asked` has every request as it came; `connections` counts who dialled."""

    port: int
    handle: Handler
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        while not self.is_over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,)).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with connection:
            try:
                while request := _request(connection):
                    self.asked.append(request)
                    self.handle(connection, request, self.is_over)
            except OSError:
                return


def answer(
    body: bytes | str,
    status: str = "200 OK",
    kind: str = "text/plain",
    *more: str,
) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    head = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        *more,
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


def says(reply: bytes) -> Handler:
    """The same to every request, over one connection as often as it is asked."""

    def handle(connection, _request, _is_over):
        connection.sendall(reply)

    return handle


def says_and_closes(reply: bytes) -> Handler:
    def handle(connection, _request, _is_over):
        connection.sendall(reply)
        raise ConnectionAbortedError

    return handle


def drips(reply: bytes, pause: float = 0.05) -> Handler:
    """One byte at a time, for ever: the last one is repeated."""

    def handle(connection, _request, is_over):
        rest = reply
        while not is_over.wait(pause):
            connection.sendall(rest[:1])
            rest = rest[1:] or rest

    return handle


def pours(reply: bytes) -> Handler:
    """The reply, and then a body without an end."""

    def handle(connection, _request, is_over):
        connection.sendall(reply)
        while not is_over.is_set():
            connection.sendall(b"x" * 4096)

    return handle


def is_silent(_connection: socket.socket, _request: bytes, over: threading.Event):
    over.wait(20)


@contextmanager
def raw_server(handle: Handler) -> Iterator[RawServer]:
    with socket.create_server((LOOPBACK, next(iter(free_ports(1))))) as listener:
        server = RawServer(port=listener.getsockname()[1], handle=handle)
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _request(connection: socket.socket) -> bytes:
    """One request with its body; empty when the other side is done."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(4096)
        if not piece:
            return b""
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(4096)
    return head + b"\r\n\r\n" + body
