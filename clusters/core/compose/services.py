"""One service of a Compose file: whether it is an etcd, and all that it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clusters.core.compose.keys import note_keys
from clusters.core.compose.networks import Networks, read_networks
from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.pictures import Make, Picture, looks_like_etcd, read_picture
from clusters.core.compose.published import Published, read_port
from clusters.core.compose.settings import (
    PREFIX,
    Settings,
    SettingsReader,
    note_variables,
    runs_etcd,
)
from clusters.core.compose.variables import fill
from clusters.core.text import say

# A program of another kind may ask an etcd, and be told of it; these make one.
_DECISIVE = frozenset(
    {
        "name",
        "initial_cluster",
        "initial_advertise_peer_urls",
        "listen_peer_urls",
        "listen_client_urls",
        "discovery",
        "discovery_srv",
        "discovery_endpoints",
    }
)
_MOST_ENTRIES = 64
# Programs of the same image that are no member.
_CLIENTS = frozenset({"etcdctl", "etcdutl"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """An etcd service, as read. `names` are all that its container is called."""

    name: str
    picture: Picture
    settings: Settings
    ports: tuple[Published, ...] = ()
    networks: Networks = field(default_factory=Networks)
    names: frozenset[str] = frozenset()
    host_name: str = ""
    name_servers: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


class Kind(StrEnum):
    """What a service is. A script of an etcd image may start etcd, or may not."""

    ETCD = "etcd"
    SCRIPT = "script"
    OTHER = "other"


def kind_of(name: str, body: Mapping[str, object], repository: str = "") -> Kind:
    """Whether a service runs etcd, rather than something that uses one."""
    settings = SettingsReader(name, Notes()).read(body)
    picture = _picture(body, repository)
    program = settings.program
    told = bool(_DECISIVE & {*settings.values})
    if program == "etcd" or (program and runs_etcd(program)):
        return Kind.ETCD
    if not program:
        named = looks_like_etcd(picture) or ("etcd" in picture.name and told)
        return Kind.ETCD if named else Kind.OTHER
    if program in _CLIENTS or not looks_like_etcd(picture):
        return Kind.OTHER
    words = str(body.get("command")) + str(body.get("entrypoint"))
    starts = "etcd --" in words or "bin/etcd " in words or "exec etcd" in words
    return Kind.SCRIPT if starts or told else Kind.OTHER


def read_service(
    name: str,
    body: Mapping[str, object],
    document: Mapping[str, object],
    notes: Notes,
    repository: str = "",
) -> Service:
    """Everything an etcd service says, with a note for what it says in vain."""
    note_keys(name, body, notes)
    written = str(body.get("image") or "")
    note_variables(notes, (name, "image"), written, may_miss=True)
    names = dict(_names(name, body, notes))
    settings = SettingsReader(name, notes).read(body)
    networks = read_networks(name, body, document, notes)
    return Service(
        name=name,
        picture=_picture(body, repository),
        settings=settings,
        ports=tuple(_ports(name, body.get("ports"), notes)),
        networks=networks,
        names=frozenset({name, *names.values(), *networks.aliases}),
        host_name=names.get("hostname", ""),
        name_servers=tuple(_name_servers(body.get("dns"))),
        volumes=tuple(_volumes(name, body.get("volumes"), notes)),
    )


def _picture(body: Mapping[str, object], repository: str) -> Picture:
    """A tag that is not known yet may be missing."""
    filled = fill(str(body.get("image") or ""))
    if not filled.missing:
        return read_picture(filled.text, repository)
    named = read_picture(filled.text.partition("$")[0].rstrip(":"), repository)
    return replace(named, reference=filled.text)


def _names(
    name: str, body: Mapping[str, object], notes: Notes
) -> Iterator[tuple[str, str]]:
    for key in ("container_name", "hostname"):
        if body.get(key):
            yield key, note_variables(notes, (name, key), str(body[key]))
    if body.get("container_name"):
        text = say("The panel names its container after the cluster and the member.")
        notes.change(name, "container_name", text)


def _ports(name: str, written: object, notes: Notes) -> Iterator[Published]:
    for entry in _entries(name, "ports", written, notes):
        value: object = entry
        if isinstance(entry, str):
            value = note_variables(notes, (name, "ports"), entry)
        elif isinstance(entry, Mapping):
            value = {
                key: note_variables(notes, (name, "ports"), str(part))
                for key, part in entry.items()
            }
        read = read_port(value)
        if read is None:
            text = say("“{value}” is not a port.", value=shown(entry))
            notes.refuse(name, "ports", "compose_invalid", text)
        yield from read or ()


def _volumes(name: str, written: object, notes: Notes) -> Iterator[str]:
    """What is mounted; data is never taken over."""
    for entry in _entries(name, "volumes", written, notes):
        if isinstance(entry, Mapping):
            source, target = str(entry.get("source", "")), str(entry.get("target", ""))
        else:
            source, _, rest = fill(str(entry)).text.partition(":")
            target = rest.partition(":")[0]
        yield source
        if source.startswith((".", "/", "~", "$")):
            text = say(
                "{source} of the host is not mounted: data goes into a new, empty"
                " volume.",
                source=shown(source),
            )
        elif source and target:
            text = say(
                "The member gets a new, empty volume of the panel's. A volume {source}"
                " that exists stays as it is.",
                source=shown(source),
            )
        else:
            text = say("The member gets a new, empty volume of the panel's.")
        notes.change(name, "volumes", text)


def _entries(
    name: str, key: str, written: object, notes: Notes
) -> Iterator[Mapping[str, object] | str | int]:
    if written is None:
        return
    if not isinstance(written, list) or len(written) > _MOST_ENTRIES:
        text = say(
            "“{value}” is not a list of at most {most}.",
            value=shown(written),
            most=_MOST_ENTRIES,
        )
        notes.refuse(name, key, "compose_invalid", text)
        return
    yield from written


def _name_servers(written: object) -> Iterator[str]:
    if isinstance(written, str):
        yield written
    elif isinstance(written, list):
        yield from (str(address) for address in written)


def unheeded_variables(service: Service, notes: Notes) -> None:
    """Variables that are no setting of etcd."""
    for name, value in service.settings.strange.items():
        key = f"environment: {name}"
        if name == "ALLOW_NONE_AUTHENTICATION":
            text = say("Only bitnami's image asks for it; the official one does not.")
            notes.change(service.name, key, text)
        elif name.startswith("ETCDCTL_"):
            text = say("It is for etcdctl and changes nothing for a member.")
            notes.change(service.name, key, text)
        else:
            notes.ignore(service.name, key, value)
    if service.picture.make == Make.BITNAMI:
        _without_login(service, notes)


def _without_login(service: Service, notes: Notes) -> None:
    for name in ("root_password", "root_password_file"):
        if service.settings.get(name):
            text = say(
                "Login is not taken over: everybody who reaches the cluster could read"
                " and write every key. Turn authentication on after the import."
            )
            key = f"environment: {PREFIX}{name.upper()}"
            notes.warn(service.name, key, text)
