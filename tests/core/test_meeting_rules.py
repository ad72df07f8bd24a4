"""What a request must fulfil about how its members meet, field by field."""

import pytest

from clusters.core.drafting import default_version, draft
from clusters.core.errors import SpecError
from clusters.core.identity import cluster_id, member_id
from clusters.core.meeting_rules import FIELDS, meeting_problems
from clusters.core.releases import Version
from clusters.core.request import ClusterRequest, DiscoveryRequest, Places, StoreOffer
from clusters.core.spec import BootstrapMode, ClusterSpec, HostKind, Role
from tests.builders import offer, offers, processes, request

TOKEN = "0f" * 16
STORE = StoreOffer(
    name="meet",
    protocol="v2",
    panel_url="http://127.0.0.1:23790",
    host="docker",
    host_kind=HostKind.DOCKER,
    network="meet-net",
    client_port=23790,
)
V3 = StoreOffer(
    name="three", protocol="v3", panel_url="http://s:1", member_url="http://s:1"
)
NEAR = StoreOffer(
    name="near",
    protocol="v2",
    panel_url="http://127.0.0.1:23790",
    host="local",
    host_kind=HostKind.PROCESS,
    client_port=23790,
)
FITTING = {
    "static": "3.7.3",
    "discovery_v2": "3.5.35",
    "discovery_public": "3.6.16",
    "discovery_v3": "3.6.16",
    "dns_srv": "3.7.3",
}


def places(*stores):
    return Places(stores={one.name: one for one in stores})


def problems(mode, *stores, at=None, network="", **given):
    asked = {
        name: given.pop(name) for name in ("size", "extra_members") if name in given
    }
    version = given.pop("version", FITTING[mode])
    there = offers(at or offer())
    wanted = request(
        bootstrap=mode,
        hosts=tuple(there),
        version=version,
        network=network,
        discovery=DiscoveryRequest(**given),
        **asked,
    )
    found = meeting_problems(wanted, there, places(*stores))
    return [f"{problem.field}: {problem.code}" for problem in found]


# Fields


@pytest.mark.parametrize("mode", list(BootstrapMode))
def test_a_field_that_the_mode_does_not_use_is_refused(mode):
    names = set(DiscoveryRequest.__dataclass_fields__)
    values = dict.fromkeys(names, "x") | {"name_servers": ("x",), "addresses": ("x",)}
    for name in sorted(names - FIELDS[mode]):
        found = problems(mode.value, STORE, V3, **{name: values[name]})
        assert f"discovery.{name}: discovery_field_unused" in found


@pytest.mark.parametrize("mode", list(BootstrapMode))
def test_the_wrong_version_is_refused_at_the_mode(mode):
    wrong = {
        "discovery_v2": ("3.7.3", "v2_discovery_gone"),
        "discovery_public": ("3.7.3", "public_discovery_gone"),
        "discovery_v3": ("3.5.35", "v3_discovery_not_yet"),
        "dns_srv": ("3.4.45", "srv_needs_tls"),
    }
    if mode in wrong:
        version, code = wrong[mode]
        found = problems(mode.value, STORE, V3, version=version)
        assert f"bootstrap: {code}" in found


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        (0, []),
        (1, []),
        (-1, ["extra_members: extra_members_invalid"]),
        (99, ["extra_members: extra_members_invalid"]),
    ],
)
def test_so_many_members_may_be_asked_beyond_the_size(extra, found):
    assert problems("discovery_v2", STORE, extra_members=extra) == found


# Stores


@pytest.mark.parametrize(
    ("mode", "stores", "given", "found"),
    [
        ("discovery_v2", (STORE,), {}, []),
        ("discovery_v2", (), {}, ["discovery.store: store_missing"]),
        ("discovery_v2", (V3,), {}, ["discovery.store: store_missing"]),
        (
            "discovery_v2",
            (STORE,),
            {"store": "x"},
            ["discovery.store: store_unknown"],
        ),
        (
            "discovery_v2",
            (STORE, V3),
            {"store": "three"},
            ["discovery.store: store_protocol"],
        ),
        (
            "discovery_v3",
            (STORE, V3),
            {"store": "meet"},
            ["discovery.store: store_protocol"],
        ),
        ("discovery_v3", (V3,), {}, []),
        ("discovery_v2", (NEAR,), {}, ["discovery.store: store_out_of_reach"]),
        ("discovery_v2", (STORE,), {"token": "mine"}, []),
        (
            "discovery_v2",
            (STORE,),
            {"token": "a/b"},
            ["discovery.token: ticket_invalid"],
        ),
        (
            "discovery_v3",
            (V3,),
            {"token": "../x"},
            ["discovery.token: ticket_invalid"],
        ),
        (
            "discovery_v3",
            (V3,),
            {"token": "_config"},
            ["discovery.token: ticket_invalid"],
        ),
    ],
)
def test_a_store_must_be_there_of_the_right_kind_and_in_reach(
    mode, stores, given, found
):
    assert problems(mode, *stores, **given) == found


