"""Take an operation, go on with it for a slice, and give it back or end it."""

import logging
import uuid

from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models.functions import Now

from clusters.engine import endings, wiring
from clusters.engine.journal import Journal, LeaseLostError
from clusters.engine.owner import current_owner
from clusters.engine.planning import freeze_plan
from clusters.engine.presence import Presence
from clusters.engine.slice import Slice
from clusters.models import Operation
from clusters.models.operation import ACTIVE, State

log = logging.getLogger(__name__)

# An operation that ended its worker that often at one step is not tried again.
MOST_CRASHES = 3
# A database that is back is given a moment.
DATABASE_PAUSE = 1.0


def advance(operation_id: uuid.UUID) -> bool:
    """Go on with one operation; False when somebody else has it or it must wait."""
    operation = Operation.objects.filter(pk=operation_id).first()
    if operation is None:
        return False
    with Presence() as presence:
        if not operation.claim(current_owner(), wiring.lease(), presence.show):
            return False
        journal = Journal(operation, wiring.lease())
        try:
            with journal.heartbeat():
                _advance(journal)
        except LeaseLostError:
            log.warning("The lease of %s is lost; it is left alone.", operation)
            _let_the_next_begin(operation)
    return True


def _let_the_next_begin(operation: Operation) -> None:
    """What it gave way to waited for the call that was out; that has ended now."""
    ended = Operation.objects.filter(pk=operation.pk).exclude(state__in=ACTIVE)
    if ended.exists():
        waiting = Operation.objects.filter(
            cluster_name=operation.cluster_name, state=State.QUEUED
        )
        waiting.filter(next_run_at__gt=Now()).update(next_run_at=Now())


def _advance(journal: Journal) -> None:
    try:
        _work(journal)
    except LeaseLostError:
        raise
    except (OperationalError, InterfaceError) as error:
        # No mistake of anybody: it is begun again by looking, like after a crash.
        log.warning("The database went away from %s: %s", journal.operation, error)
        close_old_connections()
        journal.park(DATABASE_PAUSE)
    except Exception:
        endings.errored(journal)
        raise


def _work(journal: Journal) -> None:
    if journal.operation.crashes >= MOST_CRASHES:
        endings.poisoned(journal)
        return
    if journal.operation.plan is None:
        freeze_plan(journal)
    Slice(journal).work()
