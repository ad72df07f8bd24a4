"""Where `make demo` may find itself: beside a Docker engine, or with nothing at all."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import docker.errors

from tests import parts
from tests.scenarios.panels import engine_client, etcds_of
from tests.up.panels import Panel

NAME = "demo"
LABEL = "io.etcdpanel.installation"


class Containers:
    """The old engine, which has the images; nobody else's demo may run on it."""

    words = "containers"
    etcdctl = "3.7"
    corrupts = False
    why = ""

    def environment(self) -> dict[str, str]:
        engine = parts.engine("old")
        free = True if not _named_like_the_demo() else None
        parts.require(free, "another demo runs on the engine", "make demo-clean")
        return {"DOCKER_HOST": engine}

    def version(self) -> str:
        return parts.etcd_dir(self.etcdctl).name

    def members(self, panel: Panel) -> set[tuple[str, str]]:
        """Which containers run for this panel, and since when."""
        return {
            (container.name, container.attrs["State"]["StartedAt"])
            for container in self._mine(panel, "containers")
            if container.status == "running"
        }

    def left(self, panel: Panel) -> list[str]:
        kinds = ("containers", "networks", "volumes")
        return [thing.name for kind in kinds for thing in self._mine(panel, kind)]

    def clear(self, panel: Panel) -> None:
        for container in self._mine(panel, "containers"):
            container.remove(force=True, v=True)
        for kind in ("networks", "volumes"):
            for thing in self._mine(panel, kind):
                thing.remove()

    def _mine(self, panel: Panel, kind: str) -> list:
        installation = _installation(panel)
        if installation is None:
            return []
        client = engine_client()
        wanted = {"filters": {"label": f"{LABEL}={installation}"}}
        if kind == "containers":
            wanted["all"] = True
        found = getattr(client, kind).list(**wanted)
        client.close()
        return found


class Processes:
    """No engine, and no etcd but the packaged one."""

    words = "processes of this machine"
    etcdctl = "3.5.1"
    corrupts = True
    why = "Not on docker: There is no Docker socket at /nonexistent/docker.sock."

    def environment(self) -> dict[str, str]:
        folders = os.environ["PATH"].split(os.pathsep)
        without = [f for f in folders if not (Path(f) / "etcd").exists()]
        return {
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "PATH": os.pathsep.join(without),
        }

    def version(self) -> str:
        return "3.5.1"

    def members(self, panel: Panel) -> set[tuple[int, float]]:
        return {(etcd.pid, etcd.create_time()) for etcd in etcds_of(panel)}

    def left(self, panel: Panel) -> list[str]:
        folders = (panel.home.path / "hosts").rglob(f"{NAME}-*")
        return [*map(str, self.members(panel)), *map(str, folders)]

    def clear(self, panel: Panel) -> None:
        for etcd in etcds_of(panel):
            etcd.kill()


def _installation(panel: Panel) -> str | None:
    """The mark that this panel writes on all it makes."""
    if not panel.home.database.exists():
        return None
    with closing(sqlite3.connect(panel.home.database)) as wire:
        row = wire.execute("SELECT id FROM clusters_installation").fetchone()
    return f"{row[0][:8]}-{row[0][8:12]}-{row[0][12:16]}-{row[0][16:20]}-{row[0][20:]}"


def _named_like_the_demo() -> bool:
    client = engine_client()
    try:
        client.containers.get(f"{NAME}-etcd1")
    except docker.errors.NotFound:
        return False
    else:
        return True
    finally:
        client.close()
