"""A person's own name server: it knows one zone, which may change and fail."""

import socketserver
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from clusters.core.meeting import AddressRecord, SrvRecord
from tests.drivers.docker_world import free_ports
from tests.meeting.stores import LOOPBACK

Record = SrvRecord | AddressRecord

TTL = 5
PLAIN_UDP = 512
LARGEST = 65535
SOA = "ns.{zone} hostmaster.{zone} 1 60 60 60 1"


class Mood(StrEnum):
    """What the server does with every question."""

    ANSWERS = "answers"
    SILENT = "silent"
    SERVFAIL = "servfail"
    NXDOMAIN = "nxdomain"
    REFUSED = "refused"
    TRUNCATED = "truncated"  # over UDP nothing but the wish for TCP


RCODES = {
    Mood.SERVFAIL: dns.rcode.SERVFAIL,
    Mood.NXDOMAIN: dns.rcode.NXDOMAIN,
    Mood.REFUSED: dns.rcode.REFUSED,
}


@dataclass(kw_only=True)
class NameServer:
    """`records` and `mood` may be changed while it runs. `asked` has each question as
    (TYPE, name, "udp" or "tcp"), names in lower case without the last dot."""

    domain: str
    address: str
    port: int
    records: list[Record]
    mood: Mood = Mood.ANSWERS
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def count(self, kind: str, name: str) -> int:
        return sum(asked[:2] == (kind, name) for asked in self.asked)

    def reply(self, wire: bytes, way: str) -> bytes | None:
        """The answer to one message; None: nothing is sent."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((kind, name, way))
        if self.mood == Mood.SILENT:
            return None
        answer = dns.message.make_response(query)
        if self.mood in RCODES:
            answer.set_rcode(RCODES[self.mood])
        else:
            self._fill(answer, name, kind)
        return self._wire(answer, query, way)

    def _fill(self, answer: dns.message.Message, name: str, kind: str) -> None:
        if name != self.domain and not name.endswith(f".{self.domain}"):
            answer.set_rcode(dns.rcode.REFUSED)
            return
        answer.flags |= dns.flags.AA
        texts = [_text(one) for one in self._of(name) if _kind(one) == kind]
        if texts:
            found = dns.rrset.from_text(f"{name}.", TTL, "IN", kind, *texts)
            answer.answer.append(found)
            return
        if name != self.domain and not self._knows(name):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        soa = SOA.format(zone=f"{self.domain}.")
        zone = dns.rrset.from_text(f"{self.domain}.", TTL, "IN", "SOA", soa)
        answer.authority.append(zone)

    def _of(self, name: str) -> list[Record]:
        return [one for one in self.records if one.name.lower() == name]

    def _knows(self, name: str) -> bool:
        """A name exists when a record is at it, or below it."""
        below = f".{name}"
        return any(
            one.name.lower() == name or one.name.lower().endswith(below)
            for one in self.records
        )

    def _wire(
        self, answer: dns.message.Message, query: dns.message.Message, way: str
    ) -> bytes:
        if way == "tcp":
            return answer.to_wire(max_size=LARGEST)
        room = max(query.payload, PLAIN_UDP)
        try:
            if self.mood != Mood.TRUNCATED:
                return answer.to_wire(max_size=room)
        except dns.exception.TooBig:
            pass
        short = dns.message.make_response(query)
        short.flags |= dns.flags.TC | dns.flags.AA
        return short.to_wire()


@contextmanager
def name_server(
    domain: str,
    records: Iterable[Record] = (),
    *,
    also: tuple[str, int] | None = None,
) -> Iterator[NameServer]:
    """It knows one zone, over UDP and TCP, on a free port of loopback and at `also`:
    a container asks port 53 of its bridge's gateway."""
    server = NameServer(
        domain=domain.rstrip(".").lower(),
        address=LOOPBACK,
        port=free_ports(1)[0],
        records=list(records),
    )
    with ExitStack() as stack:
        for place in ((LOOPBACK, server.port), *((also,) if also else ())):
            stack.enter_context(_listening(server, place))
        yield server


def _kind(record: Record) -> str:
    return "SRV" if isinstance(record, SrvRecord) else "A"


def _text(record: Record) -> str:
    if isinstance(record, AddressRecord):
        return record.address
    return f"{record.priority} {record.weight} {record.port} {record.target}."


class _Udp(socketserver.ThreadingUDPServer):
    """One thread a question, so that none waits for another."""

    name_server: NameServer
    max_packet_size = 4096

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class _Tcp(socketserver.ThreadingTCPServer):
    """The same, for answers that do not fit."""

    name_server: NameServer
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class _OverUdp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sender = self.request
        reply = self.server.name_server.reply(wire, "udp")
        if reply is not None:
            sender.sendto(reply, self.client_address)


class _OverTcp(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self) -> None:
        while size := self.rfile.read(2):
            wire = self.rfile.read(struct.unpack("!H", size)[0])
            reply = self.server.name_server.reply(wire, "tcp")
            if reply is not None:
                self.wfile.write(struct.pack("!H", len(reply)) + reply)


@contextmanager
def _listening(server: NameServer, place: tuple[str, int]) -> Iterator[None]:
    with _Udp(place, _OverUdp) as udp, _Tcp(place, _OverTcp) as tcp:
        threads = []
        for one in (udp, tcp):
            one.name_server = server
            threads.append(threading.Thread(target=one.serve_forever, args=(0.05,)))
            threads[-1].start()
        try:
            yield
        finally:
            for one in (udp, tcp):
                one.shutdown()
            for thread in threads:
                thread.join(5)
