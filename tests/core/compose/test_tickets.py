from dataclasses import replace

import pytest

from clusters.core.compose.meeting import looks_fresh
from clusters.core.compose.reading import read_compose
from clusters.core.compose.tickets import (
    TokenChoice,
    needs_renewal,
    settle_subnet,
    settle_token,
)
from clusters.core.request import NOWHERE, DiscoveryRequest, Places, StoreOffer
from clusters.core.spec import HostKind

HEX = "3e86b59982e49066c5d813af1c2e2579"
V2_URL = "http://etcd-discovery:2379/v2/keys/discovery/own"
STORES = Places(
    stores={
        "etcd-discovery": StoreOffer(
            name="etcd-discovery",
            protocol="v2",
            panel_url="http://127.0.0.1:23790",
            host="docker",
            host_kind=HostKind.DOCKER,
            client_port=23790,
        ),
        "beside": StoreOffer(
            name="beside",
            protocol="v3",
            panel_url="http://s:2379",
            member_url="http://s:2379",
        ),
    }
)


def read(*flags):
    image = "quay.io/coreos/etcd:v3.6.16"
    services = {"a": {"image": image, "command": ["--name=a", *flags]}}
    return read_compose({"services": services}, name="demo", version="")


def v3(endpoints="http://s:2379", token="t"):
    return read(f"--discovery-endpoints={endpoints}", f"--discovery-token={token}")


@pytest.mark.parametrize(
    "url",
    [
        f"https://discovery.etcd.io/{HEX}",
        V2_URL,
        "http://10.0.0.5:2379/v2/keys/_etcd/registry/6c007a14875d53d9bf0ef5a6fc0257c8",
        "http://mine:8087/my-token",
    ],
)
def test_a_url_with_a_token_looks_fresh(url):
    assert looks_fresh(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://discovery.etcd.io/{uuid}",
        "https://discovery.etcd.io/${TOKEN}",
        "https://discovery.etcd.io/$TOKEN",
        "https://discovery.etcd.io/<token>",
        "https://discovery.etcd.io/<your-token>",
        "https://discovery.etcd.io/YOUR_TOKEN",
        "https://discovery.etcd.io/xxxxxxxx",
        "https://discovery.etcd.io/",
        "https://discovery.etcd.io/short",
        "https://discovery.etcd.io/...",
        f"https://discovery.etcd.io/{HEX}/",
        "http://s:2379/v2/keys/discovery/uuid",
        "http://s:2379/v2/keys/discovery/your-token-here",
        "http://s:2379/v2/keys",
        "http://s:2379",
        "${DISCOVERY_URL}",
        "http://[::1/x",
        "",
    ],
)
def test_a_place_for_a_token_does_not_look_fresh(url):
    assert not looks_fresh(url)


def test_a_fresh_looking_url_is_kept():
    request, problems = settle_token(
        read(f"--discovery={V2_URL}"), TokenChoice.KEEP, STORES
    )
    assert problems == ()
    assert request.discovery == DiscoveryRequest(url=V2_URL)


def test_a_url_that_was_used_is_not_kept():
    reading = read(f"--discovery={V2_URL}")
    assert needs_renewal(reading, {V2_URL})
    _, problems = settle_token(reading, TokenChoice.KEEP, STORES, {V2_URL})
    assert [(problem.field, problem.code) for problem in problems] == [
        ("discovery", "discovery_not_fresh")
    ]


def test_a_placeholder_is_not_kept_but_may_be_renewed():
    reading = read("--discovery=https://discovery.etcd.io/{uuid}")
    assert needs_renewal(reading)
    assert settle_token(reading, TokenChoice.KEEP, STORES)[1]
    request, problems = settle_token(reading, TokenChoice.RENEW, STORES)
    assert problems == ()
    assert (request.bootstrap, request.discovery) == (
        "discovery_public",
        DiscoveryRequest(),
    )


def test_a_renewed_private_url_is_of_the_same_store():
    reading = read("--discovery=http://etcd-discovery:2379/v2/keys/discovery/${ID}")
    request, problems = settle_token(reading, TokenChoice.RENEW, STORES)
    assert problems == ()
    assert request.discovery == DiscoveryRequest(store="etcd-discovery")


def test_a_renewed_private_url_of_nobody_is_of_whichever_store_fits():
    reading = read("--discovery=http://elsewhere:2379/v2/keys/discovery/x")
    request, _ = settle_token(reading, TokenChoice.RENEW, STORES)
    assert (request.bootstrap, request.discovery) == (
        "discovery_v2",
        DiscoveryRequest(),
    )


def test_a_v3_token_is_kept_with_the_store_of_its_endpoint():
    request, problems = settle_token(v3(), TokenChoice.KEEP, STORES)
    assert problems == ()
    assert request.discovery == DiscoveryRequest(token="t", store="beside")


def test_a_v3_token_of_an_unknown_store_is_not_taken_to_another():
    _, problems = settle_token(v3(), TokenChoice.KEEP, NOWHERE)
    assert [problem.code for problem in problems] == ["compose_store_unknown"]
    assert "http://s:2379 is no discovery store" in str(problems[0].text)


def test_a_static_file_has_no_token_to_settle():
    reading = read("--initial-cluster=a=http://a:2380")
    assert settle_token(reading, TokenChoice.KEEP, NOWHERE) == (reading.request, ())
    assert not needs_renewal(reading)


def srv(dns="managed"):
    note = {
        "bootstrap": "dns_srv",
        "discovery": {
            "domain": "a.test",
            "dns": dns,
            "subnet": "10.213.7.0/24",
            "addresses": ["10.213.7.11"],
        },
    }
    services = {"a": {"image": "quay.io/coreos/etcd:v3.6.16"}}
    document = {"services": services, "x-etcdpanel": note}
    return read_compose(document, name="demo", version="")


def test_a_subnet_that_another_cluster_has_is_left_to_it():
    lent = Places(subnets=("10.213.7.0/24",))
    settled = settle_subnet(srv(), lent)
    assert settled.request.discovery == DiscoveryRequest(domain="a.test", dns="managed")
    assert str(settled.changed[-1].text) == (
        "The subnet 10.213.7.0/24 is in use by another cluster; the panel finds"
        " another."
    )


def test_a_subnet_stays_when_it_is_free_or_a_zone_of_ones_own_names_it():
    lent = Places(subnets=("10.213.7.0/24",))
    assert settle_subnet(srv(), NOWHERE) == srv()
    assert settle_subnet(srv("external"), lent) == srv("external")


def test_a_file_that_can_not_be_imported_has_nothing_to_settle():
    reading = replace(read(), request=None)
    assert settle_token(reading, TokenChoice.RENEW, NOWHERE) == (None, ())
