"""The page of an operation is complete without a script, all its life long."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from clusters.core.request import DiscoveryRequest
from clusters.core.text import say
from clusters.models import Cluster, Event, Operation, StepRecord
from clusters.models.event import Line
from tests import builders
from tests.web import discovering
from tests.web.conftest import Page


def step(operation, kind, target, state="queued", **columns):
    return StepRecord.objects.create(
        operation=operation,
        seq=StepRecord.objects.filter(operation=operation).count(),
        kind=kind,
        target=target,
        host=columns.pop("host", "docker"),
        state=state,
        cause=say("because").as_json(),
        **columns,
    )


def log(operation, *lines, level="info"):
    operation.refresh_from_db()
    operation.last_event += len(lines)
    operation.save(update_fields=["last_event"])
    written = [Line(code="c", text=say(text), level=level) for text in lines]
    Event.write(operation.pk, operation.last_event, written)


def show(visitor, operation):
    return visitor.get(f"/operations/{operation.pk}/")


def test_a_queued_operation_says_what_it_waits_for(visitor, docker):
    builders.cluster_row("demo")
    page = show(visitor, builders.operation_row("demo", state="queued"))
    assert "Create demo" in page.root.one("h1").text
    assert "queued" in page.text
    assert "Waiting for a worker to make the plan." in page.text
    assert "asked by ann (form)" in page.text


def test_steps_are_grouped_by_phase_with_states_and_times(visitor, docker):
    operation = builders.operation_row("demo")
    now = timezone.now()
    step(
        operation,
        "check_host",
        "docker",
        "succeeded",
        message=say("4 checks passed").as_json(),
        started_at=now - timedelta(seconds=2.5),
        finished_at=now,
    )
    step(operation, "create_member", "etcd1", "running", started_at=now)
    step(operation, "create_member", "etcd2")
    page = show(visitor, operation)
    phases = {h4.text.split(" ")[0]: h4.parent for h4 in page.root.all("h4")}
    assert "succeeded: Check docker 2.5 s 4 checks passed" in phases["Look"].text
    assert "Members 0/2" in phases["Members"].text
    assert "is-running" in phases["Members"].classes
    assert "queued: Create etcd2 because" in phases["Members"].text
    assert page.root.one("progress")["value"] == "1"
    assert "1 of 3 steps done" in page.text


def test_a_pull_shows_bytes_and_layers(visitor, docker):
    operation = builders.operation_row("demo")
    progress = {
        "current": 10 * 1024**2,
        "total": 20 * 1024**2,
        "layers": 4,
        "layers_done": 1,
    }
    step(operation, "pull_image", "3.7.3", "running", progress=progress)
    page = show(visitor, operation)
    gauge = page.root.one("div", cls="step-gauge")
    assert gauge.text == "10.0 MB of 20.0 MB · 1 of 4 layers"
    bar = gauge.one("progress")
    assert (bar["value"], bar["max"]) == (str(10 * 1024**2), str(20 * 1024**2))


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        ({"current": 1, "total": 3}, "1 of 3"),
        ({"layers": 3, "layers_done": 0, "current": 0, "total": 0}, "0 of 3 layers"),
        ({"current": 9, "total": 3}, "9 of 3"),
    ],
)
def test_whatever_a_step_counts_is_shown(visitor, docker, progress, words):
    operation = builders.operation_row("demo")
    step(operation, "await_health", "demo", "running", progress=progress)
    bar = show(visitor, operation).root.one("div", cls="step-gauge")
    assert bar.text == words
    assert int(bar.one("progress")["value"]) <= int(bar.one("progress")["max"])


@pytest.mark.parametrize(
    "progress", [{}, {"current": "x"}, {"total": 0}, {"total": -1}]
)
def test_a_step_that_counts_nothing_has_no_bar(visitor, docker, progress):
    operation = builders.operation_row("demo")
    step(operation, "await_health", "demo", "running", progress=progress)
    assert not show(visitor, operation).root.all("div", cls="step-gauge")


def test_a_failure_says_what_why_what_to_do_and_shows_its_evidence(visitor, docker):
    operation = builders.operation_row("demo")
    step(operation, "start_member", "etcd2", "failed", message=say("exit 1").as_json())
    step(operation, "remove_member", "etcd2", "succeeded", rollback=True)
    builders.end(
        operation,
        "failed",
        explanation=say("etcd2 exited at once.").as_json(),
        advice=say("Look at its last lines.").as_json(),
        evidence=["panic: disk <full>"],
    )
    page = show(visitor, operation)
    assert "etcd2 exited at once. Look at its last lines." in page.text
    assert page.root.one("pre").text == "panic: disk <full>"
    back, before = page.root.all("h3", cls="rail-title")
    assert (back.text, before.text) == ("Taking it back", "What was done before")
    assert "0 of 1 step done" in page.text
    assert "Try again" in page.text


def test_the_log_is_whole_in_the_first_answer(visitor, docker):
    operation = builders.operation_row("demo")
    log(operation, *[f"line number {n}" for n in range(1, 1203)])
    log(operation, "bad news", level="error")
    lines = show(visitor, operation).root.id("log").all("li")
    assert [int(line["data-number"]) for line in lines] == list(range(1, 1204))
    assert lines[0].text.endswith("line number 1")
    assert "line-error" in lines[-1].classes


def test_the_page_stays_when_the_cluster_is_gone(visitor, docker):
    builders.cluster_row("demo")
    operation = builders.operation_row("demo", "delete")
    log(operation, "all removed")
    assert "Open the cluster" in show(visitor, operation).text
    builders.end(operation, "succeeded")
    Cluster.objects.all().delete()
    page = show(visitor, operation)
    assert "all removed" in page.text
    assert "Open the cluster" not in page.text
    assert page.root.id("operation").has("data-over")


def test_a_part_brings_only_lines_that_are_new(visitor, docker):
    operation = builders.operation_row("demo")
    log(operation, "one", "two", "three")
    path = f"/operations/{operation.pk}/"
    part = Page(visitor.client.get(path, {"part": "live", "after": "2"}))
    assert [li["data-number"] for li in part.root.id("new-lines").all("li")] == ["3"]
    nonsense = Page(visitor.client.get(path, {"part": "live", "after": "x"}))
    assert len(nonsense.root.id("new-lines").all("li")) == 3


def test_cancelling_wants_a_second_press_and_says_what_it_does(visitor, docker):
    operation = builders.operation_row("demo")
    page = show(visitor, operation)
    form = page.root.one("form", action=f"/operations/{operation.pk}/cancel/")
    assert form.parent.parent.tag == "details"
    assert "everything it made is taken back" in form.parent.text
    assert visitor.post(form["action"]).leads_to == f"/operations/{operation.pk}/"
    again = show(visitor, operation)
    assert "being cancelled" in again.text
    assert "Yes, cancel it" not in again.text
    assert "ann asked to cancel" in again.text


def test_what_has_ended_can_not_be_cancelled(visitor, docker):
    operation = builders.end(builders.operation_row("demo"))
    page = visitor.post(f"/operations/{operation.pk}/cancel/")
    assert page.status == 409
    assert "It has ended already" in page.text


def test_retrying_is_a_new_operation(visitor, docker):
    builders.cluster_row("demo")
    old = builders.end(builders.operation_row("demo", "repair"), "failed")
    page = visitor.post(f"/operations/{old.pk}/retry/")
    new = Operation.objects.exclude(pk=old.pk).get()
    assert page.leads_to == f"/operations/{new.pk}/"
    assert new.via == "form"


def test_what_succeeded_can_not_be_retried(visitor, docker):
    operation = builders.end(builders.operation_row("demo"))
    assert "Try again" not in show(visitor, operation).text
    assert visitor.post(f"/operations/{operation.pk}/retry/").status == 409


def test_steps_name_their_host_only_when_there_are_several(visitor, docker):
    operation = builders.operation_row("demo")
    step(operation, "create_member", "etcd1", host="east")
    assert "east" not in show(visitor, operation).text
    step(operation, "create_member", "etcd2", host="west")
    assert "east" in show(visitor, operation).text


def test_an_operation_that_is_not_there_is_a_404(visitor):
    page = visitor.get(f"/operations/{uuid.uuid4()}/")
    assert page.status == 404
    assert "There is no such operation." in page.text


def test_the_list_shows_who_asked_through_which_door(visitor, docker):
    operation = builders.operation_row("demo", via="rest", actor_name="bob")
    page = visitor.get("/operations/")
    assert "Create demo" in page.text
    assert "bob · REST" in page.text
    assert page.root.all("a", href=f"/operations/{operation.pk}/")


def test_the_list_goes_on_where_the_page_ended(visitor, docker):
    rows = [builders.end(builders.operation_row(f"c{n}")) for n in range(51)]
    first = visitor.get("/operations/")
    link = next(a for a in first.root.all("a") if a.text == "Older")
    second = visitor.get(link["href"])
    shown = [tr["data-key"] for tr in second.root.all("tr") if tr.has("data-key")]
    assert shown == [str(rows[0].pk)]


@pytest.mark.parametrize("before", ["nonsense", str(uuid.UUID(int=7))])
def test_a_page_of_the_list_that_never_was_is_the_first(visitor, docker, before):
    builders.operation_row("demo")
    assert "Create demo" in visitor.get("/operations/", before=before).text


def test_an_empty_list_explains_what_an_operation_is(visitor):
    assert "Nothing was done yet" in visitor.get("/operations/").text


def test_registrations_are_a_gauge_with_the_names(visitor, docker):
    operation = builders.operation_row("demo")
    said = say("2 of 3 registered: etcd1, etcd3; waiting for etcd2").as_json()
    progress = {"current": 2, "total": 3}
    step(
        operation,
        "await_registration",
        "etcd-discovery",
        "running",
        message=said,
        progress=progress,
    )
    page = show(visitor, operation)
    line = page.root.one("li", cls="step")
    assert "Wait until all have registered in etcd-discovery" in line.text
    assert "2 of 3 registered: etcd1, etcd3; waiting for etcd2" in line.text
    gauge = line.one("progress")
    assert (gauge["value"], gauge["max"]) == ("2", "3")


def asked(**changes):
    """A create as it was asked for, and as it ended."""
    wanted = builders.request(
        "orders",
        size=5,
        version="3.5.35",
        bootstrap="discovery_v2",
        member_names=("a", "b", "c", "d", "e"),
        client_ports=(21001, 21002, 21003, 21004, 21005),
        options={"pre_vote": False, "heartbeat_interval": 200},
        discovery=DiscoveryRequest(store="etcd-discovery"),
    )
    operation = builders.operation_row("orders", request=wanted.as_json())
    return builders.end(operation, "failed", **changes)


def test_a_failed_create_leads_back_to_the_form_with_its_answers(visitor, docker):
    page = show(visitor, asked())
    link = next(a for a in page.root.all("a") if a.text == "Change it, then try again")
    answers = visitor.get(link["href"]).answers
    assert answers["name"] == ["orders"]
    assert answers["size"] == ["5"]
    assert answers["version"] == ["3.5.35"]
    assert answers["bootstrap"] == ["discovery_v2"]
    assert answers["discovery.store"] == ["etcd-discovery"]
    assert answers["member_names"] == ["a, b, c, d, e"]
    assert answers["client_ports"] == ["21001, 21002, 21003, 21004, 21005"]
    assert answers["options.pre_vote"] == ["false"]
    assert answers["options.heartbeat_interval"] == ["200"]


def test_a_create_that_failed_for_its_store_leads_to_the_store(visitor, docker):
    store = discovering.managed()
    operation = asked(code="store_unreachable")
    step(operation, "check_discovery", store.name, "failed")
    page = show(visitor, operation)
    assert page.root.all("a", href="/stores/etcd-discovery/")


def test_a_public_service_that_is_down_leads_to_a_store_of_ones_own(visitor, docker):
    page = show(visitor, asked(code="service_unavailable"))
    assert page.root.all("a", href="/stores/new/")


def test_a_store_that_was_not_made_leads_back_to_its_own_form(visitor, docker):
    wanted = builders.request("meet", size=1, serves="v2", network="etcd-net")
    operation = builders.operation_row("meet", request=wanted.as_json())
    builders.end(operation, "failed")
    page = show(visitor, operation)
    link = next(a for a in page.root.all("a") if a.text == "Change it, then try again")
    form = visitor.get(link["href"]).root
    assert form.id("id_name")["value"] == "meet"
    assert form.id("id_network")["value"] == "etcd-net"


def test_what_succeeded_has_no_way_out(visitor, docker):
    operation = builders.operation_row("demo", request=builders.request().as_json())
    page = show(visitor, builders.end(operation))
    assert "Change it" not in page.text


@pytest.mark.parametrize(
    "given", ["nonsense", "", "00000000-0000-0000-0000-000000000001"]
)
def test_a_form_that_is_to_be_filled_from_nothing_is_as_ever(visitor, docker, given):
    page = visitor.get("/clusters/new/", **{"from": given})
    assert page.answers["name"] == ["cluster-1"]
