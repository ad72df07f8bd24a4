"""The note that the panel leaves in a file it writes: what the services do not say.

An exported cluster starts statically whatever its bootstrap mode was; this block holds
the mode, so that the file imported again gives the same definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clusters.core.compose.notes import Notes, shown
from clusters.core.images import full_reference, split_reference
from clusters.core.meeting import DnsKind, StoreProtocol
from clusters.core.placement import is_object_name
from clusters.core.request import NO_DISCOVERY, DiscoveryRequest
from clusters.core.spec import BY_URL, BootstrapMode, ClusterSpec
from clusters.core.text import say

KEY = "x-etcdpanel"
_LISTS = frozenset({"name_servers", "addresses"})
_WORDS = frozenset(
    {"store", "url", "token", "service", "domain", "service_name", "dns", "subnet"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnNote:
    """What was asked of the panel when the cluster was made."""

    bootstrap: BootstrapMode
    discovery: DiscoveryRequest = NO_DISCOVERY
    token: str = ""
    image: str = ""
    serves: str = ""
    volume: str = ""


def own_note(spec: ClusterSpec) -> dict[str, Any]:
    """The block of a cluster; only what is set."""
    asked = _discovery(spec)
    told = {
        "bootstrap": spec.bootstrap.value,
        "token": spec.token,
        "image": spec.image,
        "serves": spec.serves,
        "volume": spec.store_volume,
        "discovery": asked,
    }
    return {key: value for key, value in told.items() if value}


def _discovery(spec: ClusterSpec) -> dict[str, Any]:
    """How the members met, as it would be asked again. A token that the panel took is
    not among it: it was for one cluster, and the next one gets another."""
    ticket = spec.ticket
    addresses = [m.address for m in spec.members if m.address]
    kept = {
        "store": ticket.store if not (ticket.is_own and ticket.url) else "",
        "url": ticket.url if ticket.is_own and spec.bootstrap in BY_URL else "",
        "token": ticket.token if ticket.is_own else "",
        "service": ticket.service if not ticket.is_own else "",
        "domain": ticket.domain,
        "service_name": ticket.service_name,
        "dns": ticket.dns,
        "name_servers": [] if ticket.dns_address else list(ticket.name_servers),
        "subnet": ticket.subnet,
        "addresses": addresses,
    }
    return {key: value for key, value in kept.items() if value}


def read_own_note(document: Mapping[str, object], notes: Notes) -> OwnNote | None:
    """The block of a file, when it has one that can be read."""
    written = document.get(KEY)
    if not isinstance(written, Mapping):
        return None
    mode = _text(written, "bootstrap")
    if mode not in {known.value for known in BootstrapMode}:
        notes.ignore("", KEY, written.get("bootstrap"))
        return None
    volume = _text(written, "volume")
    text = say("The panel wrote this file; its bootstrap mode is {mode}.", mode=mode)
    notes.understand("", KEY, text)
    return OwnNote(
        bootstrap=BootstrapMode(mode),
        discovery=_read_discovery(written.get("discovery")),
        token=_text(written, "token"),
        image=_text(written, "image"),
        serves=_one_of(StoreProtocol, _text(written, "serves")),
        volume=volume if is_object_name(volume) else "",
    )


def asked_image(note: OwnNote | None, reference: str, version: str) -> str | None:
    """The image as it was asked for, when the services still run just that one."""
    if note is None or not note.image or split_reference(note.image) is None:
        return None
    return note.image if full_reference(note.image, "", version) == reference else None


def note_renewal(note: OwnNote, notes: Notes) -> None:
    if note.discovery.url or note.discovery.token:
        value = note.discovery.url or note.discovery.token
        text = say(
            "The cluster that was exported has used {value}; a fresh one is needed.",
            value=shown(value),
        )
        notes.change("", KEY, text)


def _read_discovery(written: object) -> DiscoveryRequest:
    if not isinstance(written, Mapping):
        return NO_DISCOVERY
    words = {name: _text(written, name) for name in _WORDS}
    words["dns"] = _one_of(DnsKind, words["dns"])
    lists = {name: _list(written.get(name)) for name in _LISTS}
    return DiscoveryRequest(**words, **lists)  # type: ignore[arg-type]


def _text(written: Mapping[Any, object], name: str) -> str:
    value = written.get(name)
    return value if isinstance(value, str) else ""


def _one_of(kinds: type[StrEnum], written: str) -> str:
    return written if written in {*kinds} else ""


def _list(written: object) -> tuple[str, ...]:
    return tuple(map(str, written)) if isinstance(written, list) else ()
