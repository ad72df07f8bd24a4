"""Start a panel that outlives this command, and stop whichever runs."""

import json
import os
import signal
import subprocess
import threading
import time
from typing import Any

from etcdpanel import home as homes
from etcdpanel.home import ROOT, Home
from etcdpanel.up import lock
from etcdpanel.up.child import last_lines, python
from etcdpanel.up.console import LaunchError, say
from etcdpanel.up.preparation import end_leftovers

STOP_SECONDS = 45.0
LOOK_EVERY = 0.05


def start(home: Home) -> dict[str, Any] | None:
    """What a new panel tells about itself; nothing when one runs already."""
    if lock.holder(home) is not None:
        return None
    home.make()
    log = home.logs / "panel.log"
    readable, writable = os.pipe()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            python("-m", "etcdpanel.up", "run", "--report-to", str(writable)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            pass_fds=(writable,),
            start_new_session=True,
        )
    os.close(writable)
    # Ends when the panel has told, or has died.
    with os.fdopen(readable, encoding="utf-8") as pipe:
        told = pipe.read()
    if told:
        return dict(json.loads(told))
    code = process.wait()
    raise LaunchError("\n".join(last_lines(log, 15)), code=code or 1)


def stop() -> None:
    home = homes.from_environment()
    found = lock.holder(home)
    if found is None:
        end_leftovers(home)
        say(f"No panel runs on {home.path}.")
        return
    if not found.pid:
        raise LaunchError(f"A panel is just starting on {home.path}: try again.")
    say(f"Stopping the panel at {found.address} (pid {found.pid}).")
    os.kill(found.pid, signal.SIGTERM)
    if not is_gone(home):
        raise LaunchError(f"It still runs after {STOP_SECONDS:.0f} s: see {home.logs}.")
    say("It has stopped. Members keep running.")


def is_gone(home: Home) -> bool:
    end = time.monotonic() + STOP_SECONDS
    never = threading.Event()
    while lock.holder(home) is not None:
        if time.monotonic() > end:
            return False
        never.wait(LOOK_EVERY)
    return True
