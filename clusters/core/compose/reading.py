"""Read a Compose file of etcd services: what cluster it asks for, and what is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusters.core.compose.choices import check_settings, read_options
from clusters.core.compose.keys import note_top_keys
from clusters.core.compose.meeting import (
    Meeting,
    read_meeting,
    split_stores,
)
from clusters.core.compose.notes import Line, Notes, shown
from clusters.core.compose.own import (
    OwnNote,
    asked_image,
    note_renewal,
    read_own_note,
)
from clusters.core.compose.peers import Peer, read_peers, urls_of
from clusters.core.compose.services import (
    Kind,
    Service,
    kind_of,
    read_service,
    unheeded_variables,
)
from clusters.core.compose.shape import read_services
from clusters.core.compose.wishes import (
    Release,
    member_name,
    read_network,
    read_ports,
    read_release,
)
from clusters.core.errors import Problem
from clusters.core.names import volume_name
from clusters.core.request import ClusterRequest
from clusters.core.spec import PEER_PORT, BootstrapMode
from clusters.core.text import say

MOST_MEMBERS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class ComposeReading:
    """What a Compose file asks for, and what people are told of it.

    `request` has no hosts yet, and is None when `problems` stop the import.
    `discovery_url` is the URL in the file, for v3 its first endpoint; whether it looks
    fresh says nothing of its store.
    """

    request: ClusterRequest | None
    understood: tuple[Line, ...] = ()
    changed: tuple[Line, ...] = ()
    not_understood: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    discovery_url: str = ""
    discovery_token: str = ""
    discovery_endpoints: tuple[str, ...] = ()
    discovery_is_fresh_looking: bool = False
    volumes: tuple[str, ...] = ()


def read_compose(
    document: Mapping[str, object], *, name: str, version: str, repository: str = ""
) -> ComposeReading:
    """Read a file; `version` wins over its tags, `repository` is the panel's image."""
    notes = Notes()
    bodies = read_services(document, notes)
    services = tuple(_etcd_services(bodies, document, notes, repository))
    if bodies and not services and not notes.problems:
        text = say("No service of the file runs etcd.")
        notes.refuse("", "services", "compose_no_etcd", text)
    if not services:
        return _told(notes, None)
    note_top_keys(document, notes)
    return _Import(document, notes, name=name, version=version).read(services, bodies)


def _etcd_services(
    bodies: Mapping[str, Mapping[str, object]],
    document: Mapping[str, object],
    notes: Notes,
    repository: str,
) -> list[Service]:
    found = []
    for name, body in bodies.items():
        kind = kind_of(name, body, repository)
        if kind == Kind.SCRIPT:
            text = say(
                "It starts etcd by a shell script, which can not be read. Write the"
                " command without a shell."
            )
            notes.refuse(name, "command", "compose_shell", text)
        elif kind == Kind.ETCD:
            found.append(read_service(name, body, document, notes, repository))
        else:
            text = say("It is no member of the cluster: left out.")
            notes.change(name, "", text)
    return found


