"""Many at once: what a database constraint is for shows only when they race."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def at_once(count, act):
    """What `act(number)` returned or raised, for numbers that start together."""
    barrier = threading.Barrier(count, timeout=20)

    def run(number):
        try:
            connection.ensure_connection()
            barrier.wait()
            return act(number)
        except Exception as error:  # noqa: BLE001 (the test looks at it)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))
