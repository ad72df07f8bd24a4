"""A program creates a cluster, or asks what would be made."""

import threading

import pytest
from django.db import connection

from clusters.models import Cluster, Host, Observation, Operation, PortLease
from tests.api.conftest import Caller, usable_host

BODY = {"name": "shop", "size": 3, "version": "3.6.16", "hosts": ["local"]}


def test_a_create_is_accepted_and_says_where_to_watch_it(api, host):
    answer = api.post("/clusters/", BODY | {"bootstrap": "static"})

    operation = Operation.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"operation": str(operation.pk), "cluster": "shop"}
    assert answer.headers["Location"] == f"/api/v1/operations/{operation.pk}/"
    assert (operation.via, operation.actor_name) == ("rest", "ann")


def test_every_field_of_the_body_reaches_the_definition(api, host):
    body = BODY | {
        "cluster_token": "secret-handshake",
        "member_names": ["x", "y", "z"],
        "client_ports": [21001, 21002, 21003],
        "peer_ports": [21011, 21012, 21013],
        "bind_address": "127.0.0.2",
        "options": {"heartbeat_interval": 200, "pre_vote": True, "metrics": "basic"},
        "accept": ["size_even"],
        "keep_on_failure": True,
    }

    assert api.post("/clusters/", body).status_code == 202

    cluster = Cluster.objects.get(name="shop")
    members = cluster.members.order_by("ordinal")
    assert cluster.token == "secret-handshake"
    assert cluster.bind_address == "127.0.0.2"
    assert cluster.options == body["options"]
    assert cluster.accepted == ["size_even"]
    assert [m.name for m in members] == ["x", "y", "z"]
    assert [m.client_port for m in members] == [21001, 21002, 21003]
    assert [m.peer_port for m in members] == [21011, 21012, 21013]
    assert Operation.objects.get().keep


def test_what_is_left_out_is_chosen(api, host):
    assert api.post("/clusters/", {"name": "a", "hosts": ["local"]}).status_code == 202

    cluster = Cluster.objects.get()
    assert (cluster.size, cluster.version) == (3, "3.6.16")
    assert (cluster.bootstrap, cluster.token) == ("static", "a")


def test_the_location_answers_the_operation(api, host):
    location = api.post("/clusters/", BODY).headers["Location"]

    found = api.found(location.removeprefix("/api/v1"))
    assert (found["kind"], found["cluster"], found["state"]) == (
        "create",
        "shop",
        "queued",
    )


def test_unknown_fields_are_refused_each_at_its_place(api, host):
    answer = api.post("/clusters/", BODY | {"sise": 3, "previewed": "x"})

    errors = answer.json()["errors"]
    assert answer.status_code == 400
    assert errors.keys() == {"sise", "previewed"}
    assert {each[0]["code"] for each in errors.values()} == {"unknown_field"}
    assert "size" in errors["sise"][0]["message"]
    assert not Cluster.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("size", "3", "size"),
        ("size", 3.0, "size"),
        ("size", True, "size"),
        ("size", None, "size"),
        ("name", 7, "name"),
        ("name", None, "name"),
        ("name", "a\x00b", "name"),
        ("name", "\ud800", "name"),
        ("version", 3.6, "version"),
        ("hosts", "local", "hosts"),
        ("hosts", [1], "hosts.0"),
        ("client_ports", ["23791"], "client_ports.0"),
        ("client_ports", {"a": 1}, "client_ports"),
        ("options", [], "options"),
        ("options", {"pre_vote": None}, "options.pre_vote"),
        ("options", {"heartbeat_interval": 1.5}, "options.heartbeat_interval"),
        ("accept", ["\x00"], "accept.0"),
        ("keep_on_failure", "yes", "keep_on_failure"),
        ("keep_on_failure", 1, "keep_on_failure"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_not_bent(api, host, field, value, place):
    answer = api.post("/clusters/", BODY | {field: value})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [place]
    assert not Cluster.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": "Shop"}, "name", "name_invalid"),
        ({"name": " shop"}, "name", "name_invalid"),
        ({"name": "new"}, "name", "name_reserved"),
        ({"size": 0}, "size", "size_invalid"),
        ({"size": 10**30}, "size", "size_invalid"),
        ({"hosts": []}, "hosts", "host_missing"),
        ({"hosts": ["mars"]}, "hosts", "host_unknown"),
        ({"version": "2.0.0"}, "version", "version_unknown"),
        ({"bootstrap": "magic"}, "bootstrap", "bootstrap_unknown"),
        ({"member_names": ["a", "a", "b"]}, "member_names", "member_name_twice"),
        ({"client_ports": [1, 2, 3]}, "client_ports", "port_out_of_range"),
        ({"options": {"data_dir": "/"}}, "options.data_dir", "option_invalid"),
        ({"cluster_token": "a b"}, "cluster_token", "token_invalid"),
        ({"bind_address": "here"}, "bind_address", "address_invalid"),
    ],
)
def test_an_impossible_definition_is_refused_at_its_field(
    api, host, change, field, code
):
    answer = api.post("/clusters/", BODY | change)

    found = answer.json()
    assert answer.status_code == 400
    assert found["code"] == code
    assert found["errors"][field][0]["code"] == code
    assert found["errors"][field][0]["message"]
    assert found["errors"][field][0]["can_accept"] is False


