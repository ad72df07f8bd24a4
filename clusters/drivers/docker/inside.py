"""The container that the panel itself runs in, when it runs in one of the engine."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker.errors

from clusters.drivers.docker.client import Client

# The engine puts these files into every container, each mounted from a folder that is
# named by the container's id; the host itself has no such mount.
_MOUNTED = re.compile(
    r"/([0-9a-f]{64})/(?:userdata/)?(?:hostname|hosts|resolv\.conf)"
    r" /etc/(?:hostname|hosts|resolv\.conf) "
)
_SHORT_ID = re.compile(r"[0-9a-f]{12}")


def own_ids(mounts: Path = Path("/proc/self/mountinfo")) -> tuple[str, ...]:
    """By which ids the engine may know this process; empty outside of containers."""
    try:
        found = _MOUNTED.findall(mounts.read_text())
    except OSError:  # not on Linux
        found = []
    name = socket.gethostname()
    named = [name] if _SHORT_ID.fullmatch(name) else []
    return tuple(dict.fromkeys([*found, *named]))


def own_container(client: Client, ids: tuple[str, ...]) -> dict[str, Any] | None:
    """The container of the engine that has one of the ids and a network of its own."""
    for candidate in ids:
        try:
            seen: dict[str, Any] = client.inspect_container(candidate)
        except docker.errors.NotFound:
            continue
        if seen["Id"].startswith(candidate):
            return None if seen["HostConfig"]["NetworkMode"] == "host" else seen
    return None


def panels_on(client: Client, own: Mapping[str, Any], network_id: str) -> list[str]:
    """Which workers of this panel are on a network: this one, and others beside it,
    which run the same image as the same part of the same Compose project."""
    connected = client.inspect_network(network_id).get("Containers") or {}
    found = []
    for container in connected:
        try:
            seen = client.inspect_container(container)
        except docker.errors.NotFound:  # removed since it was listed
            continue
        if _part(seen) == _part(own):
            found.append(container)
    return found


def _part(container: Mapping[str, Any]) -> tuple[str, ...]:
    labels = container["Config"].get("Labels") or {}
    names = ("com.docker.compose.project", "com.docker.compose.service")
    part = tuple(str(labels.get(name, "")) for name in names)
    return (container["Image"], *(part if all(part) else (container["Id"],)))
