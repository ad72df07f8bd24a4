"""The containers of members and services: everything the engine is told about them.

The whole of it is made here from a Launch or a Service; nothing passes through
unseen. The panel never asks for privileges, for folders of the host or for the host's
own network.
"""

import re
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.spec import CLIENT_PORT, PEER_PORT
from clusters.core.text import quote, say
from clusters.drivers.base import Launch, Service
from clusters.drivers.docker import archives

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
    ports = {CLIENT_PORT: launch.client_port}
    if launch.publish_peer:
        ports[PEER_PORT] = launch.peer_port
    return {
        "Image": launch.image,
        "Hostname": launch.hostname or launch.member,
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
            "Dns": list(launch.name_servers),
            "Mounts": [_data(launch)],
            # Until the cluster has formed, a member that fails must stay down.
            "RestartPolicy": {"Name": "no"},
            **_CONFINED,
            **_LOGGED,
        },
        "NetworkingConfig": _endpoint(
            launch.network, launch.address, launch.aliases or (launch.member,)
        ),
    }


def service(asked: Service) -> dict[str, Any]:
    """The same for a container that helps members to meet; any image may be one.

    Its file system is read-only but for the folders of its files, which are volumes
    without a name: the engine takes files into them alone, and removes them with it.
    """
    _check_network(asked.network)
    port = f"{asked.published_udp}/udp"
    return {
        "Image": asked.image,
        "Cmd": list(asked.command),
        "Labels": dict(asked.labels),
        "ExposedPorts": {port: {}},
        "HostConfig": {
            "NetworkMode": asked.network,
            "PortBindings": {port: [{"HostIp": "127.0.0.1", "HostPort": ""}]},
            "Mounts": [
                {
                    "Type": "volume",
                    "Target": folder,
                    "VolumeOptions": {"NoCopy": True, "Labels": dict(asked.labels)},
                }
                for folder in archives.folders(asked.files)
            ],
            "RestartPolicy": {"Name": "no"},
            **_CONFINED,
            # The binary of the official image is marked with it, and the kernel runs no
            # program that is marked with what its container may never have.
            "CapAdd": ["NET_BIND_SERVICE"],
            **_LOGGED,
        },
        "NetworkingConfig": _endpoint(asked.network, asked.address, asked.aliases),
    }


def _endpoint(network: str, address: str, aliases: tuple[str, ...]) -> dict[str, Any]:
    """How a container is found on its network."""
    fixed = {"IPAMConfig": {"IPv4Address": address}} if address else {}
    return {"EndpointsConfig": {network: {"Aliases": list(aliases), **fixed}}}


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
    _check_network(launch.network)
    if not _NAME.fullmatch(launch.volume):
        raise BackendError(
            say("“{volume}” is not a volume.", volume=quote(launch.volume, 80)),
            code="volume_invalid",
        )


def _check_network(network: str) -> None:
    if network in _NOT_NETWORKS or not _NAME.fullmatch(network):
        raise BackendError(
            say(
                "Members can not run on the network “{network}”.",
                network=quote(network, 80),
            ),
            code="network_invalid",
            advice=say("Name a network that was created by: docker network create"),
        )
