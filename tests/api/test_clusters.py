"""A program looks at clusters, changes them and deletes them."""

import pytest

from clusters.core.text import say
from clusters.models import Cluster, Member, Observation, Operation


def seen(name, status="healthy", **facts):
    cluster = Cluster.objects.get(name=name)
    Observation.keep(status, facts, cluster=cluster)


def test_without_clusters_the_list_is_empty(api):
    assert api.found("/clusters/") == {"results": [], "next": None}


def test_the_list_goes_on_page_by_page_without_losing_one(api, create):
    for name in ("c", "a", "e", "b", "d"):
        create(name)

    names, address = [], "/clusters/?limit=2"
    while address:
        page = api.found(address.removeprefix("/api/v1"))
        assert len(page["results"]) <= 2
        names += [row["name"] for row in page["results"]]
        address = page["next"]

    assert names == ["a", "b", "c", "d", "e"]


def test_the_next_page_keeps_the_filter(api, create):
    for name in ("shop-1", "shop-2", "bank"):
        create(name)

    page = api.found("/clusters/?search=shop&limit=1")
    following = api.found(page["next"].removeprefix("/api/v1"))

    assert [row["name"] for row in page["results"]] == ["shop-1"]
    assert [row["name"] for row in following["results"]] == ["shop-2"]
    assert following["next"] is None


@pytest.mark.parametrize("search", ["%25", "_", "'", "\\", "%00"])
def test_a_search_is_taken_literally(api, create, search):
    create("a")

    answer = api.get(f"/clusters/?search={search}")

    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json()["results"] == []


def test_the_state_filter_goes_by_the_verdict_that_is_shown(api, create):
    create("young")
    for name in ("well", "ill", "unseen", "going"):
        create(name).end()
    seen("well")
    seen("ill", "degraded")
    seen("going")
    api.send("DELETE", "/clusters/going/?confirm=going")

    found = {
        state: [
            row["name"] for row in api.found(f"/clusters/?state={state}")["results"]
        ]
        for state in ("creating", "deleting", "healthy", "degraded", "unknown")
    }

    assert found == {
        "creating": ["young"],
        "deleting": ["going"],
        "healthy": ["well"],
        "degraded": ["ill"],
        "unknown": ["unseen"],
    }
    for state, (name,) in found.items():
        assert api.found(f"/clusters/{name}/")["verdict"]["state"] == state


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "state=fine", "page=2"]
)
def test_a_query_that_can_not_be_is_refused(api, query):
    answer = api.get(f"/clusters/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query.split("=")[0]]


def test_a_cluster_tells_its_definition_and_how_to_reach_it(api, create):
    operation = create("shop", options={"pre_vote": True}).operation

    cluster = api.found("/clusters/shop/")

    assert cluster["size"] == 3
    assert cluster["hosts"] == ["local"]
    assert cluster["options"] == {"pre_vote": True}
    assert (cluster["quorum"], cluster["failures_survived"]) == (2, 1)
    assert cluster["etcdctl"].startswith("etcdctl --endpoints=")
    assert len(cluster["endpoints"]) == 3
    assert cluster["created_by"] == "ann"
    assert cluster["generation"] == 1
    assert cluster["operation"] == str(operation.pk)
    assert [each["id"] for each in cluster["operations"]] == [str(operation.pk)]
    assert cluster["verdict"]["state"] == "creating"


def test_a_verdict_says_what_why_and_what_to_do(api, create):
    create("shop").end()
    seen(
        "shop",
        "degraded",
        what=say("{count} of {size} healthy", count=2, size=3).as_json(),
        why=say("etcd3 does not answer").as_json(),
        do=say("Look at its log.").as_json(),
    )

    assert api.found("/clusters/shop/")["verdict"] == {
        "state": "degraded",
        "what": "2 of 3 healthy",
        "why": "etcd3 does not answer",
        "do": "Look at its log.",
    }


def test_members_are_predicted_until_they_were_heard(api, create):
    create("shop").end()
    etcd1 = Member.objects.get(name="etcd1")
    Observation.keep(
        "started",
        {
            "id": "ade526d28b1f92f7",
            "is_leader": True,
            "version": "3.6.16",
            "db_size": 9,
        },
        member=etcd1,
    )

    members = api.found("/clusters/shop/members/")["results"]

    assert [m["name"] for m in members] == ["etcd1", "etcd2", "etcd3"]
    assert [m["id_is_predicted"] for m in members] == [False, True, True]
    assert members[0]["id"] == "ade526d28b1f92f7"
    assert (members[0]["is_leader"], members[0]["db_size"]) == (True, 9)
    assert members[1]["status"] == "unknown"
    assert members[1]["peer_urls"][0].startswith("http://")


@pytest.mark.parametrize("name", ["ghost", "No", "a_b", "%00", "x" * 300, "é"])
def test_a_cluster_that_is_not_there_is_not_found(api, name):
    for address in (f"/clusters/{name}/", f"/clusters/{name}/members/"):
        answer = api.get(address)
        assert answer.status_code == 404
        assert answer.json()["code"] == "no_such_cluster"


# Changes


def test_hands_off_is_set_and_counted(api, create):
    create("shop").end()

    answer = api.send("PATCH", "/clusters/shop/", {"hands_off": True, "generation": 1})

    assert answer.status_code == 200
    assert (answer.json()["hands_off"], answer.json()["generation"]) == (True, 2)


def test_a_change_of_what_was_changed_meanwhile_tells_the_difference(api, create):
    create("shop").end()
    api.send("PATCH", "/clusters/shop/", {"hands_off": True})

    answer = api.send("PATCH", "/clusters/shop/", {"hands_off": False, "generation": 1})

    found = answer.json()
    assert answer.status_code == 409
    assert found["code"] == "stale_form"
    assert found["difference"]["generation"] == {"yours": 1, "now": 2}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "hands_off"),
        ({"hands_off": "yes"}, "hands_off"),
        ({"hands_off": True, "size": 5}, "size"),
        ({"hands_off": True, "generation": "1"}, "generation"),
        ([], "body"),
        (None, "hands_off"),
    ],
)
def test_nothing_else_can_be_changed(api, create, body, field):
    create("shop").end()

    answer = api.send("PATCH", "/clusters/shop/", body)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert Cluster.objects.get().generation == 1


