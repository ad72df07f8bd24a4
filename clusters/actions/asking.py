"""Who asks, through which door, and how a request becomes an operation."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clusters.actions.ringing import ring_operation
from clusters.core.errors import ConflictError, IdempotencyError, PanelError
from clusters.core.text import say
from clusters.models import Cluster, Event, Operation, StepRecord
from clusters.models.event import Line
from clusters.models.operation import ACTIVE, Kind, Via
from clusters.models.step import StepState


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """Who asks, through which door, with which idempotency key."""

    user: User | None
    via: Via
    key: str = ""

    @property
    def name(self) -> str:
        return self.user.get_username() if self.user else f"({self.via})"


def authorise(asker: Asker) -> None:
    """The one place that decides who may ask; the shell and the panel always may."""
    if asker.user is None:
        return
    if not asker.user.is_active:
        raise PanelError(say("Log in to do this."), code="not_allowed")


def request_hash(kind: Kind, request: Mapping[str, Any]) -> str:
    canonical = json.dumps([kind, request], sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def asked_before(asker: Asker, digest: str) -> Operation | None:
    """The operation that this key already made; an error when it made another."""
    if not asker.key:
        return None
    found = Operation.objects.filter(
        actor_name=asker.name, idempotency_key=asker.key
    ).first()
    if found is not None and found.request_hash != digest:
        raise IdempotencyError(
            say("This idempotency key was used for another request."),
            code="idempotency_key_reused",
            advice=say("Send a new key with a new request."),
        )
    return found


def once(
    asker: Asker, kind: Kind, request: Mapping[str, Any], ask: Callable[[], Operation]
) -> Operation:
    """What the asker's key made before, otherwise what is asked for now.

    Of two that come with one key at the same moment, the second is refused like a
    stranger's, and finds then what the first one made.
    """
    digest = request_hash(kind, request)
    earlier = asked_before(asker, digest)
    if earlier is not None:
        return earlier
    try:
        return ask()
    except PanelError:
        earlier = asked_before(asker, digest)
        if earlier is None:
            raise
        return earlier


def start(
    asker: Asker, kind: Kind, cluster: Cluster, request: Mapping[str, Any]
) -> Operation:
    """Write an operation and ring; ConflictError while another one is active."""
    refuse_while_busy(cluster.name)
    try:
        with transaction.atomic():
            operation = Operation.open_for(
                cluster,
                kind,
                request,
                request_hash=request_hash(kind, request),
                idempotency_key=asker.key,
                actor=asker.user,
                actor_name=asker.name,
                via=asker.via,
                keep=bool(request.get("keep_on_failure")),
            )
            Event.first(operation, _asked(asker, operation))
    except IntegrityError as error:
        refuse_while_busy(cluster.name)
        raise ConflictError(
            say("{name} was changed by somebody else just now.", name=cluster.name),
            code="changed_meanwhile",
            advice=say("Look at it again, then ask again."),
        ) from error
    transaction.on_commit(partial(ring_operation, operation.pk))
    return operation


def _asked(asker: Asker, operation: Operation) -> Line:
    return Line(
        code="asked",
        text=say(
            "{who} asked for {kind} of {cluster}",
            who=asker.name,
            kind=operation.kind,
            cluster=operation.cluster_name,
        ),
    )


def refuse_while_busy(cluster_name: str) -> None:
    """Raise ConflictError that says who does what, and how far it is."""
    running = active_operation(cluster_name)
    if running is None:
        return
    steps = StepRecord.objects.filter(operation=running)
    done = steps.filter(state=StepState.SUCCEEDED).count()
    total = steps.count()
    raise ConflictError(
        say(
            "{who} started {kind} of {cluster} at {when};"
            " {done} of {total} steps done.",
            who=running.actor_name,
            kind=running.kind,
            cluster=cluster_name,
            when=running.created_at.strftime("%H:%M:%S UTC"),
            done=done,
            total=total,
        ),
        code="operation_running",
        advice=say("Wait for it to end, or cancel it."),
        extra={
            "operation": str(running.pk),
            "kind": running.kind,
            "actor": running.actor_name,
            "steps_done": done,
            "steps_total": total,
            "created_at": running.created_at.isoformat(),
        },
    )


def active_operation(cluster_name: str) -> Operation | None:
    return Operation.objects.filter(cluster_name=cluster_name, state__in=ACTIVE).first()
