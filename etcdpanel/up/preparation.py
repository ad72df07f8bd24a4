"""Runs `prepare` beside the parent, the database and the static files at once."""

import json
import subprocess

from etcdpanel.home import ROOT, Home
from etcdpanel.up import records
from etcdpanel.up.child import last_lines, python
from etcdpanel.up.console import BAD_SETTING, LaunchError
from etcdpanel.up.prepare import static_is_stale


class Preparation:
    """Two short-lived processes: on two cores the first start is a second faster."""

    def __init__(self, home: Home) -> None:
        self.log = home.logs / "prepare.log"
        self.log.unlink(missing_ok=True)
        self.database = self.start("database")
        self.static = self.start("static") if static_is_stale(home) else None

    def start(self, task: str) -> subprocess.Popen[str]:
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own command
                python("-m", "etcdpanel.up.prepare", task, "--json"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                text=True,
                start_new_session=True,
            )

    @property
    def processes(self) -> list[subprocess.Popen[str]]:
        return [self.database, *([self.static] if self.static else [])]

    def is_over(self) -> bool:
        return all(process.poll() is not None for process in self.processes)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def told(self) -> dict[str, str]:
        """What `prepare` says about the first admin."""
        output, _ = self.database.communicate()
        codes = {process.returncode for process in self.processes}
        if BAD_SETTING in codes:
            raise LaunchError(last_lines(self.log, 1)[0], code=BAD_SETTING)
        if codes != {0}:
            raise LaunchError(
                f"The panel could not be prepared: {self.log} ends:",
                evidence=last_lines(self.log, 15),
            )
        return dict(json.loads(output))


def end_leftovers(home: Home) -> None:
    """Only a panel that was killed leaves its records."""
    if records.exist(home):
        subprocess.run(  # noqa: S603  # our own command
            python("-m", "etcdpanel.up.leftovers"), cwd=ROOT, check=False
        )
