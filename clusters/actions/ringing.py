"""Ring the doorbell after a commit. A lost ring costs a moment: the sweep finds it."""

import logging
import uuid

from celery import Task
from kombu.exceptions import OperationalError

from clusters import tasks, wakeup

log = logging.getLogger(__name__)


def ring_operation(operation_id: uuid.UUID) -> None:
    wakeup.announce(str(operation_id))  # the line that says what was asked
    _ring(tasks.run_operation, operation_id)


def ring_check(check_id: uuid.UUID) -> None:
    _ring(tasks.run_check, check_id)


def ring_store(store_id: int) -> None:
    _ring(tasks.watch_store, store_id)


def ring_token(token_id: uuid.UUID) -> None:
    _ring(tasks.settle_token, token_id)


def _ring(task: Task, subject: uuid.UUID | int) -> None:
    try:
        task.delay(str(subject))
    except OperationalError as error:
        log.warning("The broker did not take %s %s: %s", task.name, subject, error)
