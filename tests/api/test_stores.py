"""A program makes, sees, changes and lets go discovery stores."""

import pytest

from clusters.core.meeting import StoreAccess
from clusters.core.text import say
from clusters.models import Cluster, DiscoveryToken, Observation, Operation, Store
from tests.api.test_errors import problem

STORES = "/discovery/stores/"
MANAGED = {"name": "meet", "protocol": "v2", "host": "local"}
EXTERNAL = {"name": "ours", "protocol": "v3", "member_url": "https://10.0.0.5:2379"}
CANARY = "canary-7c1e"


@pytest.fixture
def external(db):
    return Store.objects.create(
        name="ours", protocol="v3", member_url="http://10.0.0.5:2379"
    )


def test_one_that_the_panel_runs_begins_with_an_operation(api, host):
    answer = api.post(STORES, {**MANAGED, "client_port": 23790, "peer_port": 23800})

    assert answer.status_code == 202
    operation = Operation.objects.get()
    assert answer.json() == {"operation": str(operation.pk), "cluster": "meet"}
    assert answer.headers["Location"] == f"/api/v1/operations/{operation.pk}/"
    found = api.found(f"{STORES}meet/")
    assert found["is_managed"]
    assert (found["client_port"], found["peer_port"]) == (23790, 23800)
    assert found["version"] == "3.5.35"
    assert found["operation"] == str(operation.pk)
    assert found["verdict"]["state"] == "creating"
    assert found["usable"] is None


def test_asking_twice_with_one_key_makes_one(api, host):
    first, again = (
        api.post(STORES, MANAGED, Idempotency_Key="k").json() for _ in range(2)
    )

    assert first == again
    assert Store.objects.count() == 1


