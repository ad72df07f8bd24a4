"""A program watches operations, and cancels or retries them."""

import uuid

import pytest
from django.utils import timezone

from clusters.core.plan import Step, StepKind
from clusters.core.text import say
from clusters.models import Operation, StepRecord
from tests.api.log import Log


def plan(log):
    steps = [
        Step(kind=StepKind.START_MEMBER, target=f"etcd{n}", cause=say("not running"))
        for n in (1, 2)
    ]
    for number, step in enumerate(steps):
        StepRecord.of(log.operation, number, step, rollback=False).save()


def test_an_operation_shows_its_steps_with_their_causes(api, create):
    log = create("shop")
    plan(log)
    StepRecord.objects.filter(seq=0).update(state="succeeded")

    found = api.found(f"{log.path}/")

    assert (found["steps_done"], found["steps_total"]) == (1, 2)
    assert [s["target"] for s in found["steps"]] == ["etcd1", "etcd2"]
    assert found["steps"][0]["cause"] == "not running"
    assert (found["can_cancel"], found["can_retry"]) == (True, False)


def test_an_operation_outlives_its_cluster(api, create):
    log = create("shop").end()
    log.operation.cluster.delete()

    found = api.found(f"{log.path}/")

    assert (found["cluster"], found["cluster_exists"]) == ("shop", False)
    assert api.found(f"{log.path}/events/")["results"]


def test_operations_are_listed_newest_first_page_by_page(api, create):
    logs = [create(name).end() for name in "abcde"]
    moment = timezone.now()
    Operation.objects.update(created_at=moment)  # as coarse as a clock may be

    ids, address = [], "/operations/?limit=2"
    while address:
        page = api.found(address.removeprefix("/api/v1"))
        ids += [row["id"] for row in page["results"]]
        address = page["next"]

    assert sorted(ids) == sorted(log.id for log in logs)


def test_operations_are_filtered_by_cluster_and_state(api, create):
    create("a").end()
    wanted = create("b").end("failed")
    create("b2").end("failed")

    found = api.found("/operations/?cluster=b&state=failed")["results"]

    assert [row["id"] for row in found] == [wanted.id]


@pytest.mark.parametrize(
    "query",
    ["state=fine", "before=7", f"before={uuid.UUID(int=1)}", "cluster=%00", "x=1"],
)
def test_a_query_that_can_not_be_is_refused(api, query):
    answer = api.get(f"/operations/?{query}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query.split("=")[0]]


@pytest.mark.parametrize("tail", ["", "events/", "cancel/", "retry/"])
@pytest.mark.parametrize("operation", [uuid.UUID(int=1), "7", "%00"])
def test_an_operation_that_is_not_there_is_not_found(api, tail, operation):
    method = "POST" if tail in ("cancel/", "retry/") else "GET"

    answer = api.send(method, f"/operations/{operation}/{tail}")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


# Cancel and retry


def test_cancelling_is_accepted_and_twice_is_the_same(api, create):
    log = create("shop")

    answers = [api.post(f"{log.path}/cancel/") for _ in range(2)]

    assert [a.status_code for a in answers] == [202, 202]
    assert answers[0].headers["Location"] == f"/api/v1{log.path}/"
    found = api.found(f"{log.path}/")
    assert (found["is_cancelling"], found["can_cancel"]) == (True, False)
    codes = [e["code"] for e in api.found(f"{log.path}/events/")["results"]]
    assert codes.count("cancel_asked") == 1


def test_what_is_over_can_not_be_cancelled(api, create):
    log = create("shop").end()

    answer = api.post(f"{log.path}/cancel/")

    assert answer.status_code == 409
    assert answer.json()["code"] == "operation_over"


def test_a_failed_create_is_retried_as_a_new_operation(api, create):
    log = create("shop").end("failed")
    log.operation.cluster.delete()

    answer = api.post(f"{log.path}/retry/")

    assert answer.status_code == 202
    assert answer.json()["operation"] != log.id
    assert api.found("/clusters/shop/")["operation"] == answer.json()["operation"]


def test_what_succeeded_is_not_retried(api, create):
    log = create("shop").end()

    answer = api.post(f"{log.path}/retry/")

    assert answer.status_code == 409
    assert answer.json()["code"] == "nothing_to_retry"


# The log, by pages


def test_the_log_is_read_page_by_page_without_gaps(api, create):
    log = create("shop")
    log.write(*(f"line {n}" for n in range(2, 8)))

    numbers, address = [], f"{log.path}/events/?limit=3"
    while address:
        page = api.found(address.removeprefix("/api/v1"))
        numbers += [line["number"] for line in page["results"]]
        address = page["next"]

    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_the_log_is_read_after_a_line(api, create):
    log = create("shop")
    log.write("two", "three")

    page = api.found(f"{log.path}/events/?after=2")

    assert [line["message"] for line in page["results"]] == ["three"]
    assert page["next"] is None


@pytest.mark.parametrize("after", ["-1", "x", str(2**40), "1.5", ""])
def test_a_number_that_no_line_can_have_is_refused(api, create, after):
    log = create("shop")

    answer = api.get(f"{log.path}/events/?after={after}")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["after"]


def test_words_from_outside_come_as_they_are(api, create):
    log: Log = create("shop")
    log.write("<script>{x}</script>\n\u2028\u202e")

    line = api.found(f"{log.path}/events/?after=1")["results"][0]

    assert line["message"] == "<script>{x}</script>\n\u2028\u202e"
