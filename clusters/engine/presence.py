"""Show other machines that the owner of an operation lives; for PostgreSQL.

An advisory lock on a connection of its own ends with the process that took it, so a
takeover need not wait for the lease. A frozen process keeps its lock: the lease, when
it expires, overrides it. On SQLite there is one machine, and pids tell the same.
"""

import uuid
from types import TracebackType
from typing import Self

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from clusters.models import Operation

_INT4 = 2**31


class Presence:
    """Held for as long as a claim is worked on."""

    def __init__(self) -> None:
        self._wire: BaseDatabaseWrapper | None = None

    def show(self, operation: Operation) -> None:
        """Take the lock of a claim, before the claim is committed."""
        if connection.vendor != "postgresql":
            return
        self._wire = connection.copy()
        with self._wire.cursor() as cursor:
            key = _key(operation.pk, operation.fence)
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._wire is not None:
            self._wire.close()


def has_left(operation_id: uuid.UUID, fence: int) -> bool:
    """Whether nobody holds the lock of a claim any more."""
    if connection.vendor != "postgresql":
        return False
    key = _key(operation_id, fence)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        row = cursor.fetchone()
        if not row or not row[0]:
            return False
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
    return True


def _key(operation_id: uuid.UUID, fence: int) -> tuple[int, int]:
    return operation_id.int % _INT4, fence % _INT4
