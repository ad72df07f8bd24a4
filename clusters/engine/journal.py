"""The written record of an operation: every write names its owner and its fence.

No row changed means that the lease is lost: stop at once and touch nothing.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from clusters import wakeup
from clusters.core.outcome import Failed
from clusters.core.plan import StepKind
from clusters.core.text import Text, say
from clusters.engine import tickets
from clusters.models import Cluster, Event, Operation, StepRecord
from clusters.models.event import Line
from clusters.models.operation import ACTIVE, State
from clusters.models.step import OPEN, StepState

log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

# A database that restarts is waited for; then the lease ends and another goes on.
DATABASE_PATIENCE = 60.0


class LeaseLostError(Exception):
    """Somebody else may hold the operation now."""


class Journal:
    """One claim of one operation. Writes happen in the thread that made it."""

    def __init__(self, operation: Operation, lease: timedelta) -> None:
        self.operation = operation
        self.lease = lease
        self._lost = threading.Event()
        self._writes = operation.writes

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renew the lease from a thread of its own while the work goes on."""
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(self.lease.total_seconds() / 4):
                try:
                    kept = self.operation.held().update(lease_until=Now() + self.lease)
                except (OperationalError, InterfaceError) as error:
                    log.warning("The lease was not renewed: %s", error)
                    close_old_connections()
                    continue
                if not kept:
                    self._lost.set()
                    return
        finally:
            connection.close()

    def check(self) -> None:
        """Raise LeaseLostError unless the lease holds; safe from any thread."""
        if self._lost.is_set() or not self.operation.held().exists():
            self._lost.set()
            raise LeaseLostError(str(self.operation.pk))

    def write(
        self,
        lines: Sequence[Line] = (),
        body: Callable[[], None] | None = None,
        **changes: Any,
    ) -> None:
        """Change the operation, add lines and run `body`, all in one transaction."""
        persist(lambda: self._write(lines, body, changes))
        if lines:
            wakeup.announce(str(self.operation.pk))

    def _write(
        self,
        lines: Sequence[Line],
        body: Callable[[], None] | None,
        changes: dict[str, Any],
    ) -> None:
        number = self._writes + 1
        with transaction.atomic():
            changed = (
                self.operation.held()
                .filter(writes=self._writes)
                .update(
                    writes=number,
                    last_event=F("last_event") + len(lines),
                    **{"lease_until": Now() + self.lease, **changes},
                )
            )
            if not changed:
                self._refuse_unless_written(number)
                return
            if lines:
                row = Operation.objects.values_list("last_event", flat=True)
                Event.write(self.operation.pk, row.get(pk=self.operation.pk), lines)
            if body is not None:
                body()
        self._writes = number

    def _refuse_unless_written(self, number: int) -> None:
        """A commit whose answer was lost has been made; it is not made twice."""
        same_claim = Operation.objects.filter(
            pk=self.operation.pk, fence=self.operation.fence, writes=number
        )
        if not same_claim.exists():
            self._lost.set()
            raise LeaseLostError(str(self.operation.pk))
        self._writes = number

    def freeze(
        self, plan: dict[str, Any], records: Sequence[StepRecord], deadline: timedelta
    ) -> None:
        """Write the plan down before the first side effect."""
        self.operation.plan = plan
        self.write(
            [
                Line(
                    code="planned",
                    text=say("{count} steps planned", count=len(records)),
                )
            ],
            lambda: _insert(records),
            plan=plan,
            deadline=Now() + deadline,
        )

    def begin(
        self, records: Sequence[StepRecord], lines: Sequence[Line], *, touching: bool
    ) -> None:
        """Write the intent of steps that start together."""
        now = timezone.now()
        for record in records:
            record.state = StepState.RUNNING
            record.fence = self.operation.fence
            record.attempts += 1
            record.started_at = record.started_at or now
        fields = ["state", "fence", "attempts", "started_at"]
        changes = {"touched": True} if touching else {}
        self.write(
            lines,
            lambda: _update(records, fields),
            **changes,
        )
        self.operation.touched = self.operation.touched or touching

    def record(self, records: Sequence[StepRecord], lines: Sequence[Line]) -> None:
        """Write steps' results; a step that forgets takes the definition with it."""
        fields = ["state", "message", "progress", "result", "finished_at"]
        done = [r.kind for r in records if r.state == StepState.SUCCEEDED]
        forget = StepKind.FORGET_CLUSTER in done

        def body() -> None:
            _update(records, fields)
            if forget:
                Cluster.objects.filter(operations=self.operation).delete()

        # Steps went on: whatever killed workers before is over.
        settled = {"crashes": 0} if done else {}
        self.write(lines, body, **settled)
        if forget:
            self.operation.cluster = None

    def write_progress(self, records: Sequence[StepRecord]) -> None:
        """Note how far steps are; their lines say nothing of it."""
        self.write(body=lambda: _update(records, ["progress"]))
        wakeup.announce(str(self.operation.pk))

    def turn_back(
        self,
        ending: State,
        why: dict[str, Any],
        records: Sequence[StepRecord],
        line: Line,
    ) -> None:
        """Begin the roll-back that leads to `ending`; what was open is cancelled."""

        def body() -> None:
            _cancel_open(self.operation)
            _insert(records)

        deadline = Now() + ROLLBACK_DEADLINE
        self.write([line], body, ending=ending, deadline=deadline, **why)
        self.operation.ending = ending

    def end(self, state: State, line: Line, **why: Any) -> None:
        """Write the end; nothing changes after it."""

        def body() -> None:
            _cancel_open(self.operation)
            tickets.close(self.operation, state)

        self.write(
            [line],
            body,
            state=state,
            owner="",
            lease_until=None,
            finished_at=Now(),
            **why,
        )

    def park(self, retry_in: float) -> None:
        """Give the operation back until it is worth another look."""
        self.write(
            owner="", lease_until=None, next_run_at=Now() + timedelta(seconds=retry_in)
        )

    def is_cancelled(self) -> bool:
        """Whether a person asked for an end; also notices a lost lease."""
        row = Operation.objects.filter(pk=self.operation.pk, state__in=ACTIVE)
        asked = row.values_list("cancel_requested_at", "fence").first()
        if asked is None or asked[1] != self.operation.fence:
            self._lost.set()
            raise LeaseLostError(str(self.operation.pk))
        return asked[0] is not None


ROLLBACK_DEADLINE = timedelta(minutes=15)


def persist(write: Callable[[], _Result]) -> _Result:
    """Run a transaction, waiting for a database that is away for a while."""
    give_up = time.monotonic() + DATABASE_PATIENCE
    pause = 0.05
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if time.monotonic() > give_up:
                raise
            log.warning("The database did not answer: %s", error)
            close_old_connections()
            threading.Event().wait(pause)
            pause = min(pause * 2, 2.0)


def failure(problem: Failed) -> dict[str, Any]:
    """The columns that explain an end."""
    return {
        "code": problem.code,
        "explanation": problem.why.as_json(),
        "advice": problem.advice.as_json(),
        "evidence": [
            line.as_json() if isinstance(line, Text) else line
            for line in problem.evidence
        ],
        "remedy": problem.remedy,
    }


def _insert(records: Sequence[StepRecord]) -> None:
    StepRecord.objects.bulk_create(records)


def _update(records: Sequence[StepRecord], fields: list[str]) -> None:
    for record in records:
        record.save(update_fields=fields)


def _cancel_open(operation: Operation) -> None:
    open_steps = StepRecord.objects.filter(operation=operation, state__in=OPEN)
    open_steps.update(state=StepState.CANCELLED)
