"""What is said of a zone, mistake by mistake."""

from dataclasses import replace

import pytest

from clusters.core.findings import FindingLevel
from clusters.core.meeting import SrvRecord
from clusters.core.text import say
from clusters.core.zone import Zone, ZoneMember, ZoneSeen
from clusters.core.zone_findings import compare, zone_findings

PEERS = "_etcd-server._tcp.ex.test"
HTTPS = "_etcd-server-ssl._tcp.ex.test"
CLIENTS = "_etcd-client._tcp.ex.test"
SERVER = "10.0.0.53"
OTHER = "10.0.0.54"
APART = "Remove it, or give this cluster a service name of its own."

ZONE = Zone(
    domain="ex.test",
    members=(
        ZoneMember(name="n1", fqdn="n1.ex.test", address="10.213.7.11"),
        ZoneMember(name="n2", fqdn="n2.ex.test", address="10.213.7.12"),
    ),
)
ADDRESSES = {"n1.ex.test": ("10.213.7.11",), "n2.ex.test": ("10.213.7.12",)}


def peers(*ends, name=PEERS):
    """SRV records from ("n1.ex.test", 2380) or ("n1.ex.test", 2380, priority)."""
    return tuple(
        SrvRecord(name=name, target=end[0], port=end[1], priority=sum(end[2:]))
        for end in ends
    )


RIGHT = ZoneSeen(
    srv={
        PEERS: peers(("n1.ex.test", 2380), ("n2.ex.test", 2380)),
        HTTPS: (),
        CLIENTS: peers(("n1.ex.test", 2379), ("n2.ex.test", 2379), name=CLIENTS),
    },
    addresses=ADDRESSES,
)


def seen(*ends, addresses=(), **fields):
    """The right zone, with other SRV records of peers and more or other addresses."""
    return replace(
        RIGHT,
        srv={**RIGHT.srv, PEERS: peers(*ends)},
        addresses={**ADDRESSES, **dict(addresses)},
        **fields,
    )


def told(findings):
    return [(f.code, f.level.value, str(f.text), str(f.advice)) for f in findings]


def codes(findings):
    return [f"{finding.level.value} {finding.code}" for finding in findings]


def test_a_zone_that_is_right_is_told_with_every_address_and_port():
    assert told(compare(ZONE, RIGHT, SERVER)) == [
        (
            "zone_complete",
            "pass",
            (
                "10.0.0.53: _etcd-server._tcp.ex.test leads to the 2 members:"
                " n1.ex.test = 10.213.7.11:2380, n2.ex.test = 10.213.7.12:2380."
            ),
            "",
        )
    ]


def test_priority_and_weight_make_no_difference():
    said = seen(("n2.ex.test", 2380, 20), ("n1.ex.test", 2380, 10))
    assert codes(compare(ZONE, said, SERVER)) == ["pass zone_complete"]


def test_a_missing_record_is_named_with_its_target_and_port():
    assert told(compare(ZONE, seen(("n1.ex.test", 2380)), SERVER)) == [
        (
            "srv_missing",
            "block",
            (
                "10.0.0.53 has no SRV record _etcd-server._tcp.ex.test that leads to"
                " n2.ex.test:2380."
            ),
            (
                "Add it: without it n2 does not start, and the others form a cluster"
                " without n2."
            ),
        )
    ]


def test_without_any_record_each_is_missing():
    found = compare(ZONE, ZoneSeen(), SERVER)
    assert codes(found) == [
        "block srv_missing",
        "block srv_missing",
        "block address_missing",
        "block address_missing",
        "note client_srv_missing",
    ]


def test_a_record_that_leads_to_nobody_would_be_counted():
    said = seen(
        ("n1.ex.test", 2380),
        ("n2.ex.test", 2380),
        ("n9.ex.test", 2380),
        addresses={"n9.ex.test": ("10.213.7.19",)},
    )
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "srv_extra",
            "block",
            (
                "10.0.0.53: an SRV record _etcd-server._tcp.ex.test leads to"
                " n9.ex.test:2380, where no member of this cluster is. etcd would count"
                " a member more, that never comes."
            ),
            APART,
        )
    ]