def test_a_delete_is_accepted_and_says_where_to_watch_it(api, create):
    create("shop").end()

    answer = api.send("DELETE", "/clusters/shop/?confirm=shop&generation=1")

    operation = Operation.objects.get(kind="delete")
    assert answer.status_code == 202
    assert answer.json() == {"operation": str(operation.pk), "cluster": "shop"}
    assert answer.headers["Location"] == f"/api/v1/operations/{operation.pk}/"


@pytest.mark.parametrize("query", ["", "?confirm=", "?confirm=other"])
def test_a_delete_wants_the_name_once_more(api, create, query):
    create("shop").end()

    answer = api.send("DELETE", f"/clusters/shop/{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"]["confirm"][0]["code"] == "not_confirmed"
    assert not Operation.objects.filter(kind="delete").exists()


def test_a_delete_of_another_generation_is_a_conflict(api, create):
    create("shop").end()

    answer = api.send("DELETE", "/clusters/shop/?confirm=shop&generation=7")

    assert answer.status_code == 409
    assert answer.json()["code"] == "stale_form"


def test_a_delete_while_it_is_created_cancels_the_create(api, create):
    log = create("shop")

    answer = api.send("DELETE", "/clusters/shop/?confirm=shop")

    assert answer.status_code == 202
    assert answer.json()["operation"] == log.id
    assert api.found(f"{log.path}/")["is_cancelling"]


def test_the_same_delete_key_answers_the_same_after_the_cluster_is_gone(api, create):
    create("shop").end()
    first = api.send("DELETE", "/clusters/shop/?confirm=shop", Idempotency_Key="k")
    Operation.objects.update(state="succeeded")
    Cluster.objects.all().delete()

    again = api.send("DELETE", "/clusters/shop/?confirm=shop", Idempotency_Key="k")
    other = api.send("DELETE", "/clusters/shop/?confirm=shop", Idempotency_Key="k2")

    assert (again.status_code, again.json()) == (202, first.json())
    assert other.status_code == 404