def test_processes_reach_a_store_of_processes():
    assert problems("discovery_v2", NEAR, at=processes()) == []


# URLs of one's own


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://s:2379/v2/keys/discovery/t", []),
        ("http://s:2379/v2/keys/_etcd/registry/t", []),
        ("http://s:2379/v2/keys/a/b/c/d", []),
        ("http://s:2379/v2/keys", ["discovery.url: discovery_url_path"]),
        ("http://s:2379/v2/keys/", ["discovery.url: discovery_url_path"]),
        ("http://s:2379/v2/keys/t/", ["discovery.url: discovery_url_path"]),
        ("http://s:2379/v2/keys//t", ["discovery.url: discovery_url_invalid"]),
        ("http://s:2379/v2/keys/../t", ["discovery.url: discovery_url_invalid"]),
        (f"http://s:2379/{TOKEN}", ["discovery.url: discovery_url_path"]),
        ("http://s:2379/v2/keys/{uuid}", ["discovery.url: discovery_url_invalid"]),
        ("s:2379/v2/keys/t", ["discovery.url: discovery_url_invalid"]),
        ("http://u:p@s/v2/keys/t", ["discovery.url: discovery_url_invalid"]),
        ("http://127.0.0.1:1/v2/keys/t", ["discovery.url: discovery_url_loopback"]),
        ("http://localhost:1/v2/keys/t", ["discovery.url: discovery_url_loopback"]),
        ("http://169.254.169.254/v2/keys/t", ["discovery.url: discovery_url_invalid"]),
    ],
)
def test_a_whole_url_of_ones_own_is_read_strictly(url, found):
    assert problems("discovery_v2", url=url) == found


def test_processes_may_meet_at_loopback():
    url = "http://127.0.0.1:1/v2/keys/t"
    assert problems("discovery_v2", at=processes(), url=url) == []


def test_a_url_says_what_a_store_and_a_token_say():
    url = "http://s:2379/v2/keys/t"
    found = problems("discovery_v2", STORE, url=url, store="meet", token="t")
    assert found == [
        "discovery.store: discovery_said_twice",
        "discovery.token: discovery_said_twice",
    ]


# The public service


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"service": "http://d.test:8087"}, []),
        ({"service": "d.test"}, ["discovery.service: service_address_invalid"]),
        ({"service": "http://127.0.0.1:1"}, ["discovery.service: service_loopback"]),
        ({"url": f"http://d.test/{TOKEN}"}, []),
        ({"url": f"http://d.test/{TOKEN[:-1]}"}, ["discovery.url: discovery_url_path"]),
        ({"url": f"http://d.test/x/{TOKEN}"}, ["discovery.url: discovery_url_path"]),
        (
            {"url": f"http://e.test/{TOKEN}", "service": "http://d.test"},
            ["discovery.url: service_answer_foreign"],
        ),
    ],
)
def test_a_public_service_is_an_address_and_gives_tokens_of_its_own(given, found):
    assert problems("discovery_public", **given) == found


# Definitions


def drafted(mode, *stores, at=None, **asked):
    there = offers(at or offer())
    wanted = request(bootstrap=mode, hosts=tuple(there), **asked)
    return draft(wanted, there, places(*stores))


@pytest.mark.parametrize(
    ("mode", "version"),
    [
        ("static", "3.7.3"),
        ("discovery_v2", "3.6.16"),
        ("discovery_public", "3.6.16"),
        ("discovery_v3", "3.7.3"),
        ("dns_srv", "3.7.3"),
    ],
)
def test_the_default_version_is_the_newest_that_fits_the_mode(mode, version):
    zone = DiscoveryRequest(domain="ex.test") if mode == "dns_srv" else None
    asked = {"discovery": zone} if zone else {}
    assert drafted(mode, STORE, V3, **asked).version == version


