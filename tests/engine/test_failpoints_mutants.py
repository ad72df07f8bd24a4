"""An engine that is broken on purpose does not pass the matrix.

Each mutant lacks one of the promises that the matrix is there for.
"""

import pytest

from clusters.core.plan import StepKind
from clusters.engine import execute, failpoints
from clusters.engine.journal import Journal
from clusters.engine.steps.base import Handler
from clusters.models import StepRecord
from clusters.models.step import StepState
from tests.engine.failpoint_runs import Runs


@pytest.fixture
def runs_of(world, create, create_store, finish, delete, tmp_path):
    asking = (create, create_store, finish, delete)
    yield lambda kind: Runs(kind, world, tmp_path, asking)
    failpoints._ARMED.clear()


KINDS = (StepKind.CREATE_VOLUME, StepKind.CREATE_NETWORK)


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_fence_a_frozen_worker_acts_after_its_lease(
    kind, runs_of, monkeypatch
):
    runs = runs_of(kind)
    runs.go("before_call", "hang")
    monkeypatch.setattr(Journal, "check", lambda self: None)
    with pytest.raises(AssertionError, match="after its lease"):
        runs.go("before_call", "hang", "-mutant")


@pytest.mark.parametrize("kind", [*KINDS, StepKind.SET_RESTART_POLICY])
def test_a_record_before_the_call_loses_the_call(kind, runs_of, monkeypatch):
    runs = runs_of(kind)
    runs.go("before_call", "kill")
    begin = Journal.begin

    def begin_and_record(journal, records, lines, *, touching):
        begin(journal, records, lines, touching=touching)
        rows = StepRecord.objects.filter(pk__in=[record.pk for record in records])
        rows.update(state=StepState.SUCCEEDED)

    monkeypatch.setattr(Journal, "begin", begin_and_record)
    with pytest.raises(AssertionError):
        runs.go("before_call", "kill", "-mutant")


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_look_on_resume_it_is_done_twice(kind, runs_of, monkeypatch):
    runs = runs_of(kind)
    runs.go("after_call", "kill")
    attempt = execute._attempt

    class Blind(Handler):
        """Sees nothing of what an attempt before did."""

        def __init__(self, handler):
            self.act, self.after = handler.act, handler.after
            self.looks, self.look_later = 0, handler.look

        def look(self, job):
            self.looks += 1
            return self.look_later(job) if self.looks > 1 else None

    def attempt_blindly(handler, job):
        again = job.attempts > 1 and job.step.kind == kind
        return attempt(Blind(handler) if again else handler, job)

    monkeypatch.setattr(execute, "_attempt", attempt_blindly)
    with pytest.raises(AssertionError):
        runs.go("after_call", "kill", "-mutant")