def test_a_record_whose_target_has_no_address_is_passed_over():
    said = seen(("n1.ex.test", 2380), ("n2.ex.test", 2380), ("gone.ex.test", 2380))
    found = compare(ZONE, said, SERVER)
    assert codes(found) == ["pass zone_complete", "warn srv_extra"]
    assert str(found[1].text) == (
        "10.0.0.53: an SRV record _etcd-server._tcp.ex.test leads to gone.ex.test:2380,"
        " a name without an address. etcd passes over it until there is one."
    )


def test_a_wrong_port_is_told_beside_the_right_one():
    said = seen(("n1.ex.test", 2380), ("n2.ex.test", 2390))
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "srv_wrong_port",
            "block",
            (
                "10.0.0.53: the SRV record _etcd-server._tcp.ex.test leads to port 2390"
                " of n2.ex.test; n2 has its peer port at 2380."
            ),
            "Let the record lead to port 2380.",
        )
    ]


def test_another_name_of_the_same_address_is_a_wrong_target():
    said = seen(
        ("n1.ex.test", 2380),
        ("box.ex.test", 2380),
        addresses={"box.ex.test": ("10.213.7.12",)},
    )
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "srv_wrong_target",
            "block",
            (
                "10.0.0.53: an SRV record _etcd-server._tcp.ex.test leads to"
                " box.ex.test. That is the address of n2, but its name is n2.ex.test;"
                " etcd would make box.ex.test its peer URL."
            ),
            "Let the record lead to n2.ex.test.",
        )
    ]


def test_another_name_beside_the_right_one_is_one_too_many():
    said = seen(
        ("n1.ex.test", 2380),
        ("n2.ex.test", 2380),
        ("box.ex.test", 2380),
        addresses={"box.ex.test": ("10.213.7.12",)},
    )
    assert codes(compare(ZONE, said, SERVER)) == ["block srv_extra"]


def test_a_record_to_another_machine_is_missing_here_and_too_much_there():
    said = seen(
        ("n1.ex.test", 2380),
        ("n9.ex.test", 2380),
        addresses={"n9.ex.test": ("10.213.7.19",)},
    )
    assert codes(compare(ZONE, said, SERVER)) == [
        "block srv_missing",
        "block srv_extra",
    ]


def test_one_wrong_record_is_not_the_mistake_of_two_members():
    alike = Zone(
        domain="ex.test",
        members=tuple(
            ZoneMember(name=name, fqdn="box.ex.test", address="127.0.0.1", peer_port=at)
            for name, at in (("a", 23800), ("b", 23801))
        ),
    )
    said = ZoneSeen(
        srv={PEERS: peers(("box.ex.test", 9))},
        addresses={"box.ex.test": ("127.0.0.1",)},
    )
    assert codes(compare(alike, said, SERVER))[:2] == [
        "block srv_wrong_port",
        "block srv_missing",
    ]


def test_the_same_record_twice_stops_every_member():
    said = seen(("n1.ex.test", 2380), ("n2.ex.test", 2380), ("n2.ex.test", 2380, 10))
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "srv_twice",
            "block",
            (
                "10.0.0.53 has 2 SRV records _etcd-server._tcp.ex.test that lead to"
                " n2.ex.test:2380; etcd takes each for a member, and no member starts."
            ),
            "Leave one of them.",
        )
    ]


def test_records_of_https_peers_are_added_up():
    said = replace(
        RIGHT,
        srv={**RIGHT.srv, HTTPS: peers(("n1.ex.test", 2380), ("x", 1), name=HTTPS)},
    )
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "srv_https_too",
            "block",
            (
                "10.0.0.53 also has SRV records _etcd-server-ssl._tcp.ex.test: 2, of"
                " which 1 lead to an address. etcd counts each of those as a member"
                " more, and waits for it."
            ),
            APART,
        )
    ]


def test_records_of_https_peers_that_lead_nowhere_only_warn():
    said = replace(RIGHT, srv={**RIGHT.srv, HTTPS: peers(("x", 1), name=HTTPS)})
    assert codes(compare(ZONE, said, SERVER)) == [
        "pass zone_complete",
        "warn srv_https_too",
    ]


def test_a_missing_address_is_told_with_the_one_that_is_wanted():
    said = replace(RIGHT, addresses={"n1.ex.test": ("10.213.7.11",)})
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "address_missing",
            "block",
            (
                "10.0.0.53 has no A record of n2.ex.test. That member would not start,"
                " and the others would form a cluster without it."
            ),
            "Add it: n2.ex.test is 10.213.7.12.",
        )
    ]


