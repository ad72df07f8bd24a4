"""Whether an engine can be used, which etcd it has, and what it could pull."""

import os
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.images import full_reference, image_version
from clusters.core.observed import HostFacts
from clusters.core.releases import LINES, Version, known_version
from clusters.core.text import say
from clusters.drivers.docker.connection import Connection
from clusters.drivers.docker.pullable import Pullable
from clusters.drivers.docker.seen import familiar, tags_of


def look(connection: Connection, repository: str, pullable: Pullable) -> HostFacts:
    """The facts of a host; what is wrong with it is one of them."""
    try:
        with connection.asking() as client:
            asked = time.time()
            engine = client.info()
            between = (asked + time.time()) / 2
            _check_system(engine)
            tags = tags_of(client.images(name=familiar(repository)))
    except BackendError as error:
        return HostFacts(
            usable=False, code=error.code, reason=error.text, cure=error.advice
        )
    present = _versions(tags, repository)
    version = str(engine.get("ServerVersion", "?")).partition("+")[0]
    return HostFacts(
        usable=True,
        engine=f"Docker Engine {version}, API {client.api_version}",
        versions=tuple(str(version) for version in present),
        pullable=_pullable(present, repository, pullable),
        disk_free=_disk_free(engine) if _shares_disk(connection, engine) else None,
        clock_ahead=_clock_ahead(engine, between),
    )


def _clock_ahead(engine: Mapping[str, Any], between: float) -> float | None:
    """Compared with the middle of the call, for its way there took a part of it."""
    try:
        said = datetime.fromisoformat(str(engine["SystemTime"]))
        return round(said.timestamp() - between, 3)
    except (KeyError, ValueError):
        return None


def _check_system(engine: Mapping[str, Any]) -> None:
    system = str(engine.get("OSType", "linux"))
    if system != "linux":
        raise BackendError(
            say("The engine runs containers of {system}.", system=system),
            code="docker_not_linux",
            advice=say("Switch the engine to Linux containers."),
        )


def _versions(tags: tuple[str, ...], repository: str) -> tuple[Version, ...]:
    """The releases among the tags of the repository, newest first."""
    prefix = familiar(repository) + ":"
    found = {image_version(tag) for tag in tags if tag.startswith(prefix)}
    return tuple(
        sorted({v for v in found if v and known_version(str(v))}, reverse=True)
    )


def _pullable(
    present: tuple[Version, ...], repository: str, pullable: Pullable
) -> tuple[str, ...]:
    """Of each line the newest, where it is not there already."""
    newest = sorted((line.newest for line in LINES.values()), reverse=True)
    wanted = {
        full_reference("", repository, str(version)): version
        for version in newest
        if version not in present
    }
    offered = pullable.among(tuple(wanted))
    return tuple(str(version) for ref, version in wanted.items() if ref in offered)


def _shares_disk(connection: Connection, engine: Mapping[str, Any]) -> bool:
    """Docker Desktop publishes ports here, but its data is in a machine of its own."""
    is_desktop = engine.get("OperatingSystem") == "Docker Desktop"
    return connection.dial().is_local and not is_desktop


def _disk_free(engine: Mapping[str, Any]) -> int | None:
    try:
        disk = os.statvfs(str(engine["DockerRootDir"]))
    except (KeyError, OSError):  # not told, or not for the eyes of the panel
        return None
    return disk.f_bavail * disk.f_frsize
