"""A slow line to a registry: it passes everything on, and can stand still or be cut."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.up.panels import free_port

PIECE = 64 * 1024


class SlowLine:
    """Bytes from the registry come at a rate, or not at all while it stands still."""

    def __init__(self, registry: str, bytes_per_second: float) -> None:
        host, _, port = registry.partition(":")
        self.registry = (host, int(port))
        self.rate = bytes_per_second
        self.still_after: int | None = None
        self.passed = 0
        self.closing = threading.Event()
        self.server = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.server.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def repository(self) -> str:
        return f"127.0.0.1:{self.port}/coreos/etcd"

    def stand_still_after(self, count: int) -> None:
        """From so many more bytes on, nothing comes any more."""
        self.still_after = self.passed + count

    def flow(self) -> None:
        self.still_after = None

    def close(self) -> None:
        self.closing.set()
        for one in (self.server, *tuple(self._open)):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self.server.close()

    def _start(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                client, _ = self.server.accept()
                registry = socket.create_connection(self.registry, timeout=10)
            except OSError:
                continue
            registry.settimeout(None)
            self._open |= {client, registry}
            self._start(self._pass, client, registry)
            self._start(self._pass_slowly, registry, client)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                sink.sendall(piece)
        self._hang_up(source, sink)

    def _pass_slowly(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self.closing.wait(len(piece) / self.rate)
                while self._stands_still() and not self.closing.is_set():
                    self.closing.wait(0.05)
                sink.sendall(piece)
                self.passed += len(piece)
        self._hang_up(source, sink)

    def _stands_still(self) -> bool:
        return self.still_after is not None and self.passed >= self.still_after

    def _hang_up(self, *both: socket.socket) -> None:
        for one in both:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
            self._open.discard(one)


@contextmanager
def slow_line(registry: str, bytes_per_second: float) -> Iterator[SlowLine]:
    line = SlowLine(registry, bytes_per_second)
    try:
        yield line
    finally:
        line.close()
