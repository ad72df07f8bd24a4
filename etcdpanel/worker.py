"""`python -m etcdpanel.worker`: a Celery worker with the options that fit here.

The same as `celery -A etcdpanel worker` with these options, without the command
line of Celery in the memory of each of its processes.
"""

import gc
import os
import sys
from importlib import import_module
from typing import Any

from celery.signals import worker_init

from etcdpanel import env
from etcdpanel.celery import app


@worker_init.connect(weak=False)
def share_memory(**_: Any) -> None:
    """What is loaded before the fork stays shared as long as nobody writes to it,
    and the collector writes to all it looks at.

    The etcd client, 20 MB, would otherwise be loaded by each child for itself. It
    opens no channel here: those do not survive a fork.
    """
    import_module("clusters.etcd.compat")
    gc.collect()
    gc.freeze()


def main() -> int:
    # SIGTERM then waits a bounded time for a slice (CELERY_WORKER_SOFT_SHUTDOWN_
    # TIMEOUT) instead of as long as it takes; read when the pool is imported, below.
    os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
    # Django's checks load every URL and with them what only web needs; `migrate` runs
    # them before each start of the panel.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
    processes = env.integer("ETCDPANEL_WORKER_PROCESSES", default=2, least=1, most=64)
    worker = app.Worker(
        pool_cls="prefork",
        concurrency=processes,
        # Talk between workers about themselves, which nobody here listens to; it
        # would also cost a second at each start.
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
