"""What real name servers say, well or badly."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from clusters.core.coredns import corefile, zone_file
from clusters.core.errors import Unavailable
from clusters.core.meeting import AddressRecord, SrvRecord
from clusters.core.subnets import addresses_in
from clusters.core.zone import (
    LONGEST_DOMAIN,
    Zone,
    ZoneMember,
    ZoneSeen,
    address_records,
    client_records,
    fqdn,
    server_records,
)
from clusters.core.zone_findings import zone_findings
from clusters.discovery.dns import Resolver
from tests.drivers.docker_world import free_ports
from tests.meeting.name_server import Mood, name_server
from tests.meeting.program import Program
from tests.meeting.resolver import resolver_of
from tests.parts import coredns_binary

LOOPBACK = "127.0.0.1"
SUBNET = "10.213.7.0/24"
# Beside a server that stays silent on purpose.
IMPATIENT = 0.2


def zone_of(count, domain="ex.test"):
    _, addresses = addresses_in(SUBNET, count)
    names = [f"n{place}" for place in range(1, count + 1)]
    members = [
        ZoneMember(name=name, fqdn=fqdn(name, domain), address=address)
        for name, address in zip(names, addresses, strict=True)
    ]
    return Zone(domain=domain, members=tuple(members))


ZONE = zone_of(3)
RECORDS = (*server_records(ZONE), *client_records(ZONE), *address_records(ZONE))
FIRST = server_records(ZONE)[0]


def at(server):
    return f"{server.address}:{server.port}"


def look(server, zone=ZONE):
    return Resolver((at(server),)).look(zone)[at(server)]


def codes(zone, seen):
    return [f"{f.level.value} {f.code}" for f in zone_findings(zone, seen)]


def test_a_zone_is_seen_as_it_is():
    with name_server("ex.test", RECORDS) as server:
        assert look(server) == ZoneSeen(
            srv={
                "_etcd-server._tcp.ex.test": server_records(ZONE),
                "_etcd-server-ssl._tcp.ex.test": (),
                "_etcd-client._tcp.ex.test": client_records(ZONE),
            },
            addresses={
                "n1.ex.test": ("10.213.7.11",),
                "n2.ex.test": ("10.213.7.12",),
                "n3.ex.test": ("10.213.7.13",),
            },
        )


def test_the_order_of_an_answer_says_nothing():
    with name_server("ex.test", RECORDS) as server:
        seen = look(server)
        server.records.reverse()
        assert look(server) == seen


def test_nothing_is_kept_between_two_looks():
    with name_server("ex.test", RECORDS) as server:
        resolver = Resolver((at(server),))
        assert codes(ZONE, resolver.look(ZONE)) == ["pass zone_complete"]
        server.records.remove(FIRST)
        assert codes(ZONE, resolver.look(ZONE)) == ["block srv_missing"]
        server.records.append(FIRST)
        assert codes(ZONE, resolver.look(ZONE)) == ["pass zone_complete"]


EXTRA = SrvRecord(name=FIRST.name, target="n9.ex.test", port=2380)
MISTAKES = {
    "a record is missing": ([FIRST], [], ["block srv_missing"]),
    "a record leads to nobody": (
        [],
        [EXTRA, AddressRecord(name="n9.ex.test", address="10.213.7.19")],
        ["block srv_extra"],
    ),
    "a record leads to a name without an address": (
        [],
        [EXTRA],
        ["pass zone_complete", "warn srv_extra"],
    ),
    "a port is wrong": (
        [FIRST],
        [replace(FIRST, port=2381)],
        ["block srv_wrong_port"],
    ),
    "a target has another name": (
        [FIRST],
        [
            replace(FIRST, target="box.ex.test"),
            AddressRecord(name="box.ex.test", address="10.213.7.11"),
        ],
        ["block srv_wrong_target"],
    ),
    "a record is there twice": (
        [],
        [replace(FIRST, priority=10)],
        ["block srv_twice"],
    ),
    "an address is missing": (
        [AddressRecord(name="n2.ex.test", address="10.213.7.12")],
        [],
        ["block address_missing"],
    ),
    "an address is another machine's": (
        [AddressRecord(name="n2.ex.test", address="10.213.7.12")],
        [AddressRecord(name="n2.ex.test", address="10.213.7.99")],
        ["block address_wrong"],
    ),
    "a name has two addresses": (
        [],
        [AddressRecord(name="n2.ex.test", address="10.213.7.99")],
        ["block address_wrong"],
    ),
    "records of https peers are there too": (
        [],
        [replace(FIRST, name="_etcd-server-ssl._tcp.ex.test")],
        ["block srv_https_too"],
    ),
    "records of clients are missing": (
        list(client_records(ZONE)),
        [],
        ["pass zone_complete", "note client_srv_missing"],
    ),
}


@pytest.mark.parametrize(("gone", "more", "found"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_zone_is_found_by_asking(gone, more, found):
    records = [record for record in RECORDS if record not in gone]
    with name_server("ex.test", [*records, *more]) as server:
        assert codes(ZONE, {"it": look(server)}) == found


def test_names_are_compared_without_regard_to_case():
    loud = [
        *(replace(record, target="N1.Ex.Test") for record in server_records(ZONE)[:1]),
        *(record for record in RECORDS if record != FIRST),
    ]
    with name_server("ex.test", loud) as server:
        assert codes(ZONE, {"it": look(server)}) == ["pass zone_complete"]


def test_an_empty_zone_is_no_error():
    with name_server("ex.test") as server:
        seen = look(server)
    assert not any(seen.srv.values())
    assert not any(seen.addresses.values())
    assert seen.refused == {}


def test_a_server_that_cuts_its_answers_short_is_asked_over_tcp():
    with name_server("ex.test", RECORDS) as server:
        server.mood = Mood.TRUNCATED
        assert codes(ZONE, {"it": look(server)}) == ["pass zone_complete"]
        ways = {way for kind, _, way in server.asked if kind == "SRV"}
    assert ways == {"udp", "tcp"}


def test_the_longest_names_of_the_largest_cluster_are_read_whole():
    domain = ".".join(["a" * 60, "b" * 60, "c" * (LONGEST_DOMAIN - 122)])
    zone = zone_of(7, domain)
    records = (*server_records(zone), *client_records(zone), *address_records(zone))
    with name_server(domain, records) as server:
        assert codes(zone, {"it": look(server, zone)}) == ["pass zone_complete"]
        assert ("SRV", zone.server_name, "tcp") in server.asked


def test_a_silent_server_is_named():
    with name_server("ex.test", RECORDS) as server:
        server.mood = Mood.SILENT
        with pytest.raises(Unavailable) as caught:
            Resolver((at(server),), IMPATIENT).look(ZONE)
        assert server.count("SRV", FIRST.name) == 2  # a datagram may be lost
        assert len(server.asked) == 2
    assert caught.value.code == "dns_unreachable"
    assert str(caught.value.text).startswith(
        f"The name server {at(server)} does not answer within "
    )
    assert str(caught.value.advice) == (
        "Check its address, and that port 53 is open for UDP and TCP."
    )


def test_a_port_where_nobody_listens_is_as_silent():
    server = f"{LOOPBACK}:{free_ports(1)[0]}"
    with pytest.raises(Unavailable) as caught:
        Resolver((server,), IMPATIENT).look(ZONE)
    assert caught.value.code == "dns_unreachable"
    assert server in str(caught.value)


@pytest.mark.parametrize("mood", [Mood.SERVFAIL, Mood.REFUSED])
def test_a_server_that_will_not_serve_the_domain_is_named(mood):
    with name_server("ex.test", RECORDS) as server:
        server.mood = mood
        with pytest.raises(Unavailable) as caught:
            look(server)
    assert caught.value.code == "dns_failed"
    assert str(caught.value) == (
        f"The name server {at(server)} answers {mood.upper()} when asked for"
        " _etcd-server._tcp.ex.test."
    )
    assert str(caught.value.advice) == (
        "See that it serves this domain, or knows whom to ask."
    )


def test_servers_are_asked_each_by_itself_and_their_differences_seen():
    with (
        name_server("ex.test", RECORDS) as newest,
        name_server("ex.test", RECORDS[1:]) as stale,
    ):
        seen = Resolver((at(newest), at(stale))).look(ZONE)
    assert list(seen) == [at(newest), at(stale)]
    assert codes(ZONE, seen) == [
        "block dns_disagree",
        "pass zone_complete",
        "block srv_missing",
    ]


def test_a_silent_server_does_not_keep_back_what_others_say():
    with (
        name_server("ex.test", RECORDS) as silent,
        name_server("ex.test", RECORDS) as lively,
    ):
        silent.mood = Mood.SILENT
        seen = Resolver((at(silent), at(lively)), IMPATIENT).look(ZONE)
    assert codes(ZONE, seen) == ["warn dns_unreachable", "pass zone_complete"]


def test_one_resolver_serves_many_threads():
    with name_server("ex.test", RECORDS) as server:
        resolver = Resolver((at(server),), 10.0)
        with ThreadPoolExecutor(8) as pool:
            looks = list(pool.map(lambda _: resolver.look(ZONE), range(24)))
    assert all(seen == looks[0] for seen in looks)
    assert codes(ZONE, looks[0]) == ["pass zone_complete"]


def test_without_a_server_those_of_the_machine_are_asked():
    address = "127.0.53.7"
    with (
        name_server("ex.test", RECORDS, also=(address, 53)) as server,
        resolver_of(address),
    ):
        seen = Resolver().look(ZONE)
        assert server.asked
    assert list(seen) == [address]
    assert codes(ZONE, seen) == ["pass zone_complete"]


@contextmanager
def answering(reply, port=0):
    """A server over UDP alone that sends what `reply` makes of each message."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((LOOPBACK, port or free_ports(1)[0]))
        is_over = threading.Event()

        def serve():
            while True:
                wire, sender = ear.recvfrom(4096)
                if is_over.is_set():
                    return
                ear.sendto(reply(wire), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"{LOOPBACK}:{ear.getsockname()[1]}"
        finally:
            is_over.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
                mouth.sendto(b"", ear.getsockname())
            thread.join(5)


def test_an_answer_that_is_none_is_told_as_one():
    said = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with answering(lambda _: said) as server, pytest.raises(Unavailable) as caught:
        Resolver((server,)).look(ZONE)
    assert caught.value.code == "dns_failed"
    assert str(caught.value).startswith(
        f"The name server {server} gives no usable answer: "
    )


def test_an_answer_to_another_question_is_not_taken():
    def other(wire):
        query = dns.message.from_wire(wire)
        wrong = dns.message.make_query("other.test", "SRV", id=query.id)
        return dns.message.make_response(wrong).to_wire()

    with answering(other) as server, pytest.raises(Unavailable) as caught:
        Resolver((server,)).look(ZONE)
    assert caught.value.code == "dns_failed"


def test_a_server_that_hangs_up_over_tcp_gives_no_usable_answer():
    def hang_up():
        connection, _ = ear.accept()
        connection.close()

    port = free_ports(1)[0]
    with socket.create_server((LOOPBACK, port)) as ear:
        thread = threading.Thread(target=hang_up)
        thread.start()
        with answering(cut_short, port) as server, pytest.raises(Unavailable) as caught:
            Resolver((server,)).look(ZONE)
        thread.join(5)
    assert caught.value.code in {"dns_failed", "dns_unreachable"}
    assert str(caught.value).startswith(
        f"The name server {server} gives no usable answer: "
    )


def cut_short(wire):
    answer = dns.message.make_response(dns.message.from_wire(wire))
    answer.flags |= dns.flags.TC
    return answer.to_wire()


def test_a_server_without_tcp_is_told_when_it_needs_it():
    with answering(cut_short) as server, pytest.raises(Unavailable) as caught:
        Resolver((server,)).look(ZONE)
    assert caught.value.code == "dns_unreachable"
    assert str(caught.value.advice) == (
        "Check its address, and that port 53 is open for UDP and TCP."
    )


def records_of(query):
    """The answer of a server that knows the zone."""
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True)
    kind = question.rdtype.name
    texts = [
        one.address
        if isinstance(one, AddressRecord)
        else f"{one.priority} {one.weight} {one.port} {one.target}."
        for one in RECORDS
        if one.name == name and (kind == "A") == isinstance(one, AddressRecord)
    ]
    answer = dns.message.make_response(query)
    if texts:
        answer.answer.append(dns.rrset.from_text(f"{name}.", 5, "IN", kind, *texts))
    return answer


