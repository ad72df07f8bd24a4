"""An operation that a test brings forward while a page looks at it."""

from django.utils import timezone

from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.models.event import Line
from tests import builders


class Running:
    """What a worker would write, written by the test."""

    def __init__(self, name="demo", **columns):
        builders.cluster_row(name)
        self.operation = builders.operation_row(name, **columns)
        self.path = f"/operations/{self.operation.pk}/"

    def plan(self, *steps):
        for kind, target in steps:
            StepRecord.objects.create(
                operation=self.operation,
                seq=StepRecord.objects.filter(operation=self.operation).count(),
                kind=kind,
                target=target,
                host="docker",
                cause=say("not there").as_json(),
            )
        return self

    def say(self, *texts, level="info"):
        self.operation.refresh_from_db()
        last = self.operation.last_event + len(texts)
        lines = [Line(code="c", text=say("{t}", t=text), level=level) for text in texts]
        Event.write(self.operation.pk, last, lines)
        self._write(last_event=last)

    def step(self, target, state, **columns):
        changes = {"state": state, **columns}
        if state == "running":
            changes.setdefault("started_at", timezone.now())
        if state in {"succeeded", "failed"}:
            changes.setdefault("finished_at", timezone.now())
        steps = StepRecord.objects.filter(operation=self.operation, target=target)
        steps.update(**changes)
        self._write()

    def end(self, state="succeeded", **columns):
        self._write()
        builders.end(self.operation, state, **columns)

    def _write(self, **columns):
        """As the engine does, so that whoever looks sees that there is news."""
        self.operation.refresh_from_db()
        writes = self.operation.writes + 1
        Operation.objects.filter(pk=self.operation.pk).update(writes=writes, **columns)
