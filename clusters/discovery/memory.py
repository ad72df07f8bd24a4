"""Where pretended members meet, for tests only."""

from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import Registration, SrvRecord, StoreSeen, TokenSeen
from clusters.core.text import say
from clusters.core.zone import Zone, ZoneSeen
from clusters.etcd.pretended import ask


class MemoryRegistry:
    """The one store of a pretended world: v2, v3 and the public service in one.

    `service` begins the URLs of its new tokens. A path may be a whole URL or a bare
    token too.
    """

    def __init__(self, socket_path: str, service: str = "http://pretended") -> None:
        self._socket_path = socket_path
        self._service = service.rstrip("/")

    def probe(self) -> StoreSeen:
        return StoreSeen(**ask(self._socket_path, "registry_probe"))

    def look(self, path: str) -> TokenSeen | None:
        """None when the store knows nothing of the token."""
        seen = ask(self._socket_path, "registry_look", path)
        if seen is None:
            return None
        registrations = tuple(
            Registration(**{**one, "peer_urls": tuple(one["peer_urls"])})
            for one in seen["registrations"]
        )
        return TokenSeen(size=seen["size"], registrations=registrations)

    def write_size(self, path: str, size: int) -> None:
        """Open a token for so many members; another size is never overwritten."""
        ask(self._socket_path, "registry_write_size", path, str(size))

    def forget(self, path: str) -> None:
        ask(self._socket_path, "registry_forget", path)

    def new(self, size: int) -> str:
        """The URL of a fresh token, as the public service answers."""
        return f"{self._service}{ask(self._socket_path, 'registry_new', size)}"


class MemoryResolver:
    """The name servers of a pretended world, asked as the real ones are."""

    def __init__(self, socket_path: str, name_servers: tuple[str, ...] = ()) -> None:
        self._socket_path = socket_path
        self._given = name_servers

    def look(self, zone: Zone) -> dict[str, ZoneSeen]:
        """What every server says of a zone; Unavailable when none says anything."""
        said = {server: self._ask(server, zone) for server in self._given or ("own",)}
        failed = [seen for seen in said.values() if seen.code]
        if len(failed) == len(said):
            raise Unavailable(failed[0].why, code=failed[0].code)
        return said

    def _ask(self, server: str, zone: Zone) -> ZoneSeen:
        try:
            lines = ask(self._socket_path, "dns_look", server)
        except BackendError:
            why = say("The name server {server} does not answer.", server=server)
            return ZoneSeen(code="dns_unreachable", why=why)
        return zone_seen(zone, lines)


def zone_seen(zone: Zone, lines: list[str]) -> ZoneSeen:
    """The records of a zone's names, found in lines of a zone file."""
    records = [line.split() for line in lines]
    names = (zone.server_name, zone.https_name, zone.client_name)
    srv = {name: _services(name, records) for name in names}
    targets = [record.target for record in srv[zone.server_name]]
    hosts = dict.fromkeys([*(member.fqdn for member in zone.members), *targets])
    return ZoneSeen(
        srv=srv,
        addresses={
            host: tuple(r[-1] for r in records if r[3] == "A" and _plain(r[0]) == host)
            for host in hosts
        },
    )


def _services(name: str, records: list[list[str]]) -> tuple[SrvRecord, ...]:
    """NAME TTL IN SRV PRIORITY WEIGHT PORT TARGET."""
    return tuple(
        SrvRecord(
            name=name,
            target=_plain(record[7]),
            port=int(record[6]),
            priority=int(record[4]),
            weight=int(record[5]),
        )
        for record in records
        if record[3] == "SRV" and _plain(record[0]) == name
    )


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")
