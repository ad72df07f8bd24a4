"""What a Compose file says of the cluster as a whole: image, ports, network, names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.peers import Peer, urls_of
from clusters.core.compose.pictures import Make, Picture
from clusters.core.compose.services import Service
from clusters.core.names import RESERVED, is_label
from clusters.core.spec import CLIENT_PORT, LOOPBACK, PEER_PORT
from clusters.core.text import say
from clusters.core.topology import FIRST_PORT, LAST_PORT

_LONGEST = 40
_PORT = re.compile(r":(\d{1,5})$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """`image` "" is the panel's own; `version` "" is its default."""

    image: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """Published ports in the order of the members; none: the panel chooses."""

    client: tuple[int, ...] = ()
    peer: tuple[int, ...] = ()
    bind_address: str = LOOPBACK


def member_name(service: Service, notes: Notes) -> str:
    """Its etcd name as a label: it becomes a host name."""
    written = service.settings.get("name", service.name)
    name = written if written != "default" else service.name
    if is_label(name) and name not in RESERVED:
        notes.understand(service.name, "", say("It is the member {name}.", name=name))
        return name
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not label or not label[0].isalpha() or label in RESERVED:
        label = f"etcd-{label}".rstrip("-")
    label = label[:_LONGEST].rstrip("-")
    text = say(
        "The member {old} becomes {name}: its name is a host name, too.",
        old=shown(written),
        name=label,
    )
    notes.change(service.name, "", text)
    return label


def read_release(members: Sequence[Peer], version: str, notes: Notes) -> Release:
    """One image and one version for all; a version that was given wins."""
    pictures = {peer.service.name: peer.service.picture for peer in members}
    first = next(iter(pictures.values()))
    for service, picture in pictures.items():
        if picture.version != first.version and not version:
            text = say(
                "{service} runs {this}, {other} runs {first}. Say which version the"
                " cluster is to have.",
                service=service,
                this=shown(picture.reference),
                other=next(iter(pictures)),
                first=shown(first.reference),
            )
            notes.refuse(service, "image", "compose_versions_differ", text)
        if "$" in picture.reference and not version:
            text = say(
                "{image} names no version. Say which version the cluster is to have.",
                image=shown(picture.reference),
            )
            notes.refuse(service, "image", "compose_variable_missing", text)
    chosen = version or first.version
    for service, picture in pictures.items():
        _note_image(service, picture, chosen, notes)
    return Release(image=_image(first, version), version=chosen)


def _image(picture: Picture, version: str) -> str:
    """The reference to ask for; none where the panel's own image is meant."""
    stays = not version or version.removeprefix("v") == picture.version
    if picture.make == Make.COPY:
        return picture.reference if stays and picture.version else picture.name
    is_pinned = picture.make == Make.OFFICIAL and picture.digest and stays
    return picture.reference if is_pinned else ""


def _note_image(service: str, picture: Picture, chosen: str, notes: Notes) -> None:
    image = shown(picture.reference or "-")
    if picture.make == Make.BITNAMI:
        text = say(
            "{image} becomes the official image: its paths and its start are those that"
            " the panel knows.",
            image=image,
        )
        notes.change(service, "image", text)
    elif picture.make == Make.OTHER:
        text = say(
            "{image} is not known to hold etcd as the official image does; that one is"
            " taken.",
            image=image,
        )
        notes.change(service, "image", text)
    if not chosen:
        text = say(
            "{image} names no version: the panel's default is taken.", image=image
        )
        notes.change(service, "image", text)
    elif picture.version == chosen.removeprefix("v") and not picture.is_line:
        text = say("etcd {version}, from {image}.", version=chosen, image=image)
        notes.understand(service, "image", text)
    else:
        text = say("{image}: etcd {version} is taken.", image=image, version=chosen)
        notes.change(service, "image", text)


