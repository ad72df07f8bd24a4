"""Names, and the records that one zone needs."""

import pytest

from clusters.core.meeting import AddressRecord, SrvRecord
from clusters.core.zone import (
    LONGEST_DOMAIN,
    LONGEST_SERVICE_NAME,
    Zone,
    ZoneMember,
    address_records,
    client_records,
    domain_problem,
    fqdn,
    name_server_problem,
    plain_domain,
    server_records,
    service_name_problem,
    zone_lines,
)

ZONE = Zone(
    domain="ex.test",
    members=(
        ZoneMember(name="etcd1", fqdn="etcd1.ex.test", address="10.213.7.11"),
        ZoneMember(name="etcd2", fqdn="etcd2.ex.test", address="10.213.7.12"),
    ),
)
ONE_MACHINE = Zone(
    domain="ex.test",
    service_name="blue",
    members=(
        ZoneMember(
            name="a",
            fqdn="box.ex.test",
            address="127.0.0.1",
            client_port=23790,
            peer_port=23800,
        ),
        ZoneMember(
            name="b",
            fqdn="box.ex.test",
            address="127.0.0.1",
            client_port=23791,
            peer_port=23801,
        ),
    ),
)


def test_a_member_is_named_below_the_domain():
    assert fqdn("etcd1", "ex.test") == "etcd1.ex.test"


def test_a_domain_is_kept_without_its_last_dot_and_in_lower_case():
    assert plain_domain(" Example.COM. ") == "example.com"
    assert plain_domain("example.com") == "example.com"


@pytest.mark.parametrize(
    "domain",
    [
        "example.com",
        "ex.test",
        "Ex.Test.",
        "internal",
        "a.b.c.d.e.f",
        "1and1.de",
        "xn--bcher-kva.example",
        "a" * 63 + ".test",
        ".".join(["a" * 60] * 3),
    ],
)
def test_these_domains_may_hold_the_records(domain):
    assert domain_problem(domain) is None


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [
        ("", "Name the domain that holds the records, such as example.com."),
        (".", "Name the domain that holds the records, such as example.com."),
        ("10.0.0.1", "“10.0.0.1” is a machine; name a domain."),
        ("fd00::1", "“fd00::1” is a machine; name a domain."),
        ("10.1", "“10.1” is a machine; name a domain."),
        ("localhost", "“localhost” is a machine; name a domain."),
    ],
)
def test_these_are_no_domains(domain, sentence):
    assert str(domain_problem(domain)) == sentence


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("my_zone.test", "my_zone"),
        ("-a.test", "-a"),
        ("a-.test", "a-"),
        ("ex..test", ""),
        (".ex.test", ""),
        ("ex.test..", ""),
        ("a" * 64 + ".test", "a" * 60),
        ("bücher.example", "bücher"),
        ("ex test", "ex test"),
        ("ex.test/x", "test/x"),
        ("*.test", "*"),
        ("ex\n.test", "ex\n"),
    ],
)
def test_a_part_that_is_none_is_named(domain, label):
    words = f"“{label}” is no part of a domain. Use a-z, 0-9 and hyphens, at most 63"
    assert str(domain_problem(domain)).startswith(words)


def test_a_domain_leaves_room_for_the_longest_name_below_it():
    longest = ".".join(["a" * 60, "b" * 60, "c" * (LONGEST_DOMAIN - 122)])
    zone = Zone(domain=longest, members=(), service_name="s" * LONGEST_SERVICE_NAME)
    assert len(longest) == LONGEST_DOMAIN == 184
    assert domain_problem(longest) is None
    assert len(zone.https_name) == 253
    assert max(len(label) for label in zone.https_name.split(".")) == 63
    assert str(domain_problem(f"{longest}c")) == (
        "185 characters; at most 184 leave room for the names below it."
    )


@pytest.mark.parametrize("name", ["", "blue", "a", "7", "sslx", "my-ssl", "b" * 46])
def test_these_service_names_are_fine(name):
    assert service_name_problem(name) is None


