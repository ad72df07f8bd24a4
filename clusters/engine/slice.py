"""One slice of work at an operation: start what can start, record what came of it."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from clusters.core.meeting_steps import DNS_IMAGE, DNS_PIN
from clusters.core.observed import MemberReport
from clusters.core.outcome import Failed, NotYet, Outcome
from clusters.core.plan import StepKind
from clusters.core.text import Text, say
from clusters.engine import endings, failpoints, narration, wiring
from clusters.engine.execute import execute
from clusters.engine.job import Job, Tools
from clusters.engine.journal import Journal
from clusters.engine.planning import spec_of
from clusters.engine.steps.health import WAITS_FOR_QUORUM, late
from clusters.engine.tickets import with_result
from clusters.models import Operation, StepRecord
from clusters.models.event import Line
from clusters.models.step import OPEN, StepState

LONGEST_SLICE = 20.0
# A wait that short is not worth giving the operation back for.
SHORT_WAIT = 0.5
_LOOK_UP = 0.25
_SLOWEST_POLL = 0.1
_SLOWER = 0.02

STEP_LIMITS: dict[StepKind, timedelta] = {
    StepKind.CHECK_HOST: timedelta(seconds=20),
    StepKind.CHECK_DISCOVERY: timedelta(seconds=20),
    StepKind.PULL_IMAGE: timedelta(minutes=40),
}
# Before anything is touched.
LOOKS_FIRST = {StepKind.CHECK_HOST, StepKind.CHECK_DISCOVERY}
STEP_LIMIT = timedelta(seconds=90)
# Who waits for members to register gives up first: it knows who is missing.
REGISTRATION_SHARE = 0.9
ROLL_BACK_LIMIT = timedelta(minutes=10)


class Slice:
    """Works until the operation ends, must wait, or has had its time."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.spec = spec_of(journal.operation)
        self.tools: Tools = wiring.tools_for(self.spec)
        self.records: list[StepRecord] = []
        self.running: dict[Future[Outcome], StepRecord] = {}
        self.not_before: dict[int, float] = {}
        self.shown: dict[int, Mapping[str, int | str]] = {}
        self.heard: dict[str, MemberReport] = {}
        self.made: dict[int, dict[str, str]] = {}
        self.accepted = frozenset(journal.operation.request.get("accept") or ())
        self.failure: Failed | None = None
        self.stopping = threading.Event()
        self.until = time.monotonic() + LONGEST_SLICE
        self._told_too_late = False
        self._load()

    def work(self) -> None:
        with ThreadPoolExecutor(max_workers=wiring.threads()) as pool:
            try:
                while self._turn(pool):
                    pass
            finally:
                self.stopping.set()

    def _load(self) -> None:
        rows = StepRecord.objects.filter(operation=self.journal.operation)
        wanted = rows.filter(rollback=bool(self.journal.operation.ending))
        self.records = list(wanted.order_by("seq"))
        self.not_before = {}
        for record in self.records:
            self._heed_result(record)

    def _heed_result(self, record: StepRecord) -> None:
        """A service chose the ticket: later steps work with it."""
        if record.kind == StepKind.PREPARE_TICKET:
            operation = self.journal.operation
            self.spec = with_result(operation, self.spec, record.result)

    def _turn(self, pool: ThreadPoolExecutor) -> bool:
        """One round; False when this slice is over."""
        self._heed_the_outside()
        if self.stopping.is_set() and not self.running:
            return self._turn_back()
        if not self.stopping.is_set():
            self._start(pool)
        if self.running:
            self._collect()
            return True
        if not self._open():
            self._finish()
            return False
        return self._wait_or_park()

    def _heed_the_outside(self) -> None:
        operation = self.journal.operation
        cancelled = self.journal.is_cancelled()
        if cancelled and not operation.ending:
            if endings.can_cancel(operation):
                self.stopping.set()
            elif not self._told_too_late:
                self._told_too_late = True
                self.journal.write([narration.too_late()])
        deadline = operation.deadline
        if deadline and timezone.now() > deadline and self.failure is None:
            why = say("It did not end within its time.")
            self.failure = Failed(code="deadline", why=why)
        if self.failure is not None:
            self.stopping.set()

    def _turn_back(self) -> bool:
        if self.failure is not None:
            goes_on = endings.fail(self.journal, self.failure)
        else:
            goes_on = endings.cancel(self.journal)
        self.failure = None
        self.stopping.clear()
        self.journal.operation.refresh_from_db(fields=["deadline", "ending"])
        self._load()
        return goes_on

    def _finish(self) -> None:
        if self.journal.operation.ending:
            endings.finish_roll_back(self.journal)
        else:
            endings.succeed(self.journal, self.heard)

    def _open(self) -> list[StepRecord]:
        return [record for record in self.records if record.state in OPEN]

    def _start(self, pool: ThreadPoolExecutor) -> None:
        ready = self._ready()
        fresh = [record for record in ready if not self._begun_here(record)]
        if fresh:
            failpoints.reach_all(fresh, "before_intent")
            touching = any(r.kind not in LOOKS_FIRST for r in fresh)
            self.journal.begin(fresh, narration.begun(fresh), touching=touching)
            failpoints.reach_all(fresh, "after_intent")
        for record in ready:
            self.running[pool.submit(self._attempt, record)] = record

    def _ready(self) -> list[StepRecord]:
        done = {
            record.to_step().key
            for record in self.records
            if record.state == StepState.SUCCEEDED
        }
        busy = {record.seq for record in self.running.values()}
        now = time.monotonic()
        return [
            record
            for record in self._open()
            if record.seq not in busy
            and self.not_before.get(record.seq, 0.0) <= now
            and done.issuperset(record.needs)
        ]

    def _begun_here(self, record: StepRecord) -> bool:
        return record.seq in self.not_before

    def _attempt(self, record: StepRecord) -> Outcome:
        try:
            return execute(self._job(record))
        finally:
            connection.close()

    def _job(self, record: StepRecord) -> Job:
        return Job(
            spec=self.spec,
            step=record.to_step(),
            tools=self.tools,
            operation=str(self.journal.operation.pk),
            fence=self.journal.operation.fence,
            guard=self.journal.check,
            stop=self.stopping.is_set,
            progress=lambda numbers: self._note_progress(record, numbers),
            images=self._images(),
            attempts=record.attempts,
            heard=self.heard,
            accepted=self.accepted,
            made=self.made.setdefault(record.seq, {}),
        )

    def _images(self) -> dict[str, str]:
        plan = self.journal.operation.plan or {}
        pulled = {
            DNS_PIN if r.target == DNS_IMAGE else r.host: r.result["pinned"]
            for r in self.records
            if "pinned" in r.result
        }
        return {**plan.get("images", {}), **pulled}

    def _note_progress(
        self, record: StepRecord, numbers: Mapping[str, int | str]
    ) -> None:
        record.progress = dict(numbers)  # written by the next look at what runs

    def _collect(self) -> None:
        finished, _ = wait(self.running, timeout=_LOOK_UP, return_when=FIRST_COMPLETED)
        if not finished:
            self._write_progress()
        told: list[StepRecord] = []
        lines: list[Line] = []
        try:
            for future in sorted(finished, key=lambda f: self.running[f].seq):
                record = self.running.pop(future)
                outcome = self._in_time(record, future.result())
                if line := self._take(record, outcome):
                    told.append(record)
                    lines.append(line)
        finally:  # what others did is written down whatever became of one
            self._record(told, lines)

    def _record(self, told: list[StepRecord], lines: list[Line]) -> None:
        """One transaction for all that ended while the last one was written."""
        if told:
            self.journal.record(told, lines)
        for record in told:
            failpoints.reach(record.kind, "after_record")
            self._heed_result(record)

    def _write_progress(self) -> None:
        moving = [
            record
            for record in self.running.values()
            if record.progress != self.shown.get(record.seq, {})
        ]
        self.shown.update((record.seq, record.progress) for record in moving)
        if moving:
            self.journal.write_progress(moving)

    def _in_time(self, record: StepRecord, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, NotYet) or self.stopping.is_set():
            return outcome
        limit = self._limit(record)
        started = record.started_at or timezone.now()
        if timezone.now() - started < limit:
            return outcome
        return late(self._job(record), outcome, int(limit.total_seconds()))

    def _limit(self, record: StepRecord) -> timedelta:
        if record.rollback or self.journal.operation.kind == "delete":
            return ROLL_BACK_LIMIT
        if record.kind == StepKind.AWAIT_REGISTRATION:
            return self.tools.bootstrap_limit * REGISTRATION_SHARE
        if record.kind in WAITS_FOR_QUORUM:
            return self.tools.bootstrap_limit
        return STEP_LIMITS.get(StepKind(record.kind), STEP_LIMIT)

    def _take(self, record: StepRecord, outcome: Outcome) -> Line | None:
        """Change the record as the outcome says; the line to write with it."""
        if isinstance(outcome, NotYet):
            return self._note_wait(record, outcome)
        record.finished_at = timezone.now()
        if isinstance(outcome, Failed):
            record.state, record.message = StepState.FAILED, outcome.why.as_json()
            self.failure = self.failure or outcome
            return narration.failed(record, outcome)
        record.state, record.message = StepState.SUCCEEDED, outcome.message.as_json()
        record.result = dict(outcome.result)
        return narration.done(record, outcome)

    def _note_wait(self, record: StepRecord, outcome: NotYet) -> Line | None:
        """The longer it waits, the less often it is looked at; only news is told."""
        waited = timezone.now() - (record.started_at or timezone.now())
        slower = min(waited.total_seconds() * _SLOWER, _SLOWEST_POLL)
        pause = max(outcome.retry_in, slower)
        self.not_before[record.seq] = time.monotonic() + pause
        if Text.from_json(record.message) == outcome.why:
            return None
        record.message = outcome.why.as_json()
        record.progress = dict(outcome.progress)
        return narration.waiting(record, outcome)

    def _wait_or_park(self) -> bool:
        now = time.monotonic()
        pauses = [self.not_before.get(r.seq, now) - now for r in self._open()]
        pause = max(min(pauses), 0.0)
        if pause <= SHORT_WAIT and now < self.until and not self._others_wait():
            self.stopping.wait(pause)
            return True
        self.journal.park(pause)
        return False

    def _others_wait(self) -> bool:
        if time.monotonic() < self.until - LONGEST_SLICE + SHORT_WAIT:
            return False
        others = Operation.claimable().exclude(pk=self.journal.operation.pk)
        return others.exists()
