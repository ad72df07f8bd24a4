"""The look at the hosts before anything is made."""

import uuid

import pytest

from clusters.core.findings import Finding, FindingLevel
from clusters.core.text import say
from clusters.models import Check, Cluster

pytestmark = pytest.mark.usefixtures("docker")


def found(level, text, advice=""):
    return Finding(
        code="c", level=level, text=say(text), advice=say(advice), host="docker"
    ).as_json()


def test_it_begins_with_the_plan_that_is_shown(visitor):
    page = visitor.post("/clusters/new/check/", visitor.answers(name="demo"))
    check = Check.objects.get()
    assert check.spec["name"] == "demo"
    assert "Looking at the hosts" in page.text
    assert page.root.id("check")["data-poll"] == f"/clusters/new/check/{check.pk}/"


def test_lines_arrive_until_it_is_done(visitor):
    visitor.post("/clusters/new/check/", visitor.answers())
    check = Check.objects.get()
    check.lines = [found(FindingLevel.PASS, "All ports are free.")]
    check.state = "running"
    check.save()
    page = visitor.get(f"/clusters/new/check/{check.pk}/")
    assert "All ports are free." in page.text
    assert page.root.id("check").has("data-poll")
    check.lines.append(found(FindingLevel.BLOCK, "The disk is full.", "Free some."))
    check.state = "done"
    check.save()
    page = visitor.get(f"/clusters/new/check/{check.pk}/")
    assert "Something is in the way" in page.text
    assert "stops the create: The disk is full. Free some." in page.text
    assert not page.root.id("check").has("data-poll")


def test_nothing_is_looked_at_for_a_form_that_is_wrong(visitor):
    page = visitor.post("/clusters/new/check/", visitor.answers(name="Bad"))
    assert not Check.objects.exists()
    assert not page.text


def test_without_a_script_the_same_check_is_shown_again(visitor):
    answers = visitor.answers(name="demo", intent="plan")
    answers = visitor.post("/clusters/new/", answers).answers
    first = visitor.post("/clusters/new/", answers, intent="check")
    assert "Looking at the hosts" in first.text
    Check.objects.update(state="done", lines=[found(FindingLevel.PASS, "All free.")])
    second = visitor.post("/clusters/new/", first.answers, intent="check")
    assert "All free." in second.text
    assert Check.objects.count() == 1
    visitor.post("/clusters/new/", second.answers, intent="check", name="other")
    assert Check.objects.count() == 2


def test_a_check_that_expired_is_a_404(visitor):
    assert visitor.get(f"/clusters/new/check/{uuid.uuid4()}/").status == 404


def test_a_warning_of_the_look_is_accepted_by_a_box(visitor):
    answers = visitor.answers(name="demo", intent="plan")
    answers = visitor.post("/clusters/new/", answers).answers
    first = visitor.post("/clusters/new/", answers, intent="check")
    warned = found(FindingLevel.WARN, "The volume of an earlier cluster is there.")
    Check.objects.update(state="done", lines=[warned])
    second = visitor.post("/clusters/new/", first.answers, intent="check")
    line = second.root.id("check")
    assert "The volume of an earlier cluster is there." in line.text
    box = line.one("input", name="accept", value="c")
    assert not box.has("checked")
    third = visitor.post("/clusters/new/", second.answers, accept="c", intent="check")
    assert third.root.id("check").one("input", name="accept").has("checked")
    page = visitor.post("/clusters/new/", third.answers)
    assert page.status == 302
    assert Cluster.objects.get().accepted == ["c"]
