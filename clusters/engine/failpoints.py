"""Named places where a test may break the engine; nothing happens elsewhere.

`ETCDPANEL_FAILPOINTS="start_member.before_call=kill;create_member.after_call=raise"`.
Off unless the variable is set when the process starts.
"""

import os
import signal
import threading
from collections.abc import Iterable
from typing import Protocol

BORDERS = (
    "before_intent",
    "after_intent",
    "before_call",
    "after_call",
    "after_record",
)


class InjectedError(RuntimeError):
    """What a failpoint of mode `raise` raises: a bug, as far as the engine knows."""


def _parse(written: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in written.split(";") if entry)
    return {place.strip(): mode.strip() for place, _, mode in pairs}


_ARMED = _parse(os.environ.get("ETCDPANEL_FAILPOINTS", ""))


class Placed(Protocol):
    """Whatever is of a kind of step."""

    kind: str


def reach_all(steps: Iterable[Placed], border: str) -> None:
    """Pass a border that several steps pass together."""
    for step in steps:
        reach(step.kind, border)


def reach(kind: str, border: str) -> None:
    """Pass a step border; break here when a test asked for it."""
    if not _ARMED:
        return
    match _ARMED.get(f"{kind}.{border}", "").partition(":"):
        case ("kill", _, _):
            os.kill(os.getpid(), signal.SIGKILL)
        case ("raise", _, _):
            raise InjectedError(f"failpoint {kind}.{border}")
        case ("hang", _, seconds):
            threading.Event().wait(float(seconds or 60))
        case _:
            return
