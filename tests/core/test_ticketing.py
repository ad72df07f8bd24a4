"""Which address members are given to meet, and whose token is whose."""

import pytest

from clusters.core.meeting import Ticket
from clusters.core.request import DiscoveryRequest, Places, StoreOffer
from clusters.core.spec import BootstrapMode, HostKind
from clusters.core.ticketing import (
    attach_host,
    default_port_pair,
    draft_ticket,
    member_address,
    owner_of,
    path_of,
    store_of,
    v2_url,
    with_token,
)
from tests.builders import offer, processes, request

TOKEN = "0f" * 16
BY_NAME = "http://meet:2379"


def store(name="meet", kind=HostKind.DOCKER, **given):
    asked = {
        "protocol": "v2",
        "panel_url": "http://127.0.0.1:23790",
        "host": "docker" if kind == HostKind.DOCKER else "local",
        "host_kind": kind,
        "network": f"{name}-net" if kind == HostKind.DOCKER else "",
        "client_port": 23790,
        **given,
    }
    return StoreOffer(name=name, **asked)


def external(name="far", url="http://s.test:2379", **given):
    asked = {"protocol": "v2", "panel_url": url, "member_url": url, **given}
    return StoreOffer(name=name, **asked)


def places(*stores, **given):
    return Places(stores={one.name: one for one in stores}, **given)


def ticket(mode, *stores, at=None, network="", **discovery):
    asked = request(
        bootstrap=mode, network=network, discovery=DiscoveryRequest(**discovery)
    )
    return draft_ticket(asked, [at or offer()], places(*stores))


# Where members reach a managed store

DOCKER, PROCESS = HostKind.DOCKER, HostKind.PROCESS
OTHER = "docker-2"


@pytest.mark.parametrize(
    ("kind", "bind", "at", "network", "address", "attached"),
    [
        # Beside it, on a network of their own: its container comes there for a while.
        (DOCKER, "127.0.0.1", "docker", "", BY_NAME, True),
        (DOCKER, "0.0.0.0", "docker", "", BY_NAME, True),
        (DOCKER, "10.0.0.5", "docker", "", BY_NAME, True),
        # On its own network they are together already.
        (DOCKER, "127.0.0.1", "docker", "meet-net", BY_NAME, False),
        (DOCKER, "10.0.0.5", "docker", "meet-net", BY_NAME, False),
        # On another existing network.
        (DOCKER, "127.0.0.1", "docker", "theirs", BY_NAME, True),
        # On another engine only a published port helps, and not loopback's.
        (DOCKER, "127.0.0.1", OTHER, "", "", False),
        (DOCKER, "0.0.0.0", OTHER, "", "", False),
        (DOCKER, "10.0.0.5", OTHER, "", "http://10.0.0.5:23790", False),
        (DOCKER, "127.0.0.1", OTHER, "meet-net", BY_NAME, False),
        # Processes of this machine dial what is published here.
        (DOCKER, "127.0.0.1", "local", "", "http://127.0.0.1:23790", False),
        (DOCKER, "0.0.0.0", "local", "", "http://127.0.0.1:23790", False),
        (DOCKER, "10.0.0.5", "local", "", "http://10.0.0.5:23790", False),
        (PROCESS, "127.0.0.1", "local", "", "http://127.0.0.1:23790", False),
        (PROCESS, "0.0.0.0", "local", "", "http://127.0.0.1:23790", False),
        # A process that listens on loopback is out of every container's reach.
        (PROCESS, "127.0.0.1", "docker", "", "", False),
        (PROCESS, "0.0.0.0", "docker", "", "", False),
        (PROCESS, "10.0.0.5", "docker", "", "http://10.0.0.5:23790", False),
    ],
)
def test_members_reach_a_managed_store_by_the_nearest_way(
    kind, bind, at, network, address, attached
):
    there = store(kind=kind, bind_address=bind)
    chosen = [processes() if at == "local" else offer(at)]
    asked = request(hosts=(at,), network=network)
    assert member_address(there, asked, chosen) == address
    assert attach_host(there, asked, chosen) == (there.host if attached else "")


@pytest.mark.parametrize(
    ("url", "at", "address"),
    [
        ("http://s.test:2379", "docker", "http://s.test:2379"),
        ("http://s.test:2379", "local", "http://s.test:2379"),
        ("http://127.0.0.1:2379", "local", "http://127.0.0.1:2379"),
        ("http://127.0.0.1:2379", "docker", ""),
        ("http://localhost:2379", "docker", ""),
        ("http://s.test:2379,http://127.0.0.1:2379", "docker", ""),
    ],
)
def test_members_reach_an_external_store_at_its_own_address(url, at, address):
    chosen = [processes() if at == "local" else offer(at)]
    there = external(url=url, protocol="v3")
    assert member_address(there, request(hosts=(at,)), chosen) == address
    assert attach_host(there, request(hosts=(at,)), chosen) == ""


# Which store


