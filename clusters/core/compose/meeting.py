"""How the members of a Compose file meet: the bootstrap mode and its settings."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.peers import Peer, check_peers, shared_token
from clusters.core.compose.services import Service
from clusters.core.meeting import V2_KEYS, DnsKind
from clusters.core.releases import Version
from clusters.core.request import NO_DISCOVERY, DiscoveryRequest
from clusters.core.spec import BootstrapMode
from clusters.core.text import Text, say

_MODE_OF = {
    "discovery": BootstrapMode.DISCOVERY_V2,
    "discovery_srv": BootstrapMode.DNS_SRV,
    "discovery_endpoints": BootstrapMode.DISCOVERY_V3,
    "discovery_token": BootstrapMode.DISCOVERY_V3,
    "initial_cluster": BootstrapMode.STATIC,
}
_V3_SINCE = Version(3, 6, 0)
_PUBLIC_HOST = "discovery.etcd.io"
_PUBLIC_TOKEN = re.compile(r"/[0-9a-f]{32}")
# What documentation writes where a token belongs.
_OPEN = re.compile(r"[{}<>$%\s\[\]]")
_WORDS = re.compile(
    r"((your|the|some)[-_]?)?(discovery[-_]?)?(token|uuid)([-_]?here)?|x{3,}"
    r"|change[-_]?me|\.{2,}|…",
    re.IGNORECASE,
)
_NAME_SERVERS = ("coredns", "dnsmasq", "bind9", "knot", "nsd", "powerdns", "pdns")


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """The mode, and what a request needs to be told of it.

    `url` and `endpoints` are those of the file, fresh or not.
    """

    mode: BootstrapMode = BootstrapMode.STATIC
    token: str = ""
    discovery: DiscoveryRequest = NO_DISCOVERY
    url: str = ""
    endpoints: tuple[str, ...] = ()
    is_fresh_looking: bool = False


def split_stores(services: Sequence[Service], notes: Notes) -> tuple[Service, ...]:
    """The services that are members; a discovery store among them is none."""
    met_at = {host for service in services for host in _hosts_of(service)}
    members = []
    for service in services:
        if not _own_modes(service) and met_at & service.names:
            text = say(
                "It is the discovery store of the others and left out. Make a store of"
                " this name first, or let the import take a new token from another."
            )
            notes.change(service.name, "", text)
        else:
            members.append(service)
    return tuple(members)


def read_meeting(
    members: Sequence[Peer],
    others: Sequence[str],
    version: str,
    notes: Notes,
) -> Meeting:
    """The one mode of all members. `others` are the images of other services."""
    modes = {peer.service.name: _own_modes(peer.service) for peer in members}
    found = {mode for own in modes.values() for mode in own}
    for name, own in modes.items():
        if len(own) > 1:
            text = say("etcd refuses more than one way to meet; leave one.")
            notes.refuse(name, "", "compose_modes_differ", text)
    if len(found) > 1 and all(len(own) < 2 for own in modes.values()):  # noqa: PLR2004
        names = ", ".join(sorted(mode.value for mode in found))
        text = say("The members do not meet in one way: {names}.", names=names)
        notes.refuse("", "", "compose_modes_differ", text)
    if len(found) > 1:
        return Meeting()
    match next(iter(found), BootstrapMode.STATIC):
        case BootstrapMode.DISCOVERY_V2:
            return _by_url(members, notes)
        case BootstrapMode.DISCOVERY_V3:
            return _by_v3(members, version, notes)
        case BootstrapMode.DNS_SRV:
            return _by_srv(members, others, notes)
        case _:
            check_peers(members, notes)
            token = shared_token(members, notes)
            return Meeting(token=token)


def looks_fresh(url: str) -> bool:
    """Whether a discovery URL could be used: no place is left for a token in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    path = parts.path.rstrip("/")
    if not host or path == V2_KEYS or not _is_token(path.rpartition("/")[2]):
        return False
    if _OPEN.search(url):
        return False
    return host != _PUBLIC_HOST or _PUBLIC_TOKEN.fullmatch(parts.path) is not None


def _is_token(written: str) -> bool:
    return bool(written) and not (_OPEN.search(written) or _WORDS.fullmatch(written))


def _own_modes(service: Service) -> set[BootstrapMode]:
    if service.settings.get("proxy", "off") != "off" and not _has_discovery(service):
        return set()
    return {mode for name, mode in _MODE_OF.items() if service.settings.get(name)}


def _has_discovery(service: Service) -> bool:
    return any(service.settings.get(name) for name in _MODE_OF if "disc" in name)


def _hosts_of(service: Service) -> set[str]:
    settings = service.settings
    written = [settings.get("discovery"), *_endpoints(service)]
    return {_host(url) for url in written if url}


