"""The log of an operation as it is written (Server-Sent Events).

The database is the truth. A ring of the bell only makes a stream look sooner than it
would by itself, so no line is lost or doubled whatever happens to the broker.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connections
from django.utils import translation

from clusters import queries
from clusters.api.authentication import Access
from clusters.api.looks import Looks, event
from clusters.core.errors import NotFoundError
from clusters.wakeup import Listener

RECONNECT_MS = 1000
# A stream of a user who was disabled ends within ACCESS + LOOK seconds.
ACCESS_SECONDS = 2.0
LOOK_SECONDS = 2.0
LOOK_WITHOUT_BELL_SECONDS = 1.0
PING_SECONDS = 15.0
BREATH_SECONDS = 0.01  # a burst of lines is one look, not as many as lines

LISTENER = Listener()
LOOKS = Looks()
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
        told = asked = time.monotonic()
        while True:
            if news := await look(asked):
                yield news
                told = time.monotonic()
                await asyncio.sleep(BREATH_SECONDS)
            elif time.monotonic() - told > PING_SECONDS:
                yield b": ping\n\n"
                told = time.monotonic()
            if reader.is_done:
                break
            asked = time.monotonic()
            if reader.has_all:
                bell = LISTENER.is_connected
                pause = LOOK_SECONDS if bell else LOOK_WITHOUT_BELL_SECONDS
                rung = await watch.wait(pause)
                asked = watch.rung_at if rung else time.monotonic()


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

    def look(self, asked: float) -> bytes:
        """What is new, as the wire has it; a short slice with the database.

        What another stream found since `asked` is as good as a look of one's own.
        """
        news = b""
        try:
            with translation.override(self._language):
                news = self._news(asked)
        except (DatabaseError, NotFoundError) as error:
            # The client comes back with the number of its last line.
            log.warning("The stream of %s ends: %s", self._operation_id, error)
            self.is_done = True
        finally:
            # Lines come in bursts: only who found nothing lets the connection go.
            if not news or self.is_done:
                connections.close_all()
        return news

    def _news(self, asked: float) -> bytes:
        if not self._is_allowed():
            self.is_done = True
            return b""
        key = (self._operation_id, self._language, self._after)
        told = self._mark if self.has_all else None
        look = LOOKS.since(key, asked) or LOOKS.take(key, told)
        if look is None:
            return b""
        self._mark, self._after = look.mark, look.last
        self.has_all = look.has_all
        self.is_done = look.has_all and look.progress.is_over
        news = look.lines
        if look.has_all and self._is_new(look.progress):
            news += look.steps
        if self.is_done:
            news += event("end", {"state": look.progress.state})
        return news

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
