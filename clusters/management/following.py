"""Follow an operation to its end, from the rows that it writes."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from clusters import queries
from clusters.models.operation import State
from clusters.queries import EventLine, OperationProgress

POLL_SECONDS = 0.2
UNTAKEN_SECONDS = 10.0
SILENT_SECONDS = 60.0


class Screen(Protocol):
    """Where progress is shown."""

    def show(self, progress: OperationProgress, lines: tuple[EventLine, ...]) -> None:
        """Show what is new, and how far it is."""

    def note(self, words: str) -> None:
        """Say something that is not in the log."""

    def end(self) -> None:
        """Nothing follows."""


class Unseen:
    """Shows nothing; for programs."""

    def show(self, progress: OperationProgress, lines: tuple[EventLine, ...]) -> None:
        pass

    def note(self, words: str) -> None:
        pass

    def end(self) -> None:
        pass


@dataclass
class Silence:
    """For how long nothing has moved; it is told once."""

    since: float = field(default_factory=time.monotonic)
    seen: Any = None
    told: bool = False

    def notice(self, progress: OperationProgress) -> str:
        """What to say of it now, if anything."""
        moved = (progress.state, progress.last_event, progress.steps)
        if moved != self.seen:
            self.since, self.seen, self.told = time.monotonic(), moved, False
        lasted = time.monotonic() - self.since
        untaken = progress.state == State.QUEUED and progress.started_at is None
        if self.told or lasted < (UNTAKEN_SECONDS if untaken else SILENT_SECONDS):
            return ""
        self.told = True
        if untaken:
            return _("No worker has taken it yet; is the panel running?")
        return _("Nothing has moved for %d s; is the panel running?") % lasted


def follow(
    operation_id: uuid.UUID, screen: Screen, timeout: float
) -> OperationProgress | None:
    """The operation at its end; None when time was up. It goes on all the same."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    silence = Silence()
    shown = 0
    try:
        while True:
            progress = queries.operation_progress(operation_id)
            lines = queries.events_after(operation_id, shown)
            shown = lines[-1].number if lines else shown
            screen.show(progress, lines)
            if progress.is_over and shown >= progress.last_event:
                return progress
            if time.monotonic() >= deadline:
                return None
            if words := silence.notice(progress):
                screen.note(words)
            pause.wait(POLL_SECONDS)
    finally:
        screen.end()
