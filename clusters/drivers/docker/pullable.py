"""Which images a registry offers, asked through the engine and remembered for a while.

A registry can take long to answer or not to answer at all, so it is asked by a thread;
only the first to want to know waits, and not long. Later answers are refreshed behind
the back of those who use the old ones.
"""

import threading
import time
from collections.abc import Sequence

from clusters.core.errors import BackendError
from clusters.drivers.docker.connection import Connection

FIRST_WAIT_SECONDS = 3.0
_KEEP_SECONDS = 600.0
# An answer that did not come is asked for again sooner: the network may be back.
_RETRY_SECONDS = 120.0


class Pullable:
    """What is known of the registry behind one engine."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._offered: dict[str, bool] = {}
        self._stale_at: dict[str, float] = {}
        self._asking: threading.Thread | None = None
        self._has_waited = False

    def among(self, references: Sequence[str]) -> frozenset[str]:
        """Those that can be pulled, as far as is known in the time there is."""
        thread = self._refresh(references)
        if thread is not None and not self._has_waited:
            self._has_waited = True
            thread.join(FIRST_WAIT_SECONDS)
        return frozenset(r for r in references if self._offered.get(r))

    def _refresh(self, references: Sequence[str]) -> threading.Thread | None:
        now = time.monotonic()
        with self._lock:
            if self._asking is not None and self._asking.is_alive():
                return self._asking
            stale = [r for r in references if self._stale_at.get(r, 0.0) <= now]
            if not stale:
                return None
            self._asking = threading.Thread(
                target=self._ask, args=(stale,), name="docker-pullable", daemon=True
            )
            self._asking.start()
            return self._asking

    def _ask(self, references: Sequence[str]) -> None:
        """Newest first; a registry that is silent once is not asked for the rest."""
        silent = False
        for reference in references:
            answer = None if silent else self._answer(reference)
            silent = answer is None
            keep = _RETRY_SECONDS if silent else _KEEP_SECONDS
            self._offered[reference] = bool(answer)
            self._stale_at[reference] = time.monotonic() + keep

    def _answer(self, reference: str) -> bool | None:
        """Whether the registry has the image; None when it did not say."""
        try:
            with self._connection.asking() as client:
                return client.registry_has(reference)
        except BackendError:
            return None