def test_proxies_choose_an_older_version_and_so_do_v2_stores():
    assert drafted("discovery_v2", STORE, extra_members=1).version == "3.5.35"
    assert drafted("static", size=1, serves="v2").version == "3.5.35"
    assert drafted("static", size=1, serves="v3").version == "3.7.3"
    only = offer(versions=("3.7.3",))
    asked = request(bootstrap="discovery_v2")
    assert default_version([only], asked) == Version.parse("3.6.16")


def test_members_beyond_the_size_come_last_as_proxies():
    made = drafted("discovery_v2", STORE, size=3, extra_members=2)
    assert [m.name for m in made.voters] == ["etcd1", "etcd2", "etcd3"]
    assert [m.name for m in made.proxies] == ["etcd4", "etcd5"]
    assert [m.role for m in made.members] == [Role.VOTER] * 3 + [Role.PROXY] * 2
    assert len({p for m in made.members for p in (m.client_port, m.peer_port)}) == 10


def test_names_and_ports_are_named_for_proxies_too():
    names = ("a", "b", "c", "d")
    made = drafted("discovery_v2", STORE, extra_members=1, member_names=names)
    assert made.proxies[0].name == "d"
    with pytest.raises(SpecError) as error:
        drafted("discovery_v2", STORE, extra_members=1, member_names=names[:3])
    assert error.value.code == "member_names_count"


def test_equal_names_are_refused_before_anything_starts():
    """A v3 store does not notice, and the cluster dies."""
    with pytest.raises(SpecError) as error:
        drafted("discovery_v3", V3, member_names=("a", "b", "a"))
    assert error.value.code == "member_name_twice"


# Identities


def test_the_whole_url_is_the_token_of_v2():
    url = "http://meet:2379/v2/keys/discovery/t"
    made = drafted("discovery_v2", STORE, discovery=DiscoveryRequest(url=url))
    ids = [member_id([f"http://etcd{n}:2380"], url) for n in (1, 2, 3)]
    assert [made.predicted_member_id(m) for m in made.voters] == ids
    assert made.predicted_cluster_id() == cluster_id(ids)


def test_the_bare_token_is_that_of_v3():
    made = drafted("discovery_v3", V3, discovery=DiscoveryRequest(token="t"))
    ids = [member_id([f"http://etcd{n}:2380"], "t") for n in (1, 2, 3)]
    assert made.predicted_cluster_id() == cluster_id(ids)


def test_a_cluster_found_by_records_keeps_its_own_token_and_full_names():
    made = drafted("dns_srv", discovery=DiscoveryRequest(domain="ex.test"))
    ids = [member_id([f"http://etcd{n}.ex.test:2380"], "a") for n in (1, 2, 3)]
    assert made.predicted_cluster_id() == cluster_id(ids)


def test_identities_are_not_known_before_the_token_and_proxies_have_none():
    made = drafted("discovery_v2", STORE, extra_members=1)
    assert made.predicted_cluster_id() == 0
    own = DiscoveryRequest(token="t")
    made = drafted("discovery_v2", STORE, extra_members=1, discovery=own)
    assert made.predicted_member_id(made.proxies[0]) == 0
    assert made.predicted_member_id(made.voters[0]) != 0


# What the database keeps


def test_definitions_and_requests_of_every_mode_survive_the_database():
    asked = {
        "discovery_v2": {"discovery": DiscoveryRequest(token="t"), "extra_members": 1},
        "dns_srv": {
            "discovery": DiscoveryRequest(
                domain="ex.test",
                subnet="10.213.7.0/24",
                addresses=("10.213.7.21", "10.213.7.22", "10.213.7.23"),
                name_servers=("10.0.0.53",),
                dns="external",
            )
        },
    }
    for mode in BootstrapMode:
        made = drafted(mode.value, STORE, V3, **asked.get(mode.value, _srv(mode)))
        assert ClusterSpec.from_json(made.as_json()) == made
        wanted = request(bootstrap=mode.value, **asked.get(mode.value, {}))
        assert ClusterRequest.from_json(wanted.as_json()) == wanted


def _srv(mode):
    is_srv = mode == BootstrapMode.DNS_SRV
    return {"discovery": DiscoveryRequest(domain="ex.test")} if is_srv else {}


def test_rows_that_were_kept_before_there_were_tickets_are_read():
    made = drafted("static")
    old = made.as_json()
    for name in ("ticket", "serves", "store_volume"):
        del old[name]
    for member in old["members"]:
        del member["address"]
    assert ClusterSpec.from_json(old) == made
    asked = request().as_json()
    for name in ("discovery", "extra_members", "serves", "volume"):
        del asked[name]
    assert ClusterRequest.from_json(asked) == request()
