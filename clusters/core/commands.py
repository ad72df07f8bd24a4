"""A cluster as command lines that run without the panel."""

import shlex
from collections.abc import Iterator

from clusters.core.leaving import (
    DATA_DIR,
    container_names,
    image_of,
    runs_in_docker,
    static_flags,
)
from clusters.core.leaving import ETCD as ETCD_IN_IMAGE
from clusters.core.spec import CLIENT_PORT, PEER_PORT, ClusterSpec, MemberSpec


def commands_of(spec: ClusterSpec, *, repository: str = "") -> tuple[str, ...]:
    """The lines of a shell script; what is there already is left as it is."""
    if runs_in_docker(spec):
        return tuple(_docker_lines(spec, repository))
    return tuple(_process_lines(spec))


def docker_run(
    spec: ClusterSpec, member: MemberSpec, repository: str = ""
) -> tuple[str, ...]:
    """The words after `docker run` that make the container of a member."""
    names = container_names(spec, member)
    aliases = [f"--network-alias={name}" for name in names]
    return (
        f"--name={spec.instance(member)}",
        f"--hostname={names[0]}",
        f"--network={spec.network_name}",
        *aliases,
        f"--publish={spec.bind_address}:{member.client_port}:{CLIENT_PORT}",
        f"--publish={spec.bind_address}:{member.peer_port}:{PEER_PORT}",
        f"--volume={spec.volume(member)}:{DATA_DIR}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--read-only",
        "--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=64m",
        f"--entrypoint={ETCD_IN_IMAGE}",
        image_of(spec, repository),
        *static_flags(spec, member, DATA_DIR),
    )


def _docker_lines(spec: ClusterSpec, repository: str) -> Iterator[str]:
    yield "# The panel's own containers have these names: remove them first, not their"
    yield "# volumes. Data that is in the volumes is gone on with."
    for host in spec.hosts:
        if len(spec.hosts) > 1:
            yield f"# on {host}:"
        network = shlex.quote(spec.network_name)
        if spec.owns_network:
            look = f"docker network inspect {network} >/dev/null 2>&1"
            yield f"{look} || docker network create {network}"
        for member in spec.on(host):
            yield f"docker volume create {shlex.quote(spec.volume(member))}"
        for member in spec.on(host):
            words = docker_run(spec, member, repository)
            start = ("docker", "run", "--detach", "--restart=unless-stopped")
            yield shlex.join((*start, *words))


def _process_lines(spec: ClusterSpec) -> Iterator[str]:
    yield f"# etcd {spec.version}; each line in a terminal of its own. Data goes into"
    yield "# folders below the one where it is started."
    for member in spec.members:
        flags = static_flags(spec, member, f"{spec.instance(member)}.etcd")
        yield shlex.join(("etcd", *flags))
