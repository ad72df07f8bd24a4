"""Static bootstrap in a Compose file: each member names every other, and they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.services import Service
from clusters.core.text import say

# What etcd takes when nothing is said.
DEFAULT_TOKEN = "etcd-cluster"  # noqa: S105 (not a password)
DEFAULT_PEER_URL = "http://localhost:2380"

KEY = "initial-cluster"


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One member as the file has it. `written` is its name there; `name` ours."""

    service: Service
    written: str
    name: str
    is_proxy: bool = False


def read_peers(written: str) -> dict[str, tuple[str, ...]]:
    """`a=http://a:2380,b=http://b:2380`: the URLs of each name, in order."""
    peers: dict[str, tuple[str, ...]] = {}
    for entry in written.split(","):
        name, given, url = entry.strip().partition("=")
        if given:
            peers[name] = (*peers.get(name, ()), url)
    return peers


def shared_token(members: Sequence[Peer], notes: Notes) -> str:
    """The cluster token of all; etcd's own default when the file names none."""
    tokens = {
        peer.service.name: peer.service.settings.get(
            "initial_cluster_token", DEFAULT_TOKEN
        )
        for peer in members
        if not peer.is_proxy
    }
    first = next(iter(tokens.values()), DEFAULT_TOKEN)
    for service, token in tokens.items():
        if token != first:
            text = say(
                "{service} has the token {token}, {other} has {first}: they would not"
                " form one cluster.",
                service=service,
                token=shown(token),
                other=next(iter(tokens)),
                first=shown(first),
            )
            notes.refuse(service, "initial-cluster-token", "compose_token", text)
    text = say("The cluster token is {token}.", token=shown(first))
    for service in tokens:
        notes.understand(service, "initial-cluster-token", text)
    return first


def check_peers(members: Sequence[Peer], notes: Notes) -> None:
    """Name every contradiction between what the members say of one another."""
    voters = [peer for peer in members if not peer.is_proxy]
    listed = {
        peer.written: read_peers(peer.service.settings.get("initial_cluster"))
        for peer in voters
    }
    if len(voters) > 1 and not all(listed.values()):
        _alone([p for p in voters if not listed[p.written]], notes)
        return
    for peer in voters:
        peers = listed[peer.written]
        if peers:
            _check_one(peer, peers, voters, notes)
    if listed and any(listed.values()):
        _check_same(listed, voters, notes)


def _alone(peers: Sequence[Peer], notes: Notes) -> None:
    for peer in peers:
        text = say(
            "{service} has neither --initial-cluster nor a discovery setting: it would"
            " be a cluster of its own.",
            service=peer.service.name,
        )
        notes.refuse(peer.service.name, KEY, "compose_not_one_cluster", text)


def _check_one(
    peer: Peer,
    peers: Mapping[str, tuple[str, ...]],
    voters: Sequence[Peer],
    notes: Notes,
) -> None:
    service = peer.service.name
    known = {other.written: other.service.name for other in voters}
    for name in known.keys() - peers.keys():
        text = say("{name} is missing in the initial cluster.", name=shown(name))
        notes.refuse(service, KEY, "compose_member_missing", text)
    for name in peers.keys() - known.keys():
        text = say("No service of the file is the member {name}.", name=shown(name))
        notes.refuse(service, KEY, "compose_member_unknown", text)
    advertised = tuple(urls_of(peer.service, "initial_advertise_peer_urls"))
    listed = peers.get(peer.written)
    if listed and sorted(advertised or (DEFAULT_PEER_URL,)) != sorted(listed):
        text = say(
            "It is listed with {listed} but advertises {advertised}: etcd would refuse"
            " to start.",
            listed=shown(listed),
            advertised=shown(advertised or (DEFAULT_PEER_URL,)),
        )
        notes.refuse(service, KEY, "compose_peer_url", text)


def _check_same(
    listed: Mapping[str, Mapping[str, tuple[str, ...]]],
    voters: Sequence[Peer],
    notes: Notes,
) -> None:
    first = voters[0]
    for peer in voters[1:]:
        for name, urls in listed[peer.written].items():
            other = listed[first.written].get(name, urls)
            if sorted(other) != sorted(urls):
                text = say(
                    "{name} is at {url} here, but at {other} in {service}.",
                    name=shown(name),
                    url=shown(urls),
                    other=shown(other),
                    service=first.service.name,
                )
                place = peer.service.name
                notes.refuse(place, KEY, "compose_peer_url", text)


def urls_of(service: Service, setting: str) -> list[str]:
    written = service.settings.get(setting)
    return [url.strip().rstrip("/") for url in written.split(",") if url.strip()]
