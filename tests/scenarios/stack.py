"""The Compose stack, built from this checkout and driven through REST."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import docker.errors

from etcdpanel.home import ROOT
from tests import parts
from tests.scenarios.panels import PASSWORD, Driven, engine_client, unique
from tests.up.panels import free_port

BASE = "etcdpanel/base:bookworm"
# Stays on the engine between runs, so that the next build finds its layers.
IMAGE = "etcdpanel:scenarios"
BUILD_SECONDS = 900
SECONDS = 300
LOG_LINES = "200"
PIP = {
    "index-url": "PIP_INDEX_URL",
    "extra-index-url": "PIP_EXTRA_INDEX_URL",
    "trusted-host": "PIP_TRUSTED_HOST",
}


class Compose:
    """One project of the Compose file on the old engine."""

    def __init__(self, folder: Path) -> None:
        engine = parts.engine("old")
        self.project = unique("stack")
        self.port = free_port()
        self.override = folder / "build.json"
        self.override.write_text(json.dumps(_build_of_the_machine()))
        foreign = ("ETCDPANEL_", "COMPOSE_", "DOCKER_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        self.environment = {
            **kept,
            "DOCKER_HOST": engine,
            # Of this engine's age; the newer builder would need a plug-in.
            "DOCKER_BUILDKIT": "0",
            "BASE_IMAGE": BASE,
            "ETCDPANEL_IMAGE": IMAGE,
            "ETCDPANEL_PORT": str(self.port),
            "ETCDPANEL_ADMIN_PASSWORD": PASSWORD,
            "ETCDPANEL_DOCKER_SOCKET": engine.removeprefix("unix://"),
        }

    def __call__(self, *arguments: str, seconds: float = SECONDS) -> str:
        files = ("-f", "docker-compose.dev.yml", "-f", str(self.override))
        done = subprocess.run(
            [parts.compose_binary(), "-p", self.project, *files, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def build(self) -> None:
        """One service's image is everyone's; the one it replaces is removed."""
        before = _image_id()
        self("build", "migrate", seconds=BUILD_SECONDS)
        client = engine_client()
        if before not in {None, _image_id()}:
            with suppress(docker.errors.APIError):  # another run may still use it
                client.images.remove(before)
        client.close()

    def up(self, *arguments: str) -> None:
        try:
            self("up", "--detach", "--no-build", "--wait", *arguments)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            raise AssertionError(f"{error}\n{self.logs()}") from error

    def down(self) -> None:
        self("down", "--volumes", "--remove-orphans")

    def logs(self) -> str:
        return self("logs", "--no-color", "--tail", LOG_LINES)

    def container(self, service: str) -> str:
        return self("ps", "--quiet", service).strip()

    def left(self) -> list[str]:
        """The names of all that this project has on the engine."""
        client = engine_client()
        mine = {"label": f"com.docker.compose.project={self.project}"}
        found = [
            *client.containers.list(all=True, filters=mine),
            *client.networks.list(filters=mine),
            *client.volumes.list(filters=mine),
        ]
        client.close()
        return [thing.name for thing in found]


class Stack(Driven):
    """The running stack, and what a script does with it."""

    def __init__(self, compose: Compose) -> None:
        self.compose = compose
        super().__init__(SimpleNamespace(port=compose.port))

    def manage(self, *arguments: str) -> str:
        inside = ("exec", "-T", "web", "python", "manage.py")
        return self.compose(*inside, *arguments).strip()


def _build_of_the_machine() -> dict:
    """Packages come from where this machine gets them, which is its own business."""
    build = {"network": "host", "args": _package_index()}
    services = ("migrate", "web", "worker", "beat")
    return {"services": {name: {"build": build} for name in services}}


def _package_index() -> dict[str, str]:
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,  # no pip in this environment: it has no configuration either
    )
    found = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        if option in PIP:
            found[PIP[option]] = value.strip("'")
    return found


def _image_id() -> str | None:
    client = engine_client()
    try:
        return client.images.get(IMAGE).id
    except docker.errors.ImageNotFound:
        return None
    finally:
        client.close()