def test_a_warning_says_that_it_can_be_accepted_and_then_is(api, host):
    refused = api.post("/clusters/", BODY | {"size": 4})
    assert refused.json()["errors"]["size"][0]["can_accept"] is True

    code = refused.json()["code"]
    accepted = api.post("/clusters/", BODY | {"size": 4, "accept": [code]})
    assert accepted.status_code == 202
    assert api.found("/clusters/shop/")["accepted"] == [code]


def test_several_mistakes_are_told_at_once(api, host):
    answer = api.post("/clusters/", {"name": "Bad_", "size": 9, "hosts": ["x"]})

    found = answer.json()
    assert found["errors"].keys() >= {"name", "size", "hosts"}
    assert found["detail"] == "3 things are wrong; each is named at its field."


def test_a_name_that_is_taken_is_refused_while_busy_as_a_conflict(api, host):
    first = api.post("/clusters/", BODY).json()

    answer = api.post("/clusters/", BODY)

    found = answer.json()
    assert answer.status_code == 409
    assert found["code"] == "operation_running"
    assert found["operation"] == first["operation"]
    assert (found["actor"], found["kind"]) == ("ann", "create")
    assert (found["steps_done"], found["steps_total"]) == (0, 0)
    assert "ann" in found["detail"]
    assert found["advice"]


def test_a_name_that_is_taken_is_refused_at_its_field_when_nothing_runs(api, host):
    api.post("/clusters/", BODY)
    Operation.objects.update(state="succeeded")

    answer = api.post("/clusters/", BODY)

    assert answer.status_code == 400
    assert answer.json()["errors"]["name"][0]["code"] == "name_taken"


def test_an_unusable_host_is_refused_with_its_reason_and_cure(api, host):
    from clusters.core.observed import HostFacts
    from clusters.core.text import say

    facts = HostFacts(
        usable=False, code="no_etcd", reason=say("No etcd."), cure=say("Install one.")
    )
    Observation.keep("unusable", facts.as_json(), host=Host.objects.get())

    answer = api.post("/clusters/", BODY)

    message = answer.json()["errors"]["hosts"][0]["message"]
    assert answer.status_code == 400
    assert "No etcd." in message
    assert "Install one." in message


# The same key


def test_the_same_key_and_body_answer_the_same_operation(api, host):
    first = api.post("/clusters/", BODY, Idempotency_Key="k1")
    again = api.post("/clusters/", BODY, Idempotency_Key="k1")

    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert Operation.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(api, host):
    api.post("/clusters/", BODY, Idempotency_Key="k1")

    answer = api.post("/clusters/", BODY | {"name": "other"}, Idempotency_Key="k1")

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert not Cluster.objects.filter(name="other").exists()


