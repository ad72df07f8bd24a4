"""Operations are looked at, retried and cancelled; never edited."""

import pytest
from django.urls import reverse

from clusters.models import Cluster, Event, Observation, Operation, StepRecord
from tests.admin.conftest import LIST, change_url, end

OPERATIONS = reverse("admin:clusters_operation_changelist")


def test_one_operation_shows_why_it_ended_and_every_step(root, ask):
    operation = ask()
    end(operation, "failed")
    Operation.objects.update(
        explanation={"text": "Port {port} is taken.", "params": {"port": 23791}},
        advice={"text": "Choose another.", "params": {}},
        evidence=["bind: address already in use <script>"],
    )
    StepRecord.objects.create(
        operation=operation,
        seq=1,
        kind="start_member",
        target="etcd1",
        host="local",
        cause={"text": "not started", "params": {}},
        state="failed",
        message={"text": "It ended at once.", "params": {}},
    )
    page = root.get(change_url(operation))
    for words in (
        "Port 23791 is taken.",
        "Choose another.",
        "start_member etcd1@local",
        "It ended at once.",
        "1 lines",
    ):
        assert words in page.text
    assert "already in use &lt;script&gt;" in page.html


def test_steps_events_and_operations_lead_to_one_another(root, ask):
    operation = ask()
    step = StepRecord.objects.create(
        operation=operation, seq=1, kind="check_host", target="local", host="local"
    )
    link = f'href="{change_url(operation)}"'
    assert link in root.get(change_url(step)).html
    assert link in root.get(change_url(Event.objects.get())).html
    page = root.get(change_url(operation))
    assert change_url(step) in page.html
    assert change_url(Cluster.objects.get()) in page.html
    assert f"operation__id__exact={operation.pk}" in page.html


def test_an_operation_outlives_its_cluster_on_its_page(root, ask):
    operation = ask()
    end(operation)
    Cluster.objects.all().delete()
    assert "a (gone)" in root.get(change_url(operation)).text


def test_what_failed_is_asked_for_again(root, ask):
    operation = ask()
    end(operation, "failed")
    page = root.act(OPERATIONS, "retry", operation, follow=True)
    assert page.told[0][0] == "success"
    again = Operation.objects.exclude(pk=operation.pk).get()
    assert (again.kind, again.actor_name, again.via) == ("create", "root", "admin")


def test_what_succeeded_is_not_asked_for_again(root, ask):
    operation = ask()
    end(operation)
    page = root.act(OPERATIONS, "retry", operation, follow=True)
    assert page.told[0][0] == "error"
    assert Operation.objects.count() == 1


def test_what_runs_is_cancelled(root, ask):
    operation = ask()
    page = root.act(OPERATIONS, "cancel", operation, follow=True)
    assert page.told[0][0] == "success"
    operation.refresh_from_db()
    assert operation.cancel_actor == "root"


def test_the_newest_operation_of_a_cluster_is_retried_from_its_list(root, ask):
    end(ask(), "failed")
    page = root.act(LIST, "create_again", Cluster.objects.get(), follow=True)
    assert page.told[0][0] == "success"
    assert Operation.objects.filter(state="queued").count() == 1


@pytest.mark.parametrize(
    ("may", "level"), [("delete_cluster", "error"), ("add_cluster", "success")]
)
def test_who_may_not_create_may_not_retry_a_create(staff, ask, may, level):
    operation = ask()
    end(operation, "failed")
    sam = staff("view_operation", may)
    page = sam.act(OPERATIONS, "retry", operation, follow=True)
    assert page.told[0][0] == level
    assert Operation.objects.count() == (1 if level == "error" else 2)


def test_who_may_ask_for_nothing_is_offered_no_action(staff, ask):
    ask()
    page = staff("view_operation").get(OPERATIONS)
    assert page.status == 200
    assert 'value="cancel"' not in page.html


def test_clusters_are_found_by_how_they_are(root, ask):
    ask("a")
    ask("b")
    Observation.keep("healthy", {}, cluster=Cluster.objects.get(name="a"))
    page = root.get(LIST, status="healthy")
    assert ">a</a>" in page.html
    assert ">b</a>" not in page.html
    assert "usable" not in root.get(LIST).text


def test_lists_are_found_by_filter_search_and_date(root, ask):
    ask("a")
    end(ask("b"), "failed")
    page = root.get(OPERATIONS, state__exact="failed")
    assert "create b" in page.text
    assert "create a" not in page.text
    assert "create a" in root.get(OPERATIONS, q="a").text
    assert root.get(OPERATIONS, created_at__year="2020").status == 200
