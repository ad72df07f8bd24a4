"""What the engine's answers say, as the panel sees containers, networks and images."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from clusters.core.images import split_reference
from clusters.core.observed import ImageSeen, InstanceSeen, ObjectSeen, RunState

# A paused container still holds its ports and its data, so it counts as running; a
# dead one, and one whose removal was begun, will never run again.
_STATES = {
    "created": RunState.CREATED,
    "running": RunState.RUNNING,
    "paused": RunState.RUNNING,
    "restarting": RunState.RESTARTING,
}
_NEVER = "0001-01-01T00:00:00Z"
_EXIT_CODE = re.compile(r"\((-?\d+)\)")


def network_seen(network: Mapping[str, Any]) -> ObjectSeen:
    return ObjectSeen(
        id=network["Id"], name=network["Name"], labels=network.get("Labels") or {}
    )


def subnets_of(network: Mapping[str, Any]) -> Iterator[str]:
    """Its IPv4 subnets; the engine's own modes of network have none."""
    for pool in (network.get("IPAM") or {}).get("Config") or ():
        subnet = str(pool.get("Subnet", ""))
        if subnet and ":" not in subnet:
            yield subnet


def published_udp(container: Mapping[str, Any], port: int) -> str:
    """Where a running container's port is published; the address may be any."""
    ports = container["NetworkSettings"].get("Ports") or {}
    bound = ports.get(f"{port}/udp") or ()
    return next((f"127.0.0.1:{one['HostPort']}" for one in bound), "")


def first_address(container: Mapping[str, Any], port: int) -> str:
    """A running container's port as its neighbours dial it."""
    networks = container["NetworkSettings"].get("Networks") or {}
    addresses = (one.get("IPAddress") for one in networks.values())
    return next((f"{address}:{port}" for address in addresses if address), "")


def volume_seen(volume: Mapping[str, Any]) -> ObjectSeen:
    """A volume has no id but its name."""
    return ObjectSeen(
        id=volume["Name"], name=volume["Name"], labels=volume.get("Labels") or {}
    )


def instance_seen(container: Mapping[str, Any]) -> InstanceSeen:
    """A container that was inspected."""
    state = container["State"]
    run_state = _STATES.get(state["Status"], RunState.EXITED)
    ended = run_state in {RunState.EXITED, RunState.RESTARTING}
    started_at = state.get("StartedAt", "")
    policy = container["HostConfig"].get("RestartPolicy") or {}
    return InstanceSeen(
        id=container["Id"],
        name=container["Name"].removeprefix("/"),
        labels=container["Config"].get("Labels") or {},
        state=run_state,
        started_at="" if started_at == _NEVER else started_at,
        exit_code=state.get("ExitCode") if ended else None,
        restarts=container.get("RestartCount", 0),
        networks=tuple(container["NetworkSettings"].get("Networks") or ()),
        restart_policy=policy.get("Name") or "no",
    )


def instance_listed(container: Mapping[str, Any]) -> InstanceSeen:
    """A container of a list, which tells neither start nor restarts nor policy."""
    run_state = _STATES.get(container["State"], RunState.EXITED)
    code = _EXIT_CODE.search(container.get("Status", ""))
    ended = run_state in {RunState.EXITED, RunState.RESTARTING}
    settings = container.get("NetworkSettings") or {}
    return InstanceSeen(
        id=container["Id"],
        name=container["Names"][0].removeprefix("/"),
        labels=container.get("Labels") or {},
        state=run_state,
        exit_code=int(code[1]) if ended and code else None,
        networks=tuple(settings.get("Networks") or ()),
    )


def image_seen(image: Mapping[str, Any], reference: str) -> ImageSeen:
    """Pinned by the digest that its repository knows, or else by its own id."""
    parts = split_reference(reference)
    repository = familiar(parts[0]) if parts else ""
    digests = image.get("RepoDigests") or ()
    pinned = (d for d in digests if d.partition("@")[0] == repository)
    return ImageSeen(
        id=image["Id"], reference=reference, pinned=next(pinned, image["Id"])
    )


def familiar(name: str) -> str:
    """The name of a repository as engines print it: docker.io is left out."""
    for prefix in ("docker.io/", "index.docker.io/"):
        name = name.removeprefix(prefix)
    return name.removeprefix("library/")


def tags_of(images: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every reference by name and tag, sorted."""
    return tuple(sorted({tag for image in images for tag in image["RepoTags"] or ()}))