def read_network(members: Sequence[Peer], notes: Notes) -> str:
    """The existing network that all of them are on; else the cluster makes its own."""
    shared = [
        name
        for name in members[0].service.networks.existing
        if all(name in peer.service.networks.existing for peer in members)
    ]
    chosen = shared[0] if shared else ""
    for peer in members:
        networks = peer.service.networks
        if networks.is_host:
            text = say(
                "As processes of this machine the members have the host's network; in"
                " containers they get a network of their own."
            )
            notes.change(peer.service.name, "network_mode", text)
        for name in networks.own:
            text = say(
                "The cluster gets a network of its own in place of {name}.",
                name=shown(name),
            )
            notes.change(peer.service.name, "networks", text)
        for name in networks.existing:
            if name == chosen:
                text = say("It joins the network {name}.", name=shown(name))
                notes.understand(peer.service.name, "networks", text)
            else:
                text = say("It does not join the network {name}.", name=shown(name))
                notes.change(peer.service.name, "networks", text)
    return chosen


def read_ports(members: Sequence[Peer], notes: Notes) -> Ports:
    """Which ports of the host are published, and at which address of it."""
    client = _one_kind(members, "listen_client_urls", CLIENT_PORT, notes)
    peer = _one_kind(members, "listen_peer_urls", PEER_PORT, notes)
    if {*client} & {*peer}:
        peer = ()
    return Ports(client=client, peer=peer, bind_address=_address(members, notes))


def _one_kind(
    members: Sequence[Peer], setting: str, usual: int, notes: Notes
) -> tuple[int, ...]:
    found = [_published(peer.service, setting, usual) for peer in members]
    is_usable = all(FIRST_PORT <= port <= LAST_PORT for port in found)
    if is_usable and len(set(found)) == len(found):
        for peer, port in zip(members, found, strict=True):
            text = say("Port {inside} is published as {port}.", inside=usual, port=port)
            notes.understand(peer.service.name, "ports", text)
        return tuple(found)
    for peer, port in zip(members, found, strict=True):
        if port and not FIRST_PORT <= port <= LAST_PORT:
            text = say(
                "The panel chooses other ports: {port} is outside {low}-{high}.",
                port=port,
                low=FIRST_PORT,
                high=LAST_PORT,
            )
        else:
            text = say(
                "The panel chooses the published ports for {inside}: the file does not"
                " name one of its own for every member.",
                inside=usual,
            )
        notes.change(peer.service.name, "ports", text)
    return ()


def _published(service: Service, setting: str, usual: int) -> int:
    """The port of the host; 0 when none is named."""
    inside = _listening(service, setting, usual)
    if service.networks.is_host:
        return inside
    outside = [port.outside for port in service.ports if port.inside == inside]
    return outside[0] if outside else 0


def _listening(service: Service, setting: str, usual: int) -> int:
    for url in urls_of(service, setting):
        found = _PORT.search(url)
        if found:
            return int(found[1])
    return usual


def _address(members: Sequence[Peer], notes: Notes) -> str:
    """The one IPv4 address that all ports name; else loopback."""
    found = {address for peer in members for address in _addresses(peer.service)}
    if not found:
        return LOOPBACK
    only = next(iter(found)) if len(found) == 1 else ""
    if only and ":" not in only:
        for peer in members:
            text = say("Ports are published on {address}.", address=only)
            notes.understand(peer.service.name, "ports", text)
        return only
    for peer in members:
        text = say(
            "Ports are published on {address} alone, not on every address of the host:"
            " there is no TLS and no login.",
            address=LOOPBACK,
        )
        notes.change(peer.service.name, "ports", text)
    return LOOPBACK


def _addresses(service: Service) -> set[str]:
    if not service.networks.is_host:
        return {port.address for port in service.ports}
    urls = [
        *urls_of(service, "listen_client_urls"),
        *urls_of(service, "listen_peer_urls"),
    ]
    return {_PORT.sub("", url.partition("://")[2]) for url in urls}
