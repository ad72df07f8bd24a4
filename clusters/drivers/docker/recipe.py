"""The container of a member: everything the engine is told about it.

The whole of it is made here from a Launch; nothing passes through unseen. The panel
never asks for privileges, for folders of the host or for the host's own network.
"""

import re
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.spec import CLIENT_PORT, PEER_PORT
from clusters.core.text import quote, say
from clusters.drivers.base import Launch

DATA_DIR = "/var/lib/etcd"
ETCD = "/usr/local/bin/etcd"

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
# Modes of the engine rather than networks; none resolves the names of members.
_NOT_NETWORKS = frozenset({"host", "none", "bridge", "default"})

# A member has some dozens of threads; the bound is for what should never run in it.
_MOST_PROCESSES = 4096


def container(launch: Launch) -> dict[str, Any]:
    """The body of the engine's create call."""
    _check_names(launch)
    ports = {CLIENT_PORT: launch.client_port, PEER_PORT: launch.peer_port}
    return {
        "Image": launch.image,
        "Hostname": launch.member,
        # No shell is assumed, and no entry point of the image comes before etcd.
        "Entrypoint": [],
        "Cmd": [ETCD, *launch.flags],
        "Labels": dict(launch.labels),
        "ExposedPorts": {f"{inside}/tcp": {} for inside in ports},
        "HostConfig": {
            "NetworkMode": launch.network,
            "PortBindings": {
                f"{inside}/tcp": [
                    {"HostIp": launch.bind_address, "HostPort": str(published)}
                ]
                for inside, published in ports.items()
            },
            "Mounts": [_data(launch)],
            # Until the cluster has formed, a member that fails must stay down.
            "RestartPolicy": {"Name": "no"},
            **_CONFINED,
            **_LOGGED,
        },
        "NetworkingConfig": {
            "EndpointsConfig": {launch.network: {"Aliases": [launch.member]}}
        },
    }


_CONFINED: dict[str, Any] = {
    "Privileged": False,
    "CapDrop": ["ALL"],
    "SecurityOpt": ["no-new-privileges"],
    "ReadonlyRootfs": True,
    "Tmpfs": {"/tmp": "rw,noexec,nosuid,nodev,size=64m"},  # noqa: S108 (inside it)
    "PidsLimit": _MOST_PROCESSES,
}

# Said in full, for an engine may be set to a driver from which nothing can be read.
_LOGGED: dict[str, Any] = {
    "LogConfig": {
        "Type": "json-file",
        "Config": {"max-size": "10m", "max-file": "3"},
    }
}


def _data(launch: Launch) -> dict[str, Any]:
    """The volume. Should it vanish now, the engine makes it anew: with our labels."""
    return {
        "Type": "volume",
        "Source": launch.volume,
        "Target": DATA_DIR,
        "VolumeOptions": {"Labels": dict(launch.labels)},
    }


def _check_names(launch: Launch) -> None:
    if launch.network in _NOT_NETWORKS or not _NAME.fullmatch(launch.network):
        raise BackendError(
            say(
                "Members can not run on the network “{network}”.",
                network=quote(launch.network, 80),
            ),
            code="network_invalid",
            advice=say("Name a network that was created by: docker network create"),
        )
    if not _NAME.fullmatch(launch.volume):
        raise BackendError(
            say("“{volume}” is not a volume.", volume=quote(launch.volume, 80)),
            code="volume_invalid",
        )
