"""A program says where the members of a new cluster are to meet."""

import pytest

from clusters.core.observed import HostFacts
from clusters.models import Cluster, Host, Observation, Operation, Store
from tests.api.test_errors import problem

URL = "http://10.0.0.5:2379/v2/keys/discovery/6c007a14875d53d9bf0ef5a6fc0257c8"
BODY = {"name": "shop", "version": "3.5.35", "hosts": ["engine"]}


@pytest.fixture(autouse=True)
def engine(db):
    host = Host.objects.create(name="engine", kind="docker")
    seen = HostFacts(usable=True, versions=("3.5.35", "3.6.16", "3.7.3"))
    Observation.keep("usable", seen.as_json(), host=host)
    return host


@pytest.fixture
def meet(api):
    body = {"name": "meet", "protocol": "v2", "host": "engine", "version": "3.5.35"}
    assert api.post("/discovery/stores/", body).status_code == 202
    Operation.objects.update(state="succeeded")
    return Store.objects.get()


def plan(api, **more):
    answer = api.post("/clusters/?dry_run=true", BODY | more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def errors(api, **more):
    answer = api.post("/clusters/", BODY | more)
    assert answer.status_code == 400, answer.content
    assert not Cluster.objects.filter(name="shop").exists()
    return {
        field: [found["code"] for found in each]
        for field, each in answer.json()["errors"].items()
    }


def test_by_a_private_store_with_proxies_beyond_the_size(api, meet):
    body = BODY | {"bootstrap": "discovery_v2", "extra_members": 2}

    answer = api.post("/clusters/", body | {"discovery": {"store": "meet"}})

    assert answer.status_code == 202, answer.content
    found = api.found("/clusters/shop/")
    assert [m["role"] for m in found["members"]] == ["voter"] * 3 + ["proxy"] * 2
    assert (found["meeting"]["store"], found["size"]) == ("meet", 3)
    assert api.found("/discovery/stores/meet/")["needed_by"] == ["shop"]


def test_the_plan_says_where_members_meet_before_their_token_is_made(api, meet):
    found = plan(api, bootstrap="discovery_v2", extra_members=1)

    assert found["bootstrap"] == "discovery_v2"
    assert found["meeting_place"] == "meet"
    assert (found["discovery_url"], found["cluster_id"]) == ("", "")
    assert [m["id"] for m in found["members"]] == [""] * 4
    assert [m["role"] for m in found["members"]] == ["voter"] * 3 + ["proxy"]


def test_a_url_of_ones_own_tells_the_identities_beforehand(api):
    found = plan(api, bootstrap="discovery_v2", discovery={"url": URL})

    assert found["discovery_url"] == URL
    assert found["meeting_place"] == "http://10.0.0.5:2379"
    assert found["cluster_id"]
    assert all(m["id"] for m in found["members"])


def test_the_plan_of_a_zone_names_its_lines_and_addresses(api):
    found = plan(api, bootstrap="dns_srv", discovery={"domain": "etcd.example"})

    addresses = [m["address"] for m in found["members"]]
    assert len(set(addresses)) == 3
    assert found["meeting_place"] == "etcd.example"
    lines = "\n".join(found["zone_lines"])
    assert "_etcd-server._tcp.etcd.example." in lines
    for address in addresses:
        assert address in lines


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"bootstrap": "discovery_v2"}, "discovery.store", "store_missing"),
        (
            {"bootstrap": "discovery_v2", "discovery": {"store": "nix"}},
            "discovery.store",
            "store_unknown",
        ),
        (
            {"bootstrap": "discovery_v2", "discovery": {"url": "http://[::1]/v2"}},
            "discovery.url",
            "discovery_url_invalid",
        ),
        ({"bootstrap": "dns_srv"}, "discovery.domain", "domain_missing"),
        ({"discovery": {"token": "t"}}, "discovery.token", "discovery_field_unused"),
        ({"discovery": {"tokn": "t"}}, "discovery.tokn", "unknown_field"),
        ({"discovery": {"store": 7}}, "discovery.store", "invalid"),
        ({"discovery": {"addresses": "x"}}, "discovery.addresses", "not_a_list"),
        ({"discovery": "meet"}, "discovery", "invalid"),
        ({"discovery": None}, "discovery", "null"),
        ({"extra_members": "1"}, "extra_members", "invalid"),
        ({"extra_members": -1}, "extra_members", "extra_members_invalid"),
        ({"serves": "v2"}, "serves", "unknown_field"),
        ({"volume": "v"}, "volume", "unknown_field"),
    ],
)
def test_what_is_wrong_stands_at_its_field(api, more, field, code):
    found = errors(api, **more)

    assert code in found[field]


def test_what_a_release_can_not_do_is_refused_with_the_reason_of_the_grid(api):
    grid = api.found("/discovery/modes/")["results"]
    for cell in filter(lambda cell: cell["code"], grid):
        wanted = {"bootstrap": cell["mode"], "version": cell["version"]}

        answer = api.post("/clusters/", BODY | wanted)

        said = problem(answer, 400, answer.json()["code"])["errors"]["bootstrap"]
        told = [(found["code"], found["message"]) for found in said]
        assert told == [(cell["code"], cell["reason"])]


def test_a_mode_that_is_none_is_refused(api):
    assert "bootstrap" in errors(api, bootstrap="nonsense")