def test_an_old_server_that_knows_no_extensions_is_asked_in_its_own_way():
    def old(wire):
        query = dns.message.from_wire(wire)
        if query.edns < 0:
            return records_of(query).to_wire()
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.FORMERR)
        return answer.to_wire()

    with answering(old) as server:
        seen = Resolver((server,)).look(ZONE)
    assert codes(ZONE, seen) == ["pass zone_complete"]


def test_a_name_that_a_server_will_not_speak_of_is_told_apart_from_a_missing_one():
    def partial(wire):
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text()
        answer = records_of(query)
        if name in {"n2.ex.test.", "_etcd-server-ssl._tcp.ex.test."}:
            answer = dns.message.make_response(query)
            answer.set_rcode(dns.rcode.SERVFAIL)
        return answer.to_wire()

    with answering(partial) as server:
        seen = Resolver((server,)).look(ZONE)
    assert codes(ZONE, seen) == ["block dns_failed"]
    assert seen[server].refused == {
        "_etcd-server-ssl._tcp.ex.test": "SERVFAIL",
        "n2.ex.test": "SERVFAIL",
    }


def test_a_circle_of_aliases_leads_nowhere():
    def circle(wire):
        query = dns.message.from_wire(wire)
        answer = records_of(query)
        name = query.question[0].name.to_text()
        if name.endswith("n1.ex.test."):
            alias = "n1.ex.test." if name != "n1.ex.test." else "a.n1.ex.test."
            answer.answer = [dns.rrset.from_text(name, 5, "IN", "CNAME", alias)]
        return answer.to_wire()

    with answering(circle) as server:
        seen = Resolver((server,)).look(ZONE)
    assert codes(ZONE, seen) == ["block address_missing"]


