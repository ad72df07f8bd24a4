"""Operations, their steps and their log."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.models.operation import Kind, State
from clusters.models.step import StepState
from clusters.queries.texts import evidence, stored
from clusters.queries.words import actor

PAGE_SIZE = 50
EVENT_PAGE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLine:
    """One step. `progress` carries current and total where a step counts."""

    seq: int
    kind: str
    target: str
    host: str
    cause: str
    state: str
    message: str
    rollback: bool
    progress: dict[str, Any]
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationRow:
    """One operation in a list."""

    id: str
    kind: str
    cluster: str
    state: str
    code: str
    explanation: str
    actor: str
    via: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    is_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationProgress(OperationRow):
    """One operation with its steps: how far it is, and what may be asked of it."""

    advice: str
    evidence: tuple[str, ...]
    remedy: str
    steps: tuple[StepLine, ...]
    steps_done: int
    steps_total: int
    deadline: datetime | None
    is_cancelling: bool
    can_cancel: bool
    can_retry: bool
    last_event: int
    cluster_exists: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EventLine:
    """One line of the log. `step` is the number of the step it belongs to."""

    number: int
    at: datetime
    level: str
    code: str
    message: str
    step: int | None
    data: dict[str, Any]


def operation_list(
    *, cluster_name: str = "", state: str = "", before: str = "", limit: int = PAGE_SIZE
) -> tuple[tuple[OperationRow, ...], str | None]:
    """The newest operations; `before` is the ID of the last one already seen."""
    rows = Operation.objects.order_by("-created_at", "-pk")
    if cluster_name:
        rows = rows.filter(cluster_name=cluster_name)
    if state:
        rows = rows.filter(state=state)
    if before:
        last = _find(uuid.UUID(before))
        same_moment = Q(created_at=last.created_at, pk__lt=last.pk)
        rows = rows.filter(Q(created_at__lt=last.created_at) | same_moment)
    found = list(rows[: limit + 1])
    page = tuple(OperationRow(**_row(operation)) for operation in found[:limit])
    return page, (page[-1].id if len(found) > limit else None)


def operation_progress(operation_id: uuid.UUID) -> OperationProgress:
    operation = _find(operation_id)
    steps = tuple(_step(step) for step in operation.steps.order_by("seq"))
    return OperationProgress(
        **_row(operation),
        advice=stored(operation.advice),
        evidence=evidence(operation.evidence),
        remedy=operation.remedy,
        steps=steps,
        steps_done=sum(step.state == StepState.SUCCEEDED for step in steps),
        steps_total=len(steps),
        deadline=operation.deadline,
        is_cancelling=bool(operation.cancel_requested_at) and not operation.is_over,
        can_cancel=_can_cancel(operation),
        can_retry=_can_retry(operation),
        last_event=operation.last_event,
        cluster_exists=operation.cluster_id is not None,
    )


def operation_mark(operation_id: uuid.UUID) -> tuple[Any, ...] | None:
    """Differs whenever the operation, a step or the log has changed: a cheap look."""
    marks = Operation.objects.values_list("writes", "last_event", "state", "cluster")
    return marks.filter(pk=operation_id).first()


def events_after(
    operation_id: uuid.UUID, number: int = 0, limit: int = EVENT_PAGE
) -> tuple[EventLine, ...]:
    """The lines of an operation's log after a number, in order, without gaps."""
    rows = Event.objects.filter(operation_id=operation_id, number__gt=number)
    return tuple(_line(event) for event in rows.order_by("number")[:limit])


def _find(operation_id: uuid.UUID) -> Operation:
    operation = Operation.objects.filter(pk=operation_id).first()
    if operation is None:
        raise NotFoundError(
            say("There is no such operation."), code="no_such_operation"
        )
    return operation


def _can_cancel(operation: Operation) -> bool:
    """A delete that removed something goes on to its end, whoever asks otherwise."""
    if operation.is_over or operation.cancel_requested_at:
        return False
    return operation.kind != Kind.DELETE or not operation.touched


def _can_retry(operation: Operation) -> bool:
    if not operation.is_over or operation.state == State.SUCCEEDED:
        return False
    return operation.overtaken_by() is None


def _row(operation: Operation) -> dict[str, Any]:
    return {
        "id": str(operation.pk),
        "kind": operation.kind,
        "cluster": operation.cluster_name,
        "state": operation.state,
        "code": operation.code,
        "explanation": stored(operation.explanation),
        "actor": actor(operation.actor_name),
        "via": operation.via,
        "created_at": operation.created_at,
        "started_at": operation.started_at,
        "finished_at": operation.finished_at,
        "is_over": operation.is_over,
    }


def _step(step: StepRecord) -> StepLine:
    return StepLine(
        seq=step.seq,
        kind=step.kind,
        target=step.target,
        host=step.host,
        cause=stored(step.cause),
        state=step.state,
        message=stored(step.message),
        rollback=step.rollback,
        progress=step.progress,
        started_at=step.started_at,
        finished_at=step.finished_at,
    )


def _line(event: Event) -> EventLine:
    return EventLine(
        number=event.number,
        at=event.at,
        level=event.level,
        code=event.code,
        message=stored(event.text),
        step=event.step,
        data=event.data,
    )
