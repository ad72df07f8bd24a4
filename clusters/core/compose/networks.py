"""The networks of a service: an existing one is used, others become the cluster's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.settings import note_variables
from clusters.core.text import say


@dataclass(frozen=True, kw_only=True, slots=True)
class Networks:
    """`existing` are networks that the file expects to be there, by their names."""

    existing: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    is_host: bool = False


def read_networks(
    service: str,
    body: Mapping[str, object],
    document: Mapping[str, object],
    notes: Notes,
) -> Networks:
    """Which networks a service is on, and what it is called there."""
    mode = body.get("network_mode")
    if mode == "host":
        return Networks(is_host=True)
    if mode is not None:
        notes.ignore(service, "network_mode", mode)
    listed = dict(_listed(service, body.get("networks"), notes))
    known = document.get("networks")
    top = known if isinstance(known, Mapping) else {}
    existing, own, aliases = [], [], []
    for key, settings in listed.items():
        name = _existing_name(service, key, top.get(key), notes)
        existing += [name] if name else []
        own += [] if name else [key]
        aliases += _aliases(service, settings, notes)
    return Networks(existing=tuple(existing), own=tuple(own), aliases=tuple(aliases))


def _listed(
    service: str, written: object, notes: Notes
) -> Iterator[tuple[str, Mapping[str, object]]]:
    match written:
        case None:
            return
        case list():
            yield from ((str(key), {}) for key in written)
        case Mapping():
            for key, settings in written.items():
                yield str(key), settings if isinstance(settings, Mapping) else {}
        case _:
            text = say("“{value}” can not be read.", value=shown(written))
            notes.refuse(service, "networks", "compose_invalid", text)


def _existing_name(service: str, key: str, written: object, notes: Notes) -> str:
    """The real name of an external network; empty for one that Compose makes."""
    settings = written if isinstance(written, Mapping) else {}
    external = settings.get("external")
    if not external or str(external).lower() == "false":
        return ""
    inner = external.get("name") if isinstance(external, Mapping) else None
    name = str(settings.get("name") or inner or key)
    return note_variables(notes, (service, "networks"), name)


def _aliases(service: str, settings: Mapping[str, object], notes: Notes) -> list[str]:
    for key in ("ipv4_address", "ipv6_address"):
        if settings.get(key):
            text = say(
                "The fixed address {address} is not taken over: members reach one"
                " another by name.",
                address=shown(settings[key]),
            )
            notes.change(service, "networks", text)
    aliases = settings.get("aliases")
    return [str(alias) for alias in aliases] if isinstance(aliases, list) else []