def _host(url: str) -> str:
    rest = url.partition("://")[2] or url
    return rest.partition("/")[0].partition(":")[0]


def _endpoints(service: Service) -> tuple[str, ...]:
    written = service.settings.get("discovery_endpoints")
    return tuple(url.strip() for url in written.split(",") if url.strip())


def _same(members: Sequence[Peer], setting: str, notes: Notes) -> str:
    """A setting that must be the same for all of them, byte for byte."""
    first = members[0]
    value = first.service.settings.get(setting)
    for peer in members[1:]:
        other = peer.service.settings.get(setting)
        if other != value:
            text = say(
                "{value} here, but {other} in {service}: they would never meet.",
                value=shown(other or "-"),
                other=shown(value or "-"),
                service=first.service.name,
            )
            key = setting.replace("_", "-")
            notes.refuse(peer.service.name, key, "compose_discovery_differs", text)
    return value


def _by_url(members: Sequence[Peer], notes: Notes) -> Meeting:
    url = _same(members, "discovery", notes)
    is_public = V2_KEYS not in url and "://" in url
    mode = BootstrapMode.DISCOVERY_PUBLIC if is_public else BootstrapMode.DISCOVERY_V2
    fresh = looks_fresh(url)
    if fresh:
        text = say("Members meet by {url}.", url=shown(url))
        _for_all(members, "discovery", notes.understand, text)
    else:
        text = say(
            "{url} has no token yet; a fresh one is taken.",
            url=shown(url),
        )
        _for_all(members, "discovery", notes.change, text)
    discovery = DiscoveryRequest(url=url) if fresh else NO_DISCOVERY
    return Meeting(mode=mode, discovery=discovery, url=url, is_fresh_looking=fresh)


def _by_v3(members: Sequence[Peer], version: str, notes: Notes) -> Meeting:
    token = _same(members, "discovery_token", notes)
    for peer in members:
        _check_v3(peer.service, version, notes)
    endpoints = tuple(dict.fromkeys(e for p in members for e in _endpoints(p.service)))
    fresh = _is_token(token)
    if fresh:
        text = say(
            "Members meet by the token {token} in {endpoints}.",
            token=shown(token),
            endpoints=shown(endpoints),
        )
        _for_all(members, "discovery-token", notes.understand, text)
    else:
        text = say("“{token}” is no token yet; a fresh one is taken.", token=token[:80])
        _for_all(members, "discovery-token", notes.change, text)
    return Meeting(
        mode=BootstrapMode.DISCOVERY_V3,
        discovery=DiscoveryRequest(token=token) if fresh else NO_DISCOVERY,
        url=endpoints[0] if endpoints else "",
        endpoints=endpoints,
        is_fresh_looking=fresh,
    )


def _check_v3(service: Service, version: str, notes: Notes) -> None:
    for name in ("discovery_token", "discovery_endpoints"):
        if not service.settings.get(name):
            text = say("etcd needs both a discovery token and endpoints.")
            notes.refuse(service.name, name, "compose_discovery_half", text)
    old = Version.parse(version)
    by_variable = {"discovery_token", "discovery_endpoints"}
    if old and old < _V3_SINCE and by_variable & service.settings.by_environment:
        text = say(
            "etcd {version} passes over these variables in silence: each member would"
            " have been a cluster of its own. They work from 3.6.0 on.",
            version=version,
        )
        notes.warn(service.name, "environment", text)


def _by_srv(members: Sequence[Peer], others: Sequence[str], notes: Notes) -> Meeting:
    domain = _same(members, "discovery_srv", notes)
    service_name = _same(members, "discovery_srv_name", notes)
    token = shared_token(members, notes)
    text = say("Members meet by the SRV records of {domain}.", domain=shown(domain))
    _for_all(members, "discovery-srv", notes.understand, text)
    has_server = any(name in image for image in others for name in _NAME_SERVERS)
    if has_server:
        text = say(
            "The panel runs a name server of its own for the members in place of the"
            " one in the file."
        )
        notes.change("", "services", text)
    servers = dict.fromkeys(a for p in members for a in p.service.name_servers)
    discovery = DiscoveryRequest(
        domain=domain,
        service_name=service_name,
        dns=(DnsKind.MANAGED if has_server else DnsKind.EXTERNAL).value,
        name_servers=() if has_server else tuple(servers),
    )
    return Meeting(mode=BootstrapMode.DNS_SRV, token=token, discovery=discovery)


def _for_all(
    members: Sequence[Peer],
    key: str,
    note: Callable[[str, str, Text], None],
    text: Text,
) -> None:
    for peer in members:
        note(peer.service.name, key, text)
