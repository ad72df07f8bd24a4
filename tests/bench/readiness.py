"""The rule of both sides: every member knows a leader and answers a linearizable read.

Asked with the panel's own client, all members at once.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from clusters.core.health import POLL_SECONDS
from clusters.etcd.client import probe

PROBE_SECONDS = 1.0
PATIENCE = 60.0


def await_all(endpoints: list[str], every: float = POLL_SECONDS) -> None:
    ends, pause = time.monotonic() + PATIENCE, threading.Event()
    with ThreadPoolExecutor(max_workers=len(endpoints)) as threads:
        while True:
            reports = threads.map(lambda e: probe(e, PROBE_SECONDS), endpoints)
            if all(report.serves for report in reports):
                return
            if time.monotonic() > ends:
                raise TimeoutError(f"no quorum at {endpoints}")
            pause.wait(every)