def test_one_that_is_there_is_remembered_at_once(api):
    answer = api.post(STORES, {**EXTERNAL, "panel_url": "https://127.0.0.1:2379"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/discovery/stores/ours/"
    found = answer.json()
    assert not found["is_managed"]
    assert found["member_url"] == "https://10.0.0.5:2379"
    assert found["panel_url"] == "https://127.0.0.1:2379"
    assert found["has_tls"]
    assert not found["has_login"]
    assert api.found("/operations/")["results"] == []


def test_fields_of_both_kinds_are_refused_each_at_its_field(api, host):
    body = {**EXTERNAL, "host": "local", "anonymous": True}

    errors = problem(api.post(STORES, body), 400, "invalid")["errors"]

    assert errors.keys() == {"host", "anonymous"}
    assert errors["host"][0]["code"] == "store_mixed"
    assert not Store.objects.exists()


def test_a_login_without_an_address_is_refused_there(api, host):
    body = {**MANAGED, "user": "panel", "password": CANARY}

    errors = problem(api.post(STORES, body), 400, "invalid")["errors"]

    assert errors.keys() == {"member_url", "host"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a"}, "host"),
        ({**MANAGED, "host": "nowhere"}, "host"),
        ({**MANAGED, "name": "A B"}, "name"),
        ({**MANAGED, "protocol": "v4"}, "protocol"),
        ({**MANAGED, "version": "3.6.16"}, "version"),
        ({**MANAGED, "volume": "/etc"}, "volume"),
        ({**MANAGED, "client_port": 70000}, "client_port"),
        ({**MANAGED, "peer_port": 70000}, "peer_port"),
        ({**MANAGED, "size": 3}, "size"),
        ({**EXTERNAL, "name": "A B"}, "name"),
        ({**EXTERNAL, "member_url": "10.0.0.5:2379"}, "member_url"),
        ({**EXTERNAL, "panel_url": "http://[::1]:2379"}, "panel_url"),
        ({**EXTERNAL, "user": "panel"}, "password"),
        ({**EXTERNAL, "cert": "-----BEGIN"}, "key"),
        ({**EXTERNAL, "protocol": "v2", "user": "a", "password": "b"}, "user"),
    ],
)
def test_what_is_wrong_stands_at_its_field(api, host, body, field):
    answer = api.post(STORES, body)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {field}
    assert not Store.objects.exists()


def test_a_name_is_taken_once_among_stores_and_clusters(api, create, external):
    create("shop").end("succeeded")

    for body in ({**MANAGED, "name": "shop"}, EXTERNAL):
        errors = problem(api.post(STORES, body), 400, "name_taken")["errors"]
        assert errors.keys() == {"name"}


def test_what_a_store_is_logged_in_with_never_comes_back(api, host):
    secret = {name: f"{CANARY}-{name}" for name in ("user", "password", "ca", "cert")}
    secret["key"] = f"{CANARY}-key"
    wrong = {**EXTERNAL, **secret, "name": "A B", "skip_verify": CANARY}
    answers = [
        api.post(STORES, wrong),
        api.post(STORES, {**EXTERNAL, **secret, "skip_verify": True}),
        api.post(STORES, {**EXTERNAL, **secret}),
        api.get(STORES),
        api.get(f"{STORES}ours/"),
        api.send("PATCH", f"{STORES}ours/", {"anonymous": False}),
        api.post(f"{STORES}ours/look/"),
        api.get("/discovery/tokens/?store=ours"),
        api.get("/operations/"),
        api.get("/hosts/"),
        api.send("DELETE", f"{STORES}ours/"),
    ]

    statuses = [answer.status_code for answer in answers]
    assert statuses == [400, 201, 400, 200, 200, 200, 202, 200, 200, 200, 400]
    for answer in answers:
        assert CANARY.encode() not in answer.content
    kept = Store.objects.get()
    assert kept.access == StoreAccess(**secret, skip_verify=True)
    assert CANARY not in str(vars(kept))
    assert api.found(STORES)["results"][0]["has_login"]


def test_what_was_seen_of_a_store_is_told(api, external):
    facts = {"code": "store_silent", "reason": say("No answer.").as_json()}
    Observation.keep("unusable", facts, store=external)

    (found,) = api.found(STORES)["results"]

    assert (found["usable"], found["code"]) == (False, "store_silent")
    assert found["reason"] == "No answer."


def test_its_tokens_can_be_opened_to_anybody(api, create_managed):
    for wanted in (True, False):
        answer = api.send("PATCH", f"{STORES}meet/", {"anonymous": wanted})
        assert answer.json()["anonymous"] is wanted
        assert Store.objects.get().anonymous is wanted


@pytest.fixture
def create_managed(api, host):
    api.post(STORES, MANAGED)
    Operation.objects.update(state="succeeded")
    Observation.keep("usable", {"version": "3.5.35"}, store=Store.objects.get())


def test_a_look_is_asked_of_a_worker(api, external):
    answer = api.post(f"{STORES}ours/look/")

    assert answer.status_code == 202
    assert answer.json()["name"] == "ours"


def test_one_that_the_panel_runs_goes_like_a_cluster(api, create_managed):
    problem(api.send("DELETE", f"{STORES}meet/"), 400, "not_confirmed")

    answer = api.send("DELETE", f"{STORES}meet/?confirm=meet")

    assert answer.status_code == 202
    assert Operation.objects.get(pk=answer.json()["operation"]).kind == "delete"
    assert Store.objects.exists()


def test_one_that_was_named_is_forgotten_at_once(api, external):
    answer = api.send("DELETE", f"{STORES}ours/?confirm=ours")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Store.objects.exists()
    problem(api.get(f"{STORES}ours/"), 404, "no_such_store")


def test_one_is_kept_while_members_register_there(api, create, create_managed):
    create("shop")
    Cluster.objects.filter(name="shop").update(ticket={"store": "meet"})

    answer = api.send("DELETE", f"{STORES}meet/?confirm=meet")

    found = problem(answer, 409, "store_needed")
    assert found["clusters"] == ["shop"]
    assert api.found(f"{STORES}meet/")["needed_by"] == ["shop"]


@pytest.mark.parametrize("name", ["nix", "A%20B", "x" * 60])
@pytest.mark.parametrize(("method", "more"), [("GET", ""), ("POST", "look/")])
def test_a_store_that_is_not_there(api, name, method, more):
    problem(api.send(method, f"{STORES}{name}/{more}"), 404, "no_such_store")


def test_a_fresh_token_can_be_burnt_once(api, create_managed):
    token = DiscoveryToken.objects.create(
        mode="discovery_v2", store=Store.objects.get(), place="meet", size=3
    )
    path = f"/discovery/tokens/{token.pk}/"
    assert api.found(path)["state"] == "fresh"

    burnt = api.post(f"{path}burn/")

    assert (burnt.status_code, burnt.json()["state"]) == (200, "burnt")
    problem(api.post(f"{path}burn/"), 409, "token_not_fresh")


def test_tokens_come_in_pages_newest_first(api, create_managed, external):
    store = Store.objects.get(name="meet")
    made = [
        DiscoveryToken.objects.create(
            mode="discovery_v2", store=store, place="meet", size=3, address=f"u{n}"
        )
        for n in range(3)
    ]
    made[0].registrations = [{"member_id": "a1", "name": "etcd1", "peer_urls": ["x"]}]
    made[0].save()

    first = api.found("/discovery/tokens/?limit=2")
    assert [row["address"] for row in first["results"]] == ["u2", "u1"]
    rest = api.found(first["next"].removeprefix("/api/v1"))
    assert rest["next"] is None
    (oldest,) = rest["results"]
    assert oldest["registrations"] == [
        {"member_id": "a1", "name": "etcd1", "peer_urls": ["x"]}
    ]
    assert api.found("/discovery/tokens/?store=ours")["results"] == []
    gone = "/discovery/tokens/?before=00000000-0000-0000-0000-000000000001"
    problem(api.get(gone), 400, "no_such_token")
    unknown = "/discovery/tokens/00000000-0000-0000-0000-000000000001/"
    problem(api.get(unknown), 404, "no_such_token")


def test_the_grid_says_which_mode_goes_with_which_release(api):
    cells = api.found("/discovery/modes/")["results"]

    refused = {(c["mode"], c["version"][:3]): c["code"] for c in cells if c["code"]}
    assert refused.keys() == {
        ("discovery_v2", "3.7"),
        ("discovery_public", "3.7"),
        ("discovery_v3", "3.4"),
        ("discovery_v3", "3.5"),
        ("dns_srv", "3.4"),
    }
    assert all(bool(cell["code"]) == bool(cell["reason"]) for cell in cells)
    assert len(cells) == 20