class _Import:
    """One file on its way to a request."""

    def __init__(
        self,
        document: Mapping[str, object],
        notes: Notes,
        *,
        name: str,
        version: str,
    ) -> None:
        self.notes = notes
        self.name = name
        self.version = version.removeprefix("v")
        self.own = read_own_note(document, notes)

    def read(
        self, services: Sequence[Service], bodies: Mapping[str, Mapping[str, object]]
    ) -> ComposeReading:
        members = self._members(split_stores(services, self.notes))
        if not 1 <= len(members) <= MOST_MEMBERS:
            text = say(
                "{count} services are members; a file may have 1 to {most}.",
                count=len(members),
                most=MOST_MEMBERS,
            )
            self.notes.refuse("", "services", "compose_members", text)
            return _told(self.notes, None)
        release = read_release(members, self.version, self.notes)
        names = {peer.service.name for peer in members}
        others = [str(b.get("image")) for n, b in bodies.items() if n not in names]
        meeting = read_meeting(members, others, release.version, self.notes)
        for peer in members:
            check_settings(peer.service, self.notes)
            unheeded_variables(peer.service, self.notes)
        return self._asked(members, release, meeting)

    def _members(self, services: Sequence[Service]) -> list[Peer]:
        """Voters first, then proxies, each in the order of the file."""
        peers = [
            Peer(
                service=service,
                written=service.settings.get("name", service.name),
                name=member_name(service, self.notes),
                is_proxy=service.settings.get("proxy", "off") != "off",
            )
            for service in services
        ]
        for index, peer in enumerate(peers):
            if peer.name in [other.name for other in peers[:index]]:
                text = say("Two members are called {name}.", name=peer.name)
                self.notes.refuse(peer.service.name, "", "compose_name_twice", text)
        return sorted(peers, key=lambda peer: peer.is_proxy)

    def _asked(
        self, members: Sequence[Peer], release: Release, meeting: Meeting
    ) -> ComposeReading:
        ports = read_ports(members, self.notes)
        proxies = [peer for peer in members if peer.is_proxy]
        own = self.own if meeting.mode == BootstrapMode.STATIC else None
        if own is not None and own.bootstrap != BootstrapMode.STATIC:
            meeting = self._as_it_was(own)
        self._note_peer_urls(members, meeting)
        reference = members[0].service.picture.reference
        image = asked_image(own, reference, release.version)
        is_store = own is not None and bool(own.serves) and len(members) == 1
        names = (self.name,) if is_store else tuple(peer.name for peer in members)
        request = ClusterRequest(
            name=self.name,
            size=len(members) - len(proxies),
            extra_members=len(proxies),
            version=release.version,
            bootstrap=meeting.mode.value,
            cluster_token=meeting.token,
            member_names=names,
            client_ports=ports.client,
            peer_ports=ports.peer,
            bind_address=ports.bind_address,
            image=release.image if image is None else image,
            network=read_network(members, self.notes),
            options=read_options(members, self.notes),
            discovery=meeting.discovery,
            serves=own.serves if own and is_store else "",
            volume=own.volume if own and is_store else "",
        )
        return _told(self.notes, request, meeting)

    def _as_it_was(self, own: OwnNote) -> Meeting:
        """The mode that the cluster had before it was written as a file."""
        note_renewal(own, self.notes)
        asked = own.discovery
        # Never fresh: the cluster that was exported has used its token.
        return Meeting(
            mode=own.bootstrap, token=own.token, discovery=asked, url=asked.url
        )

    def _note_peer_urls(self, members: Sequence[Peer], meeting: Meeting) -> None:
        """Identities come from peer URLs; say where these will not be the file's."""
        for peer in members:
            listed = read_peers(peer.service.settings.get("initial_cluster"))
            urls = urls_of(peer.service, "initial_advertise_peer_urls") or list(
                listed.get(peer.written, ())
            )
            host = peer.name
            if meeting.mode == BootstrapMode.DNS_SRV:
                host = f"{peer.name}.{meeting.discovery.domain}"
            elif peer.service.name_servers:
                self.notes.ignore(peer.service.name, "dns", peer.service.name_servers)
            if peer.service.host_name not in {"", host}:
                text = say("Its host name is {name}.", name=host)
                self.notes.change(peer.service.name, "hostname", text)
            if not urls or peer.is_proxy or peer.service.networks.is_host:
                continue
            if urls != [f"http://{host}:{PEER_PORT}"]:
                text = say(
                    "The others reach it at {url}, not at {old}: its identity is not"
                    " that of the file's member.",
                    url=f"http://{host}:{PEER_PORT}",
                    old=shown(urls),
                )
                key = "--initial-advertise-peer-urls"
                self.notes.change(peer.service.name, key, text)


def _told(
    notes: Notes, request: ClusterRequest | None, meeting: Meeting | None = None
) -> ComposeReading:
    met = meeting or Meeting()
    names = request.member_names if request else ()
    return ComposeReading(
        request=None if notes.problems else request,
        understood=notes.understood,
        changed=notes.changed,
        not_understood=notes.not_understood,
        problems=notes.problems,
        discovery_url=met.url,
        discovery_token=met.discovery.token,
        discovery_endpoints=met.endpoints,
        discovery_is_fresh_looking=met.is_fresh_looking,
        volumes=tuple(volume_name(request.name, n) for n in names) if request else (),
    )
