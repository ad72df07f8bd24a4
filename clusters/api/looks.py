"""One look at an operation serves all streams that want to know the same."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rest_framework.renderers import JSONRenderer

from clusters import queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.operations import LineAnswer, OperationAnswer

SLICE = 500
MOST_KEPT = 64

# Whose log, in which language, after which line.
Key = tuple[uuid.UUID, str, int]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What there was after a line, as the wire has it.

    Whatever was committed before it began is in it.
    """

    began: float
    mark: tuple[Any, ...] | None
    lines: bytes
    last: int
    has_all: bool
    progress: queries.OperationProgress

    @cached_property
    def steps(self) -> bytes:
        return event("progress", shown(OperationAnswer, self.progress))


class Looks:
    """The latest of each kind; a few, for streams wait at the same line mostly."""

    def __init__(self) -> None:
        self._kept: dict[Key, Look] = {}

    def since(self, key: Key, moment: float) -> Look | None:
        """One that began at that moment or later."""
        found = self._kept.get(key)
        return found if found is not None and found.began >= moment else None

    def take(self, key: Key, told: tuple[Any, ...] | None) -> Look | None:
        """A new one; None when the mark is still the one that was told."""
        operation_id, _, after = key
        began = time.monotonic()
        # In this order: what changes after a look is seen by the next one, and an
        # operation that is over has no line that is not written.
        mark = queries.operation_mark(operation_id)
        if told is not None and mark == told:
            return None
        progress = queries.operation_progress(operation_id)
        found = listed(LineAnswer, queries.events_after(operation_id, after, SLICE))
        look = Look(
            began=began,
            mark=mark,
            lines=b"".join(event("line", line, line["number"]) for line in found),
            last=found[-1]["number"] if found else after,
            has_all=len(found) < SLICE,
            progress=progress,
        )
        self._keep(key, look)
        return look

    def _keep(self, key: Key, look: Look) -> None:
        self._kept.pop(key, None)
        self._kept[key] = look  # now the youngest
        for old in list(self._kept)[:-MOST_KEPT]:
            self._kept.pop(old, None)


def event(kind: str, content: Mapping[str, Any], number: int | None = None) -> bytes:
    # Compact JSON has no line breaks, so one `data:` line holds it.
    head = f"id: {number}\n" if number is not None else ""
    body = JSONRenderer().render(content)
    return f"{head}event: {kind}\ndata: ".encode() + body + b"\n\n"
