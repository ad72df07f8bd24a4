"""One engine, dialled when it is first needed and never before a fork."""

import importlib.util
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker.errors
import urllib3.exceptions

from clusters.core.errors import BackendError
from clusters.core.text import quote, say
from clusters.drivers.docker.address import EngineAddress, find_engine
from clusters.drivers.docker.client import Client
from clusters.drivers.docker.refusals import refused, words_of
from clusters.drivers.docker.unreachable import not_an_engine, too_slow, unreachable

# The oldest and the newest version of the API that the driver was tested with.
OLDEST_API = "1.41"
NEWEST_API = "1.56"

# All that the SDK, requests and urllib3 raise when a call does not succeed.
_EXPECTED = (docker.errors.DockerException, OSError, urllib3.exceptions.HTTPError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialled:
    """An engine that answered, in the process that dialled it."""

    client: Client
    engine: EngineAddress
    is_local: bool
    pid: int


class Connection:
    """Lends the client to the verbs, and turns its errors into the panel's."""

    def __init__(
        self, address: str, certificates: Path | None, answer_seconds: float
    ) -> None:
        self._address = address
        self._certificates = certificates
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._dialled: Dialled | None = None

    @contextmanager
    def asking(self) -> Iterator[Client]:
        """A client for one call; BackendError when the engine refuses or is silent."""
        dialled = self.dial()
        try:
            yield dialled.client
        except docker.errors.APIError as error:
            raise self._refusal(error, dialled) from error
        except _EXPECTED as error:
            raise unreachable(error, dialled.engine) from error
        except Exception as error:
            if not _is_of_ssh(error):
                raise
            self.close()
            raise unreachable(error, dialled.engine) from error

    def dial(self) -> Dialled:
        with self._lock:
            if self._dialled is None or self._dialled.pid != os.getpid():
                engine = find_engine(self._address, self._certificates, os.environ)
                self._dialled = _dial(engine, self._answer_seconds)
            return self._dialled

    def close(self) -> None:
        """Hang up; the next call dials again."""
        with self._lock:
            if self._dialled is not None and self._dialled.pid == os.getpid():
                self._dialled.client.close()
            self._dialled = None

    def _refusal(self, error: docker.errors.APIError, dialled: Dialled) -> BackendError:
        if "client version" in words_of(error):
            # The engine was replaced by one of another age; agree on a version anew.
            self.close()
            return too_slow(dialled.engine)
        return refused(error)


def _dial(engine: EngineAddress, answer_seconds: float) -> Dialled:
    client = _open(engine, answer_seconds)
    try:
        api = _agree(client.version(api_version=False), engine)
        client.speak(api)
        is_local = engine.socket is not None and _is_here(client.info())
    except (docker.errors.APIError, ValueError) as error:
        client.close()
        raise not_an_engine(engine) from error
    except _EXPECTED as error:
        client.close()
        raise unreachable(error, engine) from error
    except BackendError:
        client.close()
        raise
    return Dialled(client=client, engine=engine, is_local=is_local, pid=os.getpid())


def _open(engine: EngineAddress, answer_seconds: float) -> Client:
    if engine.over_ssh and importlib.util.find_spec("paramiko") is None:
        raise BackendError(
            say("For {url} the panel needs the package paramiko.", url=engine.url),
            code="docker_ssh_missing",
            advice=say("Install it beside the panel: pip install 'docker[ssh]'"),
        )
    try:
        if engine.over_ssh:
            return _open_bounded(engine, answer_seconds)
        return Client(engine, OLDEST_API, answer_seconds)
    except (docker.errors.DockerException, ValueError) as error:
        raise BackendError(
            say(
                "The Docker client's configuration can not be used: {words}",
                words=quote(str(error), 200),
            ),
            code="docker_config_invalid",
            advice=say("Check config.json in ~/.docker."),
        ) from error


def _open_bounded(engine: EngineAddress, seconds: float) -> Client:
    """Over ssh the SDK connects while it is made, and without any bound of its own."""
    outcome: list[Client | Exception] = []

    def connect() -> None:
        try:
            outcome.append(Client(engine, OLDEST_API, seconds))
        except Exception as error:  # noqa: BLE001 (raised below, in the caller's thread)
            outcome.append(error)

    thread = threading.Thread(target=connect, name="docker-ssh", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise too_slow(engine)
    if isinstance(outcome[0], Exception):
        raise unreachable(outcome[0], engine) from outcome[0]
    return outcome[0]


def _is_of_ssh(error: Exception) -> bool:
    """Its package is optional, so that its errors can not be named by their classes."""
    return isinstance(error, EOFError) or type(error).__module__.startswith("paramiko")


def _agree(version: Any, engine: EngineAddress) -> str:
    """The newest version of the API that both sides know."""
    if not isinstance(version, dict) or not version.get("ApiVersion"):
        raise not_an_engine(engine)
    theirs = str(version["ApiVersion"])
    if _numbers(theirs) < _numbers(OLDEST_API):
        raise BackendError(
            say(
                "Docker Engine {version} is too old: it speaks API {api}, the panel"
                " needs {oldest}.",
                version=str(version.get("Version", "?")),
                api=theirs,
                oldest=OLDEST_API,
            ),
            code="docker_too_old",
            advice=say("Install Docker Engine 20.10 or newer."),
        )
    return min(theirs, NEWEST_API, key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _is_here(info: dict[str, Any]) -> bool:
    """Whether ports that the engine publishes are ports of this very machine.

    A socket can also lead elsewhere (forwarded, or out of a container); then the
    engine's machine has another name. Docker Desktop publishes on the machine itself.
    """
    return info.get("Name") in {socket.gethostname(), "docker-desktop"}
