"""Sleep until something happens: a signal, a child's end, or the time given."""

import os
import select
import signal
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wake:
    """Turns signals into the end of a wait, so that nothing polls."""

    def __init__(self) -> None:
        self.asked_to_stop = 0
        self.readable, self.writable = os.pipe()
        os.set_blocking(self.readable, False)
        os.set_blocking(self.writable, False)
        signal.set_wakeup_fd(self.writable, warn_on_full_buffer=False)
        for number in STOPS:
            signal.signal(number, self._count)
        # Python wakes the pipe only for signals that have a handler.
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def ring(self) -> None:
        """End the wait from another thread."""
        os.write(self.writable, b"!")

    def wait(self, seconds: float) -> None:
        ready, _, _ = select.select([self.readable], [], [], max(seconds, 0))
        if ready:
            os.read(self.readable, 4096)
