"""A cluster as a Compose file that runs without the panel.

Volumes have the names that the panel gave them and are not external: Compose takes
those that are there, with their data, and makes them where there are none. Networks
are otherwise: Compose refuses one that somebody else made, so it makes its own; no
identity depends on that. Containers have no fixed name, for the panel's may still be
there, stopped, under theirs.
"""

from typing import Any

from clusters.core.compose.own import KEY, own_note
from clusters.core.leaving import (
    DATA_DIR,
    ETCD,
    container_names,
    image_of,
    runs_in_docker,
    static_flags,
)
from clusters.core.spec import CLIENT_PORT, PEER_PORT, ClusterSpec, MemberSpec

NETWORK = "net"


def compose_of(
    spec: ClusterSpec, *, repository: str = "", host: str = ""
) -> dict[str, Any]:
    """The file, as data; of the members on one host when it is named."""
    members = spec.on(host) if host else spec.members
    networks = {} if not runs_in_docker(spec) else {"networks": _networks(spec)}
    return {
        "name": spec.name,
        "services": {
            member.name: _service(spec, member, repository) for member in members
        },
        **networks,
        "volumes": {
            _volume_key(member): {"name": spec.volume(member)} for member in members
        },
        KEY: own_note(spec),
    }


def _service(spec: ClusterSpec, member: MemberSpec, repository: str) -> dict[str, Any]:
    flags = static_flags(spec, member, DATA_DIR)
    return {
        "image": escaped(image_of(spec, repository)),
        **_place(spec, member),
        # No entry point of the image comes before etcd.
        "entrypoint": [],
        "command": [ETCD, *(escaped(flag) for flag in flags)],
        "volumes": [f"{_volume_key(member)}:{DATA_DIR}"],
        "restart": "unless-stopped",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "read_only": True,
        "tmpfs": ["/tmp:rw,noexec,nosuid,nodev,size=64m"],  # noqa: S108 (inside it)
    }


def _place(spec: ClusterSpec, member: MemberSpec) -> dict[str, Any]:
    """Where it is reached: on a network of containers, or as a process would be."""
    if not runs_in_docker(spec):
        return {"network_mode": "host"}
    names = container_names(spec, member)
    return {
        "hostname": names[0],
        "networks": {NETWORK: {"aliases": list(names)}},
        "ports": [
            f"{spec.bind_address}:{member.client_port}:{CLIENT_PORT}",
            f"{spec.bind_address}:{member.peer_port}:{PEER_PORT}",
        ],
    }


def _networks(spec: ClusterSpec) -> dict[str, Any]:
    if spec.owns_network:
        return {NETWORK: {}}
    return {NETWORK: {"external": True, "name": escaped(spec.network)}}


def _volume_key(member: MemberSpec) -> str:
    return f"{member.name}-data"


def escaped(value: str) -> str:
    """Compose looks for variables in every value; `$$` is a plain dollar."""
    return value.replace("$", "$$")
