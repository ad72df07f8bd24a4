"""A cluster in forms that run without the panel."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from clusters.core.commands import commands_of
from clusters.core.compose.writing import compose_of
from clusters.core.errors import NotFoundError, Problem, SpecError
from clusters.core.spec import ClusterSpec
from clusters.core.text import say
from clusters.core.units import units_of
from clusters.core.zone import client_records, zone_lines
from clusters.core.zones import zone_of
from clusters.models import Cluster
from clusters.queries.compose_text import write_text
from clusters.queries.offers import host_offers
from clusters.queries.texts import translate

# Where a cluster has no domain of its own; nobody else can have names below it.
_DOMAIN = "internal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """One export: each file with its name, and the media type of all of them."""

    format: str
    media: str
    files: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """All of it as one text; several files follow one another."""
        if len(self.files) == 1:
            return self.files[0][1]
        return "\n".join(f"# {name}\n{text}" for name, text in self.files)


def export(name: str, written: str) -> Export:
    """The cluster as `compose`, `commands`, `systemd` or `zone`."""
    if written not in FORMATS:
        text = say("Choose one of: {names}.", names=", ".join(FORMATS))
        raise SpecError([Problem(field="format", code="format_unknown", text=text)])
    cluster = Cluster.objects.filter(name=name).first()
    if cluster is None:
        text = say("There is no cluster {name}.", name=name[:60])
        raise NotFoundError(text, code="no_such_cluster")
    spec = cluster.to_spec()
    media, write = _WRITERS[written]
    return Export(format=written, media=media, files=write(spec, _repository(spec)))


def _repository(spec: ClusterSpec) -> str:
    offer = host_offers().get(spec.hosts[0])
    return offer.image_repository if offer else ""


def _compose(spec: ClusterSpec, repository: str) -> tuple[tuple[str, str], ...]:
    """One file for each engine: a Compose file is for one."""
    comments = _comments(spec)
    if len(spec.hosts) == 1:
        text = write_text(compose_of(spec, repository=repository), comments)
        return (("compose.yml", text),)
    return tuple(
        (
            f"compose.{host}.yml",
            write_text(compose_of(spec, repository=repository, host=host), comments),
        )
        for host in spec.hosts
    )


def _comments(spec: ClusterSpec) -> tuple[str, ...]:
    told = (
        say(
            "The cluster {name}, etcd {version}. It runs without the panel: docker"
            " compose up -d",
            name=spec.name,
            version=spec.version,
        ),
        say(
            "Stop the panel's own containers before, and set the cluster to hands off."
            " Data in volumes of these names is gone on with; where there are none, the"
            " cluster begins anew with the same cluster ID."
        )
        if spec.in_containers
        else say(
            "It begins empty: processes keep their data in folders, not in volumes."
        ),
    )
    return tuple(translate(text) for text in told)


def _commands(spec: ClusterSpec, repository: str) -> tuple[tuple[str, str], ...]:
    lines = commands_of(spec, repository=repository)
    return ((f"{spec.name}.sh", "\n".join(lines) + "\n"),)


def _systemd(spec: ClusterSpec, repository: str) -> tuple[tuple[str, str], ...]:
    return tuple(units_of(spec, repository=repository).items())


def _zone(spec: ClusterSpec, repository: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG001 (as every writer)
    """The records of its domain. A cluster without one gets those by which clients
    find the members, at the addresses and ports that the hosts publish."""
    zone = zone_of(spec)
    if zone.domain:
        lines = zone_lines(zone)
        return ((f"{zone.domain}.zone", "\n".join(lines) + "\n"),)
    domain = f"{spec.name}.{_DOMAIN}"
    members = tuple(
        replace(
            known,
            fqdn=f"{known.name}.{domain}",
            address=spec.dial_address,
            client_port=spec.member(known.name).client_port,
        )
        for known in zone.members
    )
    zone = replace(zone, domain=domain, members=members)
    clients = {record.name for record in client_records(zone)}
    lines = tuple(
        line
        for line in zone_lines(zone)
        if " SRV " not in line or line.partition(". ")[0] in clients
    )
    return ((f"{domain}.zone", "\n".join(lines) + "\n"),)


_Writer = Callable[[ClusterSpec, str], tuple[tuple[str, str], ...]]
_WRITERS: dict[str, tuple[str, _Writer]] = {
    "compose": ("application/yaml", _compose),
    "commands": ("text/x-shellscript", _commands),
    "systemd": ("text/plain", _systemd),
    "zone": ("text/plain", _zone),
}
FORMATS = tuple(_WRITERS)
