"""The doorbell: look at one thing. Every task may come twice, or not at all."""

import logging
import threading
import uuid
from collections.abc import Callable

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from clusters.engine import checking, minting, run, sweep, watch_stores

log = logging.getLogger(__name__)

# An idle worker looks for work that often, besides the bell and the sweep.
LOOK_EVERY = 0.5
_stop = threading.Event()


@shared_task(soft_time_limit=3500, time_limit=3600)
def run_operation(operation_id: str) -> None:
    """Go on with one operation; a pull over a slow line may take its time."""
    run.advance(uuid.UUID(operation_id))


@shared_task
def run_check(check_id: str) -> None:
    checking.run_check(uuid.UUID(check_id))


@shared_task(name="clusters.tasks.sweep")
def sweep_once() -> None:
    ring_waiting()


@shared_task
def watch_hosts() -> None:
    sweep.look_at_hosts()


@shared_task
def watch_clusters() -> None:
    sweep.look_at_clusters()
    watch_stores.look_at_all()


@shared_task
def watch_store(store_id: str) -> None:
    watch_stores.look_at(int(store_id))


@shared_task
def settle_token(token_id: str) -> None:
    """Write a token that was asked for, or take the keys of a burnt one away."""
    minting.settle(uuid.UUID(token_id))


def ring_waiting() -> None:
    """Ring for everything that waits or was left by a dead worker."""
    sweep.take_over(lambda pk: run_operation.delay(str(pk)))
    for check_id in sweep.waiting_checks():
        run_check.delay(str(check_id))
    for token_id in sweep.waiting_tokens():
        settle_token.delay(str(token_id))


def reconcile() -> int:
    """Do here and now what the bell and beat would have others do.

    Returns how many operations were gone on with. It needs no broker.
    """
    sweep.look_at_hosts()
    advanced = sweep.take_over(run.advance)
    for check_id in sweep.waiting_checks():
        checking.run_check(check_id)
    for token_id in sweep.waiting_tokens():
        minting.settle(token_id)
    sweep.look_at_clusters()
    watch_stores.look_at_all()
    return advanced


@worker_ready.connect(weak=False)
def begin_lookout(**_: object) -> None:
    """Start the thread that looks for claimable work, and look at the hosts."""
    _stop.clear()
    threading.Thread(target=_look_out, name="lookout", daemon=True).start()


@worker_shutting_down.connect(weak=False)
def end_lookout(**_: object) -> None:
    _stop.set()


def _look_out() -> None:
    _try(watch_hosts.delay)
    while not _stop.wait(LOOK_EVERY):
        _try(ring_waiting)


def _try(look: Callable[[], object]) -> None:
    try:
        look()
    except (DatabaseError, OperationalError) as error:
        log.warning("The lookout saw nothing: %s", error)
    finally:
        connection.close()
