"""Ask name servers for the records by which members meet, each server by itself."""

import ipaddress
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.SRV import SRV

from clusters.core.errors import Unavailable
from clusters.core.meeting import SrvRecord
from clusters.core.text import quote, say
from clusters.core.zone import DNS_PORT, Zone, ZoneSeen

# What etcd's own resolver offers to take; a longer answer comes over TCP.
_UDP_SIZE = 1232
# What one server may make us do: seconds in all, records of a name, aliases of one.
_MOST_SECONDS = 20.0
_MOST_RECORDS = 64
_MOST_ALIASES = 8
_ANSWERS = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN})
_WITHOUT_EDNS = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP})

_REACH = say("Check its address, and that port 53 is open for UDP and TCP.")
_SERVE = say("See that it serves this domain, or knows whom to ask.")


class Resolver:
    """Asks the name servers it is given; without any, those of this machine.

    Nothing is kept between two looks. A server is "ADDRESS" or "ADDRESS:PORT".
    """

    def __init__(
        self, name_servers: tuple[str, ...] = (), timeout: float = 2.0
    ) -> None:
        self._given = name_servers
        self._timeout = timeout

    def look(self, zone: Zone) -> dict[str, ZoneSeen]:
        """What every server says of a zone, all asked side by side.

        A server without a usable answer has a code; when none has one, that is
        Unavailable.
        """
        servers = self._given or _own_servers()
        with ThreadPoolExecutor(max_workers=len(servers)) as pool:
            said = list(pool.map(lambda server: self._ask(server, zone), servers))
        failed = [seen for seen in said if seen.code]
        if len(failed) == len(said):
            first = failed[0]
            raise Unavailable(first.why, code=first.code, advice=first.advice)
        return dict(zip(servers, said, strict=True))

    def _ask(self, server: str, zone: Zone) -> ZoneSeen:
        questions = _Questions(server, self._timeout)
        try:
            return questions.about(zone)
        except dns.exception.Timeout:
            return _silent(server, questions.seconds)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            return _unusable(server, error)


@dataclass
class _Questions:
    """The questions of one look to one server, and those it would not answer."""

    server: str
    timeout: float
    refused: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def about(self, zone: Zone) -> ZoneSeen:
        peers = self.services(zone.server_name)
        if zone.server_name in self.refused:
            return _failed(self.server, zone.server_name, self.refused)
        srv = {
            zone.server_name: peers,
            zone.https_name: self.services(zone.https_name),
            zone.client_name: self.services(zone.client_name),
        }
        targets = (*peers, *srv[zone.https_name])
        names = [
            *(m.fqdn for m in zone.members),
            *(record.target for record in targets),
        ]
        addresses = {name: self.addresses(name) for name in dict.fromkeys(names)}
        return ZoneSeen(srv=srv, addresses=addresses, refused=self.refused)

    def services(self, name: str) -> tuple[SrvRecord, ...]:
        """The SRV records of a name in one order, whatever that of the answer."""
        found = (
            SrvRecord(
                name=name,
                target=_plain(data.target),
                port=data.port,
                priority=data.priority,
                weight=data.weight,
            )
            for data in self._records(name, dns.rdatatype.SRV)
            if isinstance(data, SRV)
        )
        ordered = sorted(found, key=lambda r: (r.target, r.port, r.priority, r.weight))
        return tuple(ordered[:_MOST_RECORDS])

    def addresses(self, name: str) -> tuple[str, ...]:
        found = (
            data.address
            for data in self._records(name, dns.rdatatype.A)
            if isinstance(data, A)
        )
        return tuple(sorted(found, key=ipaddress.IPv4Address)[:_MOST_RECORDS])

    def _records(
        self, name: str, kind: dns.rdatatype.RdataType
    ) -> Iterable[dns.rdata.Rdata]:
        """Follow aliases: a server that does not look further names only the next."""
        asked = dns.name.from_text(name)
        for _ in range(_MOST_ALIASES):
            response = self._exchange(asked, kind)
            if response.rcode() not in _ANSWERS:
                self.refused[name] = dns.rcode.to_text(response.rcode())
                return ()
            chain = response.resolve_chaining()
            if chain.answer is not None:
                return chain.answer
            if not chain.cnames:
                return ()
            asked = chain.canonical_name
        return ()

    def _exchange(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> dns.message.QueryMessage:
        query = dns.message.make_query(name, kind, use_edns=0, payload=_UDP_SIZE)
        response = self._send(query)
        if response.rcode() in _WITHOUT_EDNS:  # an old server
            response = self._send(dns.message.make_query(name, kind))
        return response

    def _send(self, query: dns.message.QueryMessage) -> dns.message.QueryMessage:
        try:
            return self._send_once(query)
        except dns.exception.Timeout:  # a datagram may be lost
            return self._send_once(query)

    def _send_once(self, query: dns.message.QueryMessage) -> dns.message.QueryMessage:
        where, port = _parted(self.server)
        left = max(_MOST_SECONDS - self.seconds, 0.0)
        response, _ = dns.query.udp_with_fallback(
            query, where, min(self.timeout, left), port, ignore_unexpected=True
        )
        if not isinstance(response, dns.message.QueryMessage):
            raise dns.exception.FormError
        return response


def _own_servers() -> tuple[str, ...]:
    """Those that the machine's own programs ask, as they are at this moment."""
    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError) as error:
        raise Unavailable(
            say("This machine has no name server: {words}", words=quote(str(error))),
            code="dns_unreachable",
            advice=say("Name one, or write one into /etc/resolv.conf."),
        ) from error
    return tuple(dict.fromkeys(str(server) for server in found))


def _parted(server: str) -> tuple[str, int]:
    """ADDRESS and port; an IPv6 address with a port stands in brackets."""
    address, colon, port = server.rpartition(":")
    if not colon or (":" in address and not address.endswith("]")):
        return server.strip("[]"), DNS_PORT
    return address.strip("[]"), int(port)


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _silent(server: str, seconds: float) -> ZoneSeen:
    return ZoneSeen(
        code="dns_unreachable",
        why=say(
            "The name server {server} does not answer within {seconds} s.",
            server=server,
            seconds=round(seconds, 1),
        ),
        advice=_REACH,
    )


def _unusable(server: str, error: Exception) -> ZoneSeen:
    """No connection, or an answer that is none: etcd would ask the next server."""
    is_network = isinstance(error, OSError)
    return ZoneSeen(
        code="dns_unreachable" if is_network else "dns_failed",
        why=say(
            "The name server {server} gives no usable answer: {words}",
            server=server,
            words=quote(str(error) or type(error).__name__, 200),
        ),
        advice=_REACH if is_network else _SERVE,
    )


def _failed(server: str, name: str, refused: Mapping[str, str]) -> ZoneSeen:
    return ZoneSeen(
        code="dns_failed",
        why=say(
            "The name server {server} answers {word} when asked for {name}.",
            server=server,
            word=refused[name],
            name=name,
        ),
        advice=_SERVE,
    )
