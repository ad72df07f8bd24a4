"""The panel's web process alone, on the database of the tests: they play the worker."""

import os
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from django.conf import settings  # noqa: TID251 (the key that signs sessions)

from etcdpanel.home import ROOT
from tests.up.panels import free_port, until


class Web:
    """A real server: pages with an event stream hang under Django's live server."""

    def __init__(self, home: Path, database: dict) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ETCDPANEL_")},
            "ETCDPANEL_HOME": str(home),
            "ETCDPANEL_PORT": str(self.port),
            "ETCDPANEL_SECRET_KEY": settings.SECRET_KEY,
            "ETCDPANEL_DATABASE_URL": _url(database),
            "DJANGO_SETTINGS_MODULE": "etcdpanel.settings",
        }
        self.process = None

    def prepare(self) -> None:
        self._run("-m", "etcdpanel.up.prepare", "static").wait(timeout=120)

    def start(self) -> None:
        self.process = self._run(
            *("-m", "uvicorn", "etcdpanel.asgi:application"),
            *("--host", "127.0.0.1", "--port", str(self.port)),
            *("--log-level", "warning", "--lifespan", "off"),
            *("--timeout-graceful-shutdown", "1"),
        )
        until(self._answers)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def _run(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, env=self.environment, cwd=ROOT)

    def _answers(self) -> bool:
        wire = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            wire.request("GET", "/healthz")
            return wire.getresponse().status == 200
        except OSError:
            return False
        finally:
            wire.close()


def _url(database: dict) -> str:
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    place = f"{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{login}@{place}/{database['NAME']}"
