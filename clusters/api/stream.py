"""The log of an operation as it is written (Server-Sent Events).

The database is the truth. A ring of the bell only makes a stream look sooner than it
would by itself, so no line is lost or doubled whatever happens to the broker.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connections
from django.utils import translation
from rest_framework.renderers import JSONRenderer

from clusters import queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.operations import LineAnswer, OperationAnswer
from clusters.api.authentication import Access
from clusters.core.errors import NotFoundError
from clusters.wakeup import Listener

RECONNECT_MS = 1000
SLICE = 500
# A stream of a user who was disabled ends within ACCESS + LOOK seconds.
ACCESS_SECONDS = 2.0
LOOK_SECONDS = 2.0
LOOK_WITHOUT_BELL_SECONDS = 1.0
PING_SECONDS = 15.0
BREATH_SECONDS = 0.01  # a burst of lines is one look, not as many as lines

LISTENER = Listener()
# Looks are short, so two threads, and two connections, serve many streams.
THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="stream")

log = logging.getLogger(__name__)


async def lines(
    operation_id: uuid.UUID, after: int, access: Access
) -> AsyncIterator[bytes]:
    """Everything after a line, until the operation is over or access is lost."""
    yield b"retry: %d\n\n" % RECONNECT_MS
    # Whatever the request itself read, its connection must not wait here with it.
    await sync_to_async(close_old_connections)()
    reader = Reader(operation_id, after, access)
    look = sync_to_async(reader.look, thread_sensitive=False, executor=THREADS)
    with LISTENER.watch(str(operation_id)) as watch:
        told = time.monotonic()
        while True:
            if news := await look():
                yield news
                told = time.monotonic()
                await asyncio.sleep(BREATH_SECONDS)
            elif time.monotonic() - told > PING_SECONDS:
                yield b": ping\n\n"
                told = time.monotonic()
            if reader.is_done:
                break
            if reader.has_all:
                bell = LISTENER.is_connected
                await watch.wait(LOOK_SECONDS if bell else LOOK_WITHOUT_BELL_SECONDS)


class Reader:
    """Where one stream is in the log, and what it has told of the steps."""

    def __init__(self, operation_id: uuid.UUID, after: int, access: Access) -> None:
        self._operation_id = operation_id
        self._after = after
        self._access = access
        self._allowed_until = 0.0
        self._language = translation.get_language() or "en"
        self._mark: tuple[Any, ...] | None = None
        self._told: queries.OperationProgress | None = None
        self.has_all = False
        self.is_done = False

    def look(self) -> bytes:
        """What is new, as the wire has it; a short slice with the database."""
        news = b""
        try:
            with translation.override(self._language):
                news = self._news()
        except (DatabaseError, NotFoundError) as error:
            # The client comes back with the number of its last line.
            log.warning("The stream of %s ends: %s", self._operation_id, error)
            self.is_done = True
        finally:
            # Lines come in bursts: only who found nothing lets the connection go.
            if not news or self.is_done:
                connections.close_all()
        return news

    def _news(self) -> bytes:
        if not self._is_allowed():
            self.is_done = True
            return b""
        # In this order: what changes after a look is seen by the next one, and an
        # operation that is over has no line that is not written.
        mark = queries.operation_mark(self._operation_id)
        if self.has_all and mark == self._mark:
            return b""
        self._mark = mark
        progress = queries.operation_progress(self._operation_id)
        lines = queries.events_after(self._operation_id, self._after, SLICE)
        self.has_all = len(lines) < SLICE
        self.is_done = self.has_all and progress.is_over
        parts = []
        for line in listed(LineAnswer, lines):
            self._after = line["number"]
            parts.append(_event("line", line, self._after))
        if self.has_all and self._is_new(progress):
            parts.append(_event("progress", shown(OperationAnswer, progress)))
        if self.is_done:
            parts.append(_event("end", {"state": progress.state}))
        return b"".join(parts)

    def _is_new(self, progress: queries.OperationProgress) -> bool:
        """Did a state or a step change? Its last line alone is no news."""
        told, self._told = self._told, replace(progress, last_event=0)
        return told != self._told

    def _is_allowed(self) -> bool:
        now = time.monotonic()
        if now >= self._allowed_until:
            if not self._access.holds():
                return False
            self._allowed_until = now + ACCESS_SECONDS
        return True


def _event(kind: str, content: Mapping[str, Any], number: int | None = None) -> bytes:
    # Compact JSON has no line breaks, so one `data:` line holds it.
    head = f"id: {number}\n" if number is not None else ""
    body = JSONRenderer().render(content)
    return f"{head}event: {kind}\ndata: ".encode() + body + b"\n\n"
