"""Is it up? Asked beside the parent's loop, so that the loop never blocks."""

import socket
import threading
from collections.abc import Callable
from typing import Self

from etcdpanel.up.wake import Wake

PAUSE = 0.02


class Readiness:
    """Asks in a thread until the answer is yes, and then wakes the loop."""

    def __init__(self, wake: Wake, asks: Callable[[], bool]) -> None:
        self.wake = wake
        self.asks = asks
        self.yes = threading.Event()
        self.enough = threading.Event()
        threading.Thread(target=self.ask, daemon=True).start()

    def ask(self) -> None:
        while not self.enough.is_set():
            if self.asks():
                self.yes.set()
                self.wake.ring()
                return
            self.enough.wait(PAUSE)

    def __call__(self) -> bool:
        return self.yes.is_set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()


def healthy(host: str, port: int) -> bool:
    """Without an HTTP client, which would stay in the parent's memory.

    The system answers for 0.0.0.0 and ::, which mean every address, on loopback.
    """
    request = b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n"
    try:
        with socket.create_connection((host, port), timeout=10) as wire:
            wire.sendall(request)
            return b" 200 " in wire.recv(64)
    except OSError:
        return False
