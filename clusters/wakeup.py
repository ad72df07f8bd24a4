"""Tell the live streams of other processes that an operation has new lines.

The lines are in the database; a ring that is lost only makes a stream wait for its
next look.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError
from redis.retry import Retry

CHANNEL = "etcdpanel:lines"
TIMEOUT = 1.0
PAUSE = 1.0  # after a failure nothing is tried for this long
QUIET = 10.0  # after such a silence the broker is asked whether it is still there
MOST_WAITING = 1000

log = logging.getLogger(__name__)


def announce(operation_id: str) -> None:
    """Say that an operation has new lines. Takes no time and never fails."""
    _announcer.add(operation_id)


def broker_url() -> str | None:
    """The broker's address for a Redis client; None when the broker is no Redis."""
    url = str(current_app.conf.broker_url or "")
    if url.startswith("redis+socket://"):
        return url.replace("redis+socket://", "unix://", 1)
    return url if url.startswith(("redis://", "rediss://", "unix://")) else None


class _Announcer:
    """One thread a process publishes, so that who announces never waits.

    A dead broker, or a slow answer for its name, costs only this thread's time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, None] = {}
        self._rung = threading.Event()
        self._thread: threading.Thread | None = None
        self._client: Redis | None = None

    def add(self, operation_id: str) -> None:
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting[operation_id] = None
            if self._thread is None:
                self._start()
        self._rung.set()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="wakeup", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the process ends, or has too many threads
            log.debug("Nothing is announced: %s", error)
            return
        self._thread = thread

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._rung.wait()
            self._rung.clear()
            with self._lock:
                waiting = tuple(self._waiting)
                self._waiting.clear()
            try:
                self._publish(waiting)
            except (RedisError, OSError, ValueError) as error:
                log.debug("The broker did not take %s: %s", waiting, error)
                pause.wait(PAUSE)

    def _publish(self, operation_ids: tuple[str, ...]) -> None:
        if self._client is None:
            url = broker_url()
            if url is None:
                return
            self._client = Redis.from_url(
                url,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 1),  # a broker that restarted is met at once
            )
        for operation_id in operation_ids:
            self._client.publish(CHANNEL, operation_id)


_announcer = _Announcer()


def _begin_anew() -> None:
    """Without the thread, the lock and the connection of a parent process."""
    global _announcer  # noqa: PLW0603 (a forked child has its own)
    _announcer = _Announcer()


os.register_at_fork(after_in_child=_begin_anew)


class Watch:
    """One stream's ear. A ring between two waits is not lost."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rung_at = 0.0

    def ring(self) -> None:
        self.rung_at = time.monotonic()
        self._rung.set()

    async def wait(self, timeout: float) -> bool:
        """Wait for a ring; False when none came in time."""
        try:
            await asyncio.wait_for(self._rung.wait(), timeout)
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Listener:
    """The one subscription of a web process, for all of its streams.

    It connects when the first stream comes, and again whenever the broker was away;
    after each such gap it rings everybody, for something may have been missed.
    """

    def __init__(self) -> None:
        self._watches: dict[str, set[Watch]] = {}
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    @contextmanager
    def watch(self, operation_id: str) -> Iterator[Watch]:
        """Hear of an operation while the context lasts."""
        self._listen()
        watch = Watch()
        self._watches.setdefault(operation_id, set()).add(watch)
        try:
            yield watch
        finally:
            self._watches[operation_id].discard(watch)
            if not self._watches[operation_id]:
                del self._watches[operation_id]

    @property
    def count(self) -> int:
        return sum(map(len, self._watches.values()))

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        task = self._task
        if task is None or task.done() or task.get_loop() is not loop:
            self._task = loop.create_task(self._run(), name="wakeup")

    async def _run(self) -> None:
        while url := broker_url():
            try:
                await self._hear(url)
            except (RedisError, OSError, TimeoutError, ValueError) as error:
                log.debug("The broker went away: %s", error)
            finally:
                self.is_connected = False
                self._ring(*self._watches)
            await asyncio.sleep(PAUSE)

    async def _hear(self, url: str) -> None:
        client = AsyncRedis.from_url(
            url,
            socket_connect_timeout=TIMEOUT,
            retry=AsyncRetry(NoBackoff(), 0),  # a gap must be noticed, not mended
        )
        async with client, client.pubsub() as ear:
            await ear.subscribe(CHANNEL)
            while True:
                message = await self._next(ear)
                if message["type"] == "message":
                    self._ring(message["data"].decode())
                elif message["type"] == "subscribe":
                    self.is_connected = True
                    self._ring(*self._watches)

    async def _next(self, ear: PubSub) -> dict[str, Any]:
        """The next message; an error when even a question is not answered."""
        message = await ear.get_message(timeout=QUIET)
        if message is None:
            await ear.ping()
            message = await ear.get_message(timeout=QUIET)
        if message is None:
            raise Lost("no answer")
        return dict(message)

    def _ring(self, *operation_ids: str) -> None:
        for operation_id in operation_ids:
            for watch in self._watches.get(operation_id, ()):
                watch.ring()
