"""A whole panel, started as `make run` starts it, in a home of its own."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from etcdpanel.home import ROOT
from etcdpanel.up.prepare import ADMIN
from tests.bench.rest import Door
from tests.up.panels import Panel, free_port


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A folder beside the panel's usual home, so that both sides use that disk."""
    with tempfile.TemporaryDirectory(
        prefix=f"etcdpanel-bench-{kind}-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextlib.contextmanager
def running(**environment: str) -> Iterator[tuple[Panel, Door]]:
    with scratch("home") as folder:
        panel = Panel(folder / "var", free_port(), **environment)
        try:
            panel.start()
            yield panel, Door(panel.port, _token(panel))
        finally:
            _stop(panel)


def _token(panel: Panel) -> str:
    made = subprocess.run(
        [sys.executable, "manage.py", "create_token", "--user", ADMIN, "--name", "b"],
        cwd=ROOT,
        env=panel.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def _stop(panel: Panel) -> None:
    """In order, so that nothing is left; what hangs is ended by `end`."""
    if panel.process is not None and panel.process.poll() is None:
        panel.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            panel.process.wait(timeout=45)
    panel.end()


def settings_of(panel: Panel) -> dict[str, str]:
    """For a process that works on the panel's own database and broker."""
    return {**os.environ, **panel.environment}
