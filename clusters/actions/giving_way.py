"""What the panel began by itself ends at once when a person wants something else."""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Now

from clusters.actions.asking import Asker
from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.models.event import Line
from clusters.models.operation import ACTIVE, Kind, State, Via
from clusters.models.step import OPEN, StepState


def give_way(asker: Asker, running: Operation) -> datetime | None:
    """End a repair of the panel's own, inside the transaction of what comes instead.

    Its worker, if it has one, finds its fence gone before its next call. The call that
    is out now may still be answered: what comes instead waits until the lease would
    have ended, or until that worker lets go. That time is returned.
    """
    if running.kind != Kind.REPAIR or running.via != Via.PANEL:
        return None
    # A worker may take it, or end it, at this very moment.
    rows = Operation.objects.filter(pk=running.pk, state__in=ACTIVE)
    now = rows.select_for_update().first()
    if now is None:
        return None
    rows.update(
        state=State.CANCELLED,
        code="cancelled",
        explanation=say("{who} cancelled it.", who=asker.name).as_json(),
        cancel_requested_at=Now(),
        cancel_actor=asker.name,
        owner="",
        lease_until=None,
        fence=F("fence") + 1,
        finished_at=Now(),
        last_event=F("last_event") + 2,
    )
    _tell(asker, now)
    return now.lease_until if now.owner else None


def _tell(asker: Asker, running: Operation) -> None:
    steps = StepRecord.objects.filter(operation=running, state__in=OPEN)
    steps.update(state=StepState.CANCELLED)
    last = Operation.objects.values_list("last_event", flat=True).get(pk=running.pk)
    what = say("{kind} of {cluster}", kind=running.kind, cluster=running.cluster_name)
    why = say("{who} cancelled it.", who=asker.name)
    state = State.CANCELLED.value
    ended = say("{what}: {state}. {why}", what=what, state=state, why=why)
    asked = say("{who} asked to cancel", who=asker.name)
    lines = [
        Line(code="cancel_asked", text=asked),
        Line(code=f"operation_{state}", text=ended),
    ]
    Event.write(running.pk, last, lines)
