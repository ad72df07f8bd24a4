"""A cluster as systemd units that run without the panel, one for each member."""

import re

from clusters.core.commands import docker_run
from clusters.core.leaving import ETCD, runs_in_docker, static_flags
from clusters.core.spec import ClusterSpec, MemberSpec

_DOCKER = "/usr/bin/docker"
# Words of these characters mean the same to systemd with and without quotes.
_PLAIN = re.compile(r"[A-Za-z0-9_./:=,@+-]+")


def units_of(spec: ClusterSpec, *, repository: str = "") -> dict[str, str]:
    """The text of each unit by its file name."""
    return {
        f"{spec.instance(member)}.service": _unit(spec, member, repository)
        for member in spec.members
    }


def _unit(spec: ClusterSpec, member: MemberSpec, repository: str) -> str:
    if runs_in_docker(spec):
        after, service = "docker.service", _by_docker(spec, member, repository)
        needs = "Requires=docker.service"
    else:
        after, service = "network-online.target", _by_itself(spec, member)
        needs = "Wants=network-online.target"
    lines = (
        "[Unit]",
        f"Description=etcd {spec.version}: {member.name} of {spec.name}",
        "Documentation=https://etcd.io/docs/",
        f"After={after}",
        needs,
        "",
        "[Service]",
        *service,
        "Restart=always",
        "RestartSec=5s",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )
    return "\n".join(lines) + "\n"


def _by_itself(spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
    """A user `etcd` must be there; its folder is made by systemd."""
    folder = spec.instance(member)
    flags = static_flags(spec, member, f"/var/lib/{folder}")
    return (
        "Type=notify",
        "User=etcd",
        f"StateDirectory={folder}",
        "StateDirectoryMode=0700",
        f"ExecStart={line(ETCD, *flags)}",
        "LimitNOFILE=65536",
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "ProtectHome=true",
        "PrivateTmp=true",
    )


def _by_docker(
    spec: ClusterSpec, member: MemberSpec, repository: str
) -> tuple[str, ...]:
    """systemd restarts the container; a stopped one of the name makes room for it."""
    name = spec.instance(member)
    words = docker_run(spec, member, repository)
    network: tuple[str, ...] = ()
    if spec.owns_network:
        create = line(_DOCKER, "network", "create", spec.network_name)
        network = (f"ExecStartPre=-{create}",)
    return (
        *network,
        f"ExecStartPre=-{line(_DOCKER, 'rm', name)}",
        f"ExecStart={line(_DOCKER, 'run', '--rm', *words)}",
        f"ExecStop={line(_DOCKER, 'stop', name)}",
    )


def line(*words: str) -> str:
    """A command line as systemd reads it: its own quotes, `%` and `$` doubled."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    doubled = word.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(doubled):
        return doubled
    escaped = doubled.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
