"""A process that writes lines into an operation, as a worker does, and notes when.

    python -m tests.bench.writer LINES    # in the environment of the panel

Prints the operation's id, waits for a line on its input, writes, prints for each line
its number and the moment at which its transaction was committed, and stays until its
input ends.
"""

import json
import os
import random
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "etcdpanel.settings")
django.setup()

from datetime import timedelta  # noqa: E402

from django.db import transaction  # noqa: E402
from django.db.models.functions import Now  # noqa: E402

from clusters.core.text import Text, say  # noqa: E402
from clusters.engine.journal import Journal, failure  # noqa: E402
from clusters.engine.owner import current_owner  # noqa: E402
from clusters.models import Operation  # noqa: E402
from clusters.models.event import Line  # noqa: E402
from clusters.models.operation import Kind, State, Via  # noqa: E402
from etcdpanel.up.console import say as tell  # noqa: E402

LEASE = timedelta(minutes=10)
# Apart far enough that one look of a stream never finds two.
PAUSES = (0.03, 0.09)


def main(count: int) -> None:
    journal = Journal(claimed(), LEASE)
    tell(str(journal.operation.pk))
    sys.stdin.readline()
    committed: list[float] = []
    pause = threading.Event()
    for number in range(count):
        pause.wait(random.uniform(*PAUSES))
        text = Text("line {number} of the bench", {"number": number})
        journal.write([Line(code="bench", text=text)], noting(committed))
    first = journal.operation.last_event + 1
    tell(json.dumps({first + n: at for n, at in enumerate(committed)}))
    done = say("Done.")
    line = Line(code="operation_succeeded", text=done)
    journal.end(State.SUCCEEDED, line, **failure("", done))
    # Whoever rings the bell would end with this process.
    sys.stdin.readline()


def noting(committed: list[float]):
    """Called inside the transaction: the moment after its commit is what counts."""
    return lambda: transaction.on_commit(lambda: committed.append(time.monotonic()))


def claimed() -> Operation:
    """Running from its first moment, so that no worker takes it."""
    operation = Operation.objects.create(
        kind=Kind.CREATE,
        cluster_name="bench",
        via=Via.PANEL,
        state=State.RUNNING,
        owner=current_owner(),
        fence=1,
        lease_until=Now() + LEASE,
    )
    operation.refresh_from_db()
    return operation


if __name__ == "__main__":
    main(int(sys.argv[1]))