def test_a_store_on_the_same_host_that_is_ready_comes_first():
    far = store("a", host="docker-2")
    asleep = store("b", is_ready=False)
    near = store("c")
    v3 = store("d", protocol="v3")
    asked = request(bootstrap="discovery_v2")
    assert store_of(asked, "v2", places(far, asleep, near, v3)).name == "c"
    assert store_of(asked, "v2", places(far, asleep)).name == "b"
    assert store_of(asked, "v3", places(far, v3)).name == "d"
    assert store_of(asked, "v3", places(far)) is None
    named = request(discovery=DiscoveryRequest(store="a"))
    assert store_of(named, "v2", places(far, near)).name == "a"


@pytest.mark.parametrize(
    "origin",
    [
        "http://meet:2379",
        "http://MEET:2379",
        "http://127.0.0.1:23790",
        "http://10.0.0.5:23790",
    ],
)
def test_a_url_of_ones_own_is_known_by_any_address_of_its_store(origin):
    there = store(bind_address="10.0.0.5")
    url = f"{origin}/v2/keys/discovery/{TOKEN}"
    assert owner_of(url, places(there)) is there


@pytest.mark.parametrize(
    "origin", ["http://meet:2380", "https://meet:2379", "http://meet", "http://a:2379"]
)
def test_a_url_of_another_place_is_a_strangers(origin):
    assert owner_of(f"{origin}/v2/keys/t", places(store())) is None


# Tickets of each mode


def test_static_members_need_no_ticket():
    assert ticket("static", store()) == Ticket()


def test_a_fresh_token_is_not_chosen_with_the_draft():
    assert ticket("discovery_v2", store()) == Ticket(
        store="meet", attach_on="docker", endpoints=(BY_NAME,)
    )


def test_a_token_of_ones_own_makes_the_url():
    made = ticket("discovery_v2", store(), token="mine")
    assert made.url == f"{BY_NAME}/v2/keys/_etcd/registry/mine"
    assert made.is_own


@pytest.mark.parametrize("path", ["/v2/keys/discovery/t", "/v2/keys/_etcd/registry/t"])
def test_a_whole_url_of_ones_own_stays_to_the_letter(path):
    made = ticket("discovery_v2", store(), url=f"{BY_NAME}{path}")
    assert (made.url, made.store, made.is_own) == (f"{BY_NAME}{path}", "meet", True)
    assert made.attach_on == "docker"
    alone = ticket("discovery_v2", url=f"http://x.test{path}")
    assert (alone.store, alone.attach_on, alone.is_own) == ("", "", True)


def test_the_public_service_is_the_configured_one_unless_another_is_named():
    public = Places(public_service="https://d.test")
    asked = request(bootstrap="discovery_public")
    assert draft_ticket(asked, [offer()], public).service == "https://d.test"
    made = ticket("discovery_public", service="http://p.test/")
    assert (made.service, made.url, made.is_own) == ("http://p.test", "", False)
    url = f"http://q.test:8087/{TOKEN}"
    made = ticket("discovery_public", url=url)
    assert (made.service, made.url, made.is_own) == ("http://q.test:8087", url, True)


def test_v3_has_a_token_and_endpoints():
    there = external(url="http://a:1,http://b:2", protocol="v3")
    made = ticket("discovery_v3", there, token="mine")
    assert made == Ticket(
        store="far",
        token="mine",
        endpoints=("http://a:1", "http://b:2"),
        is_own=True,
    )


def test_a_managed_zone_has_a_subnet_and_a_name_server():
    made = ticket("dns_srv", domain="Ex.Test.", subnet="10.213.7.0/24")
    assert made == Ticket(
        domain="ex.test",
        dns="managed",
        name_servers=("10.213.7.2",),
        subnet="10.213.7.0/24",
        dns_address="10.213.7.2",
    )


def test_an_external_zone_has_the_name_servers_of_its_keeper():
    made = ticket("dns_srv", domain="ex.test", name_servers=("10.0.0.53",))
    assert (made.dns, made.name_servers) == ("external", ("10.0.0.53",))
    assert made.dns_address == ""
    here = ticket("dns_srv", at=processes(), domain="ex.test", service_name="blue")
    assert (here.dns, here.subnet, here.service_name) == ("external", "", "blue")


# Tokens


def test_a_token_of_this_attempt_is_in_the_url_or_beside_the_endpoints():
    fresh = Ticket(store="meet", endpoints=(BY_NAME,))
    v2 = with_token(fresh, BootstrapMode.DISCOVERY_V2, "t")
    assert (v2.url, v2.token) == (f"{BY_NAME}/v2/keys/_etcd/registry/t", "")
    v3 = with_token(fresh, BootstrapMode.DISCOVERY_V3, "t")
    assert (v3.url, v3.token) == ("", "t")


def test_a_registry_knows_a_url_by_its_path():
    assert v2_url(f"{BY_NAME}/", "t") == f"{BY_NAME}/v2/keys/_etcd/registry/t"
    assert path_of(v2_url(BY_NAME, "t")) == "/v2/keys/_etcd/registry/t"
    assert path_of("nonsense") == ""


@pytest.mark.parametrize(
    ("leased", "pair"),
    [((), (23790, 23800)), ((23790,), None), ((23800,), None), ((1,), (23790, 23800))],
)
def test_a_store_gets_the_ports_of_the_tutorials_when_they_are_free(leased, pair):
    assert default_port_pair(dict.fromkeys(leased, "a")) == pair
