"""Cancel an operation, or ask for the same again."""

import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from clusters.actions.asking import Asker, authorise
from clusters.actions.ringing import ring_operation
from clusters.core.errors import ConflictError, NotFoundError
from clusters.core.text import say
from clusters.models import Event, Operation
from clusters.models.event import Line
from clusters.models.operation import ACTIVE, State

UNFINISHED = (State.FAILED, State.REJECTED, State.CANCELLED, State.NEEDS_OPERATOR)


def cancel_operation(asker: Asker, operation_id: uuid.UUID) -> Operation:
    """Ask for an end at the next step border; asking twice is the same."""
    authorise(asker)
    return cancel(asker, find(operation_id))


def cancel(asker: Asker, operation: Operation) -> Operation:
    """The same, for an operation in hand."""
    with transaction.atomic():
        active = Operation.objects.filter(pk=operation.pk, state__in=ACTIVE)
        fresh = active.filter(cancel_requested_at=None)
        asked = fresh.update(
            cancel_requested_at=Now(),
            cancel_actor=asker.name,
            next_run_at=Now(),
            last_event=F("last_event") + 1,
        )
        operation.refresh_from_db()
        if asked:
            text = say("{who} asked to cancel", who=asker.name)
            line = Line(code="cancel_asked", text=text)
            Event.write(operation.pk, operation.last_event, [line])
    if operation.is_over and not operation.cancel_requested_at:
        raise ConflictError(
            say("It has ended already: {state}.", state=operation.state),
            code="operation_over",
        )
    transaction.on_commit(lambda: ring_operation(operation.pk))
    return operation


def find(operation_id: uuid.UUID) -> Operation:
    operation = Operation.objects.filter(pk=operation_id).first()
    if operation is None:
        raise NotFoundError(
            say("There is no such operation."), code="no_such_operation"
        )
    return operation