def test_a_flood_of_records_is_cut():
    def flood(wire):
        query = dns.message.from_wire(wire)
        answer = records_of(query)
        if query.question[0].rdtype.name == "A":
            texts = [f"10.0.{n}.1" for n in range(70)]
            name = query.question[0].name.to_text()
            answer.answer = [dns.rrset.from_text(name, 5, "IN", "A", *texts)]
        return answer.to_wire()

    with answering(flood) as server:
        seen = Resolver((server,)).look(ZONE)[server]
    assert {len(addresses) for addresses in seen.addresses.values()} == {64}


@contextmanager
def coredns(tmp_path, zone, text):
    """The panel's own files, but for the port."""
    port = free_ports(1)[0]
    (tmp_path / "zone").write_text(text)
    said = corefile(zone.domain, str(tmp_path / "zone"))
    bound = f":{port} {{\n    bind {LOOPBACK}"
    (tmp_path / "Corefile").write_text(said.replace(":53 {", bound))
    command = [coredns_binary(), "-conf", tmp_path / "Corefile"]
    program = Program(command, tmp_path / "log")
    program.start()
    try:
        program.await_answer(lambda: "CoreDNS-" in program.output)
        yield f"{LOOPBACK}:{port}"
    finally:
        program.stop()


@pytest.mark.parametrize(
    "zone",
    [
        ZONE,
        replace(ZONE, service_name="blue"),
        zone_of(7, ".".join(["a" * 60, "b" * 60, "c" * (LONGEST_DOMAIN - 122)])),
        zone_of(1, "internal"),
    ],
    ids=["three", "a service of its own", "the largest", "one label"],
)
def test_the_files_of_the_panel_make_coredns_answer_as_planned(tmp_path, zone):
    with coredns(tmp_path, zone, zone_file(zone, 1, "10.213.7.2")) as server:
        assert codes(zone, Resolver((server,)).look(zone)) == ["pass zone_complete"]


def test_aliases_are_followed_to_their_address(tmp_path):
    lines = [
        line
        for line in zone_file(ZONE, 1, "10.213.7.2").splitlines()
        if not line.startswith("n1.ex.test. 30 IN A")
    ]
    lines += [
        "n1.ex.test. 30 IN CNAME box.ex.test.",
        "box.ex.test. 30 IN A 10.213.7.11",
        "",
    ]
    with coredns(tmp_path, ZONE, "\n".join(lines)) as server:
        seen = Resolver((server,)).look(ZONE)
    assert codes(ZONE, seen) == ["pass zone_complete"]
    assert seen[server].addresses["n1.ex.test"] == ("10.213.7.11",)


def test_a_name_server_that_is_a_name_of_the_zone_file_is_known(tmp_path):
    zone = replace(
        ZONE,
        members=(ZoneMember(name="x", fqdn="ns.dns.ex.test", address="10.213.7.2"),),
    )
    with coredns(tmp_path, ZONE, zone_file(ZONE, 1, "10.213.7.2")) as server:
        seen = Resolver((server,)).look(zone)[server]
    assert seen.addresses["ns.dns.ex.test"] == ("10.213.7.2",)
