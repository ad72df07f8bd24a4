"""Do by hand what the panel does by itself."""

from clusters import tasks


def reconcile_once() -> int:
    """Go on with all that waits, here and now; how many operations that was.

    It needs neither broker nor worker.
    """
    return tasks.reconcile()