@pytest.mark.parametrize("name", ["Blue", "a_b", "-a", "a-", "b" * 47, "a.b", "a\n"])
def test_these_are_no_service_names(name):
    assert str(service_name_problem(name)) == (
        "Use a-z, 0-9 and hyphens, at most 46 characters; begin and end with a letter"
        " or a digit."
    )


@pytest.mark.parametrize("name", ["ssl", "ssl-blue"])
def test_a_service_name_is_not_taken_for_that_of_https_peers(name):
    assert str(service_name_problem(name)) == (
        f"_etcd-server-{name} is where etcd looks for https peers; choose a name that"
        " does not begin with “ssl”."
    )


@pytest.mark.parametrize("server", ["10.0.0.53", "fd00::53", "127.0.0.53"])
def test_a_name_server_is_an_address(server):
    assert name_server_problem(server) is None


@pytest.mark.parametrize("server", ["", "ns.ex.test", "10.0.0.53:5353", "[::1]:53"])
def test_members_can_not_be_given_another_name_server_than_an_address(server):
    assert str(name_server_problem(server)) == (
        f"“{server}” is no IP address. Members ask a name server at port 53 of its"
        " address, such as 10.0.0.53."
    )


def test_peers_are_found_by_one_name_and_clients_by_another():
    assert ZONE.server_name == "_etcd-server._tcp.ex.test"
    assert ZONE.https_name == "_etcd-server-ssl._tcp.ex.test"
    assert ZONE.client_name == "_etcd-client._tcp.ex.test"


def test_a_service_name_keeps_the_clusters_of_one_domain_apart():
    assert ONE_MACHINE.server_name == "_etcd-server-blue._tcp.ex.test"
    assert ONE_MACHINE.https_name == "_etcd-server-ssl-blue._tcp.ex.test"
    assert ONE_MACHINE.client_name == "_etcd-client-blue._tcp.ex.test"


def test_each_member_has_a_record_for_its_peers_and_one_for_clients():
    assert server_records(ZONE) == (
        SrvRecord(name="_etcd-server._tcp.ex.test", target="etcd1.ex.test", port=2380),
        SrvRecord(name="_etcd-server._tcp.ex.test", target="etcd2.ex.test", port=2380),
    )
    assert client_records(ZONE) == (
        SrvRecord(name="_etcd-client._tcp.ex.test", target="etcd1.ex.test", port=2379),
        SrvRecord(name="_etcd-client._tcp.ex.test", target="etcd2.ex.test", port=2379),
    )


def test_each_name_has_one_address_record():
    assert address_records(ZONE) == (
        AddressRecord(name="etcd1.ex.test", address="10.213.7.11"),
        AddressRecord(name="etcd2.ex.test", address="10.213.7.12"),
    )
    assert address_records(ONE_MACHINE) == (
        AddressRecord(name="box.ex.test", address="127.0.0.1"),
    )


def test_the_lines_fit_any_zone_file():
    assert zone_lines(ZONE) == (
        "_etcd-server._tcp.ex.test. 60 IN SRV 0 0 2380 etcd1.ex.test.",
        "_etcd-server._tcp.ex.test. 60 IN SRV 0 0 2380 etcd2.ex.test.",
        "_etcd-client._tcp.ex.test. 60 IN SRV 0 0 2379 etcd1.ex.test.",
        "_etcd-client._tcp.ex.test. 60 IN SRV 0 0 2379 etcd2.ex.test.",
        "etcd1.ex.test. 60 IN A 10.213.7.11",
        "etcd2.ex.test. 60 IN A 10.213.7.12",
    )


def test_members_of_one_machine_differ_by_their_ports():
    assert zone_lines(ONE_MACHINE) == (
        "_etcd-server-blue._tcp.ex.test. 60 IN SRV 0 0 23800 box.ex.test.",
        "_etcd-server-blue._tcp.ex.test. 60 IN SRV 0 0 23801 box.ex.test.",
        "_etcd-client-blue._tcp.ex.test. 60 IN SRV 0 0 23790 box.ex.test.",
        "_etcd-client-blue._tcp.ex.test. 60 IN SRV 0 0 23791 box.ex.test.",
        "box.ex.test. 60 IN A 127.0.0.1",
    )
