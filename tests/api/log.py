"""Writes what a worker would write of an operation."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.models.event import Line


class Log:
    """The log of one operation, as its worker writes it."""

    def __init__(self, operation):
        self.operation = operation
        self.id = str(operation.pk)
        self.path = f"/operations/{operation.pk}"

    def write(self, *words):
        """Append lines as the engine does: numbered under the operation's lock."""
        lines = [Line(code="said", text=say("{words}", words=each)) for each in words]
        with transaction.atomic():
            rows = Operation.objects.filter(pk=self.operation.pk)
            rows.update(last_event=F("last_event") + len(lines))
            last = rows.values_list("last_event", flat=True).get()
            Event.write(self.operation.pk, last, lines)
        return last

    def step(self, number, **changed):
        """Change a step as the engine does: every write of its is counted."""
        steps = StepRecord.objects.filter(operation=self.operation, seq=number)
        steps.update(**changed)
        rows = Operation.objects.filter(pk=self.operation.pk)
        rows.update(writes=F("writes") + 1)

    def end(self, state="succeeded", **also):
        Operation.objects.filter(pk=self.operation.pk).update(
            state=state, finished_at=timezone.now(), **also
        )
        self.operation.refresh_from_db()
        return self
