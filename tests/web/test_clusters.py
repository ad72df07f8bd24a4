"""The list of clusters: verdicts in words and numbers, and what lately went wrong."""

import pytest
from django.utils import timezone

from clusters.core.health import MemberStatus, verdict
from clusters.core.text import say
from clusters.models import Observation
from tests import builders
from tests.web.conftest import Page


def watched(cluster, statuses, serving):
    judged = verdict(cluster.size, statuses, serving)
    facts = {
        "serving": serving,
        "what": judged.what.as_json(),
        "why": judged.why.as_json(),
        "do": judged.do.as_json(),
    }
    Observation.keep(judged.state, facts, cluster=cluster)


def row(page, name):
    return next(tr for tr in page.root.all("tr") if tr.get("data-key") == name)


def test_the_empty_list_explains_and_offers_the_first_cluster(visitor):
    page = visitor.get("/")
    assert "No clusters yet" in page.text
    link = page.root.one("a", href="/clusters/new/")
    assert link.text == "Create your first cluster"


def test_a_row_says_the_verdict_in_words_and_numbers(visitor, docker):
    cluster = builders.cluster_row("demo")
    started = [MemberStatus.STARTED] * 2
    watched(cluster, [*started, MemberStatus.UNREACHABLE], 2)
    line = row(visitor.get("/"), "demo")
    assert "degraded" in line.text
    assert "2 of 3 members healthy" in line.text
    assert "static" in line.text
    assert "docker" in line.text
    assert "0 s ago" in line.text
    full = [dot for dot in line.all("i", cls="pip") if "full" in dot.classes]
    assert len(full) == 2


def test_a_row_shows_the_marks_of_its_release(visitor, docker):
    builders.cluster_row("old", version="3.5.1")
    builders.cluster_row("new", version="3.7.3", first_port=21_000)
    page = visitor.get("/")
    assert "can corrupt data" in row(page, "old").text
    assert not row(page, "new").all("span", cls="tone-warn")


def test_a_row_leads_to_what_is_running(visitor, docker):
    builders.cluster_row("demo")
    operation = builders.operation_row("demo")
    line = row(visitor.get("/"), "demo")
    assert "being created" in line.text
    assert line.one("a", href=f"/operations/{operation.pk}/")


def test_what_was_never_looked_at_says_so(visitor, docker):
    builders.cluster_row("demo")
    line = row(visitor.get("/"), "demo")
    assert "not looked at yet" in line.text
    assert "never" in line.text


def test_search_finds_by_part_of_the_name(visitor, docker):
    builders.cluster_row("red-1")
    builders.cluster_row("blue-1", first_port=21_000)
    page = visitor.get("/", q="red")
    assert "red-1" in page.text
    assert "blue-1" not in page.text
    assert page.root.id("q")["value"] == "red"


def test_a_search_without_result_offers_all(visitor, docker):
    builders.cluster_row("red-1")
    page = visitor.get("/", q="gr\x00een")
    assert "No cluster has “green” in its name" in page.text
    assert page.root.all("a", href="/")


def test_a_long_list_goes_on_where_the_page_ended(visitor, docker):
    for number in range(52):
        builders.cluster_row(
            f"c{number:02}", first_port=2000 + 30 * number, members=1, size=1
        )
    page = visitor.get("/", q="c")
    link = page.root.one("a", cls="small", href="/?after=c49&q=c")
    second = visitor.get(link["href"])
    names = [tr["data-key"] for tr in second.root.all("tr") if tr.has("data-key")]
    assert names == ["c50", "c51"]
    assert second.root.one("a", href="/?q=c").text == "First page"


def test_a_create_that_failed_stays_visible_though_its_cluster_is_gone(visitor):
    gone = builders.operation_row("lost")
    builders.end(
        gone, "failed", explanation=say("etcd2 exited.").as_json(), code="member_exited"
    )
    page = visitor.get("/")
    notice = page.root.id("trouble")
    assert "Create lost: failed" in notice.text
    assert "etcd2 exited." in notice.text
    assert notice.one("a", href=f"/operations/{gone.pk}/")


def test_trouble_is_forgotten_once_the_same_name_went_well(visitor):
    first = builders.end(builders.operation_row("demo"), "failed")
    first.created_at = timezone.now() - timezone.timedelta(minutes=5)
    first.save()
    builders.end(builders.operation_row("demo"), "succeeded")
    assert not visitor.get("/").root.id("trouble").text


@pytest.mark.parametrize("path", ["/", "/operations/", "/hosts/", "/clusters/demo/"])
def test_a_live_part_holds_nothing_but_what_the_page_has_too(visitor, docker, path):
    builders.cluster_row("demo")
    builders.operation_row("demo")
    whole = visitor.get(path)
    part = Page(visitor.client.get(path, {"part": "live"}))
    assert "<html" not in part.html
    tops = [child for child in part.root.children if not isinstance(child, str)]
    assert tops
    for top in tops:
        assert whole.root.id(top["id"]).tag == top.tag


def test_a_long_list_asks_the_database_no_more_often_than_a_short_one(
    visitor, docker, django_assert_max_num_queries
):
    for number in range(20):
        builders.cluster_row(f"c{number}", first_port=2000 + 30 * number)
    with django_assert_max_num_queries(9):
        visitor.get("/")