@pytest.mark.parametrize(
    ("got", "told_as"),
    [
        (("10.213.7.99",), "10.213.7.99"),
        (("10.213.7.12", "10.213.7.99"), "10.213.7.12, 10.213.7.99"),
    ],
    ids=["another", "two"],
)
def test_a_wrong_address_is_told_beside_the_right_one(got, told_as):
    said = replace(RIGHT, addresses={**ADDRESSES, "n2.ex.test": got})
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "address_wrong",
            "block",
            (
                f"10.0.0.53: n2.ex.test is {told_as}; wanted is 10.213.7.12. A cluster"
                " may form all the same, of members that do not reach one another."
            ),
            "Leave one A record, with 10.213.7.12.",
        )
    ]


def test_a_name_that_the_server_would_not_speak_of_is_not_called_missing():
    said = replace(
        RIGHT,
        addresses={"n1.ex.test": ("10.213.7.11",)},
        refused={"n2.ex.test": "SERVFAIL"},
    )
    assert told(compare(ZONE, said, SERVER)) == [
        (
            "dns_failed",
            "block",
            "10.0.0.53 answers SERVFAIL when asked for n2.ex.test.",
            "See that it serves this domain, or knows whom to ask.",
        )
    ]


def test_no_word_on_https_peers_is_no_fault():
    said = replace(RIGHT, refused={HTTPS: "REFUSED"})
    assert codes(compare(ZONE, said, SERVER)) == ["pass zone_complete"]


def test_records_of_clients_are_only_noted():
    said = replace(
        RIGHT,
        srv={
            **RIGHT.srv,
            CLIENTS: peers(("n1.ex.test", 2379), ("n9.ex.test", 2379), name=CLIENTS),
        },
    )
    assert told(compare(ZONE, said, SERVER))[1:] == [
        (
            "client_srv_missing",
            "note",
            (
                "10.0.0.53: of 2 SRV records _etcd-client._tcp.ex.test, 1 are missing"
                " and 1 lead elsewhere. Members do not need them; etcdctl"
                " --discovery-srv does."
            ),
            "",
        )
    ]


def test_every_finding_names_the_server_and_the_name():
    for finding in compare(ZONE, ZoneSeen(), SERVER):
        assert finding.data["server"] == SERVER
        assert finding.data["name"].endswith("ex.test")


def test_servers_that_agree_are_told_once():
    found = zone_findings(ZONE, {SERVER: RIGHT, OTHER: RIGHT})
    assert codes(found) == ["pass zone_complete"]
    assert str(found[0].text).startswith("10.0.0.53, 10.0.0.54: _etcd-server._tcp")


def test_servers_that_differ_are_told_apart_and_stop_a_create():
    stale = seen(("n1.ex.test", 2380))
    found = zone_findings(ZONE, {SERVER: RIGHT, OTHER: stale, "10.0.0.55": RIGHT})
    assert codes(found) == [
        "block dns_disagree",
        "pass zone_complete",
        "block srv_missing",
    ]
    assert str(found[0].text) == (
        "The name servers do not agree: 10.0.0.53, 10.0.0.55 / 10.0.0.54. A member asks"
        " the first that answers, so members would count different clusters."
    )
    assert found[2].data["server"] == OTHER


def test_servers_may_differ_in_what_members_do_not_need():
    without_clients = replace(RIGHT, srv={**RIGHT.srv, CLIENTS: ()})
    found = zone_findings(ZONE, {SERVER: RIGHT, OTHER: without_clients})
    assert codes(found) == ["pass zone_complete"]


SILENT = ZoneSeen(
    code="dns_unreachable", why=say("It is silent."), advice=say("Wake it.")
)


def test_a_silent_server_beside_one_that_answers_only_warns():
    found = zone_findings(ZONE, {SERVER: SILENT, OTHER: RIGHT})
    assert codes(found) == ["warn dns_unreachable", "pass zone_complete"]
    assert told(found)[0][2:] == ("It is silent.", "Wake it.")
    assert found[0].data == {"server": SERVER}


def test_without_any_answer_nothing_can_start():
    found = zone_findings(ZONE, {SERVER: SILENT, OTHER: SILENT})
    assert codes(found) == ["block dns_unreachable", "block dns_unreachable"]
    assert all(finding.level == FindingLevel.BLOCK for finding in found)