@pytest.mark.parametrize("key", ["x" * 201, "caf\u00e9", "a\tb"])
def test_a_key_that_can_not_be_kept_is_refused(api, host, key):
    answer = api.post("/clusters/", BODY, Idempotency_Key=key)

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]


def at_once(token, bodies, **headers):
    """Post each body from a thread of its own; the answers."""
    answers = []

    def post(body):
        try:
            answers.append(Caller(token).post("/clusters/", body, **headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_at_once_with_one_key_make_one_operation(token):
    usable_host("local")

    answers = at_once(token, [BODY] * 20, Idempotency_Key="k")

    operation = Operation.objects.get()
    assert [a.status_code for a in answers] == [202] * 20
    assert {a.json()["operation"] for a in answers} == {str(operation.pk)}


@pytest.mark.django_db(transaction=True)
def test_twenty_clusters_asked_for_at_once_get_ports_of_their_own(token):
    usable_host("local")

    answers = at_once(token, [BODY | {"name": f"c{n}"} for n in range(20)])

    assert [a.status_code for a in answers] == [202] * 20
    assert PortLease.objects.count() == 20 * 3 * 2


# What would be made


def test_a_dry_run_answers_the_plan_and_writes_no_definition(api, host):
    answer = api.post("/clusters/?dry_run=true", BODY | {"cluster_token": "t"})

    plan = answer.json()
    assert answer.status_code == 200
    assert not Cluster.objects.exists()
    assert not Operation.objects.exists()
    assert (plan["quorum"], plan["failures_survived"]) == (2, 1)
    assert (plan["version"], plan["token"]) == ("3.6.16", "t")
    assert [m["name"] for m in plan["members"]] == ["etcd1", "etcd2", "etcd3"]
    assert all(len(m["id"]) >= 15 for m in plan["members"])
    assert {step["kind"] for step in plan["steps"]} >= {"start_member", "await_health"}
    assert len(plan["text"].splitlines()) == len(plan["steps"])
    assert plan["warnings"] == []
    assert plan["fingerprint"]
    assert "spec" not in plan


def test_the_create_makes_what_the_dry_run_said(api, host):
    plan = api.post("/clusters/?dry_run=true", BODY).json()
    api.post("/clusters/", BODY)

    cluster = api.found("/clusters/shop/")
    assert cluster["cluster_id"] == plan["cluster_id"]
    assert [m["id"] for m in cluster["members"]] == [m["id"] for m in plan["members"]]
    assert cluster["endpoints"] == [m["endpoint"] for m in plan["members"]]


def test_a_dry_run_starts_a_check_that_can_be_asked(api, host):
    address = api.post("/clusters/?dry_run=true", BODY).json()["check"]

    check = api.found(address.removeprefix("/api/v1"))
    assert (check["state"], check["lines"], check["blocked"]) == ("queued", [], False)


def test_a_dry_run_of_an_impossible_definition_is_refused_alike(api, host):
    body = BODY | {"size": 9}

    dry = api.post("/clusters/?dry_run=true", body).json()
    wet = api.post("/clusters/", body).json()
    assert dry | {"request_id": ""} == wet | {"request_id": ""}


def test_a_release_with_known_dangers_carries_its_warning_in_the_plan(api, host):
    facts = Observation.objects.get(host=host).facts | {"versions": ["3.5.1"]}
    Observation.objects.update(facts=facts)
    body = BODY | {"version": "3.5.1"}
    code = api.post("/clusters/?dry_run=true", body).json()["code"]

    plan = api.post("/clusters/?dry_run=true", body | {"accept": [code]}).json()

    assert code in [warning["code"] for warning in plan["warnings"]]


@pytest.mark.parametrize("query", ["dryrun=true", "dry_run=perhaps", "token=x"])
def test_a_parameter_that_is_not_understood_creates_nothing(api, host, query):
    answer = api.post(f"/clusters/?{query}", BODY)

    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["errors"]
    assert not Cluster.objects.exists()
