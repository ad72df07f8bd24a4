"""The folder where a panel keeps what it must remember on this machine."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from etcdpanel import env

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """Where each thing lies below ETCDPANEL_HOME."""

    path: Path

    @property
    def secret_key(self) -> Path:
        return self.path / "secret_key"

    @property
    def database(self) -> Path:
        return self.path / "panel.sqlite3"

    @property
    def static(self) -> Path:
        return self.path / "static"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def broker_url(self) -> Path:
        """Written by the launcher, so that a shell finds the running broker."""
        return self.run / "broker_url"

    @property
    def worker_pulse(self) -> Path:
        """Touched by the worker at each task: alive *and* consuming."""
        return self.run / "worker_pulse"

    def embedded_broker(self) -> str:
        """Where the embedded broker listens, if this home has one.

        If not, nothing listens at this address: a ring is refused at once, and
        the sweep of the panel that starts next finds the operation.
        """
        if not self.broker_url.exists():
            return "redis://127.0.0.1:1/0"
        return self.broker_url.read_text(encoding="utf-8").strip()

    def make(self) -> None:
        """For the owner only: it holds keys, the database and members' data."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        for folder in (self.run, self.logs, self.broker, self.static):
            folder.mkdir(mode=0o700, exist_ok=True)


def from_environment() -> Home:
    return Home(env.folder("ETCDPANEL_HOME", default=ROOT / "var"))


def write_private(path: Path, content: str) -> None:
    """Replace a file that only its owner may read, never half-written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)


def kept_secret(path: Path) -> str:
    """The secret of this file, made at first use.

    Web, worker and beat may ask at the same moment: a link, unlike a rename,
    fails when another was first, and then all read the first one's.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        write_private(draft, secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
