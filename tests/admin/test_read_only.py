"""What is history or was seen is read by those who may, and written by nobody."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse

from clusters.models import (
    Check,
    Cluster,
    Event,
    Installation,
    Member,
    Observation,
    Operation,
    PortLease,
    StepRecord,
)

READ_ONLY = (
    Check,
    Event,
    Installation,
    Member,
    Observation,
    Operation,
    PortLease,
    StepRecord,
)


def url(model, what, *args):
    return reverse(f"admin:clusters_{model._meta.model_name}_{what}", args=args)


@pytest.fixture
def rows(idle):
    """One row of each."""
    cluster = idle()
    Installation.mark()
    Check.objects.create(
        spec=cluster.to_spec().as_json(),
        state="done",
        lines=[
            {
                "code": "port_busy",
                "level": "block",
                "text": {"text": "Port {port} is taken.", "params": {"port": 1}},
            }
        ],
    )
    Observation.keep("healthy", {"serving": 3}, cluster=cluster)
    Observation.keep("started", {}, member=cluster.members.first())
    StepRecord.objects.create(
        operation=Operation.objects.get(),
        seq=1,
        kind="check_host",
        target="local",
        host="local",
    )


@pytest.mark.parametrize("model", READ_ONLY)
def test_it_is_listed_searched_and_shown(model, root, rows):
    assert root.get(url(model, "changelist")).status == 200
    assert root.get(url(model, "changelist"), q="a").status == 200
    for row in model.objects.all():
        assert root.get(url(model, "change", quote(row.pk))).status == 200


@pytest.mark.parametrize("model", READ_ONLY)
def test_not_even_root_adds_changes_or_deletes_it(model, root, rows):
    row = model.objects.first()
    before = list(model.objects.order_by("pk").values())
    assert root.get(url(model, "add")).status == 403
    assert root.post(url(model, "add"), name="x").status == 403
    assert root.post(url(model, "change", quote(row.pk)), name="x").status == 403
    assert root.post(url(model, "delete", quote(row.pk)), post="yes").status == 403
    root.act(url(model, "changelist"), "delete_selected", row, post="yes")
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", [*READ_ONLY, Cluster])
def test_who_may_not_view_sees_nothing(model, staff, rows):
    sam = staff()
    row = model.objects.first()
    assert sam.get(url(model, "changelist")).status == 403
    assert sam.get(url(model, "change", quote(row.pk))).status == 403


def test_who_may_only_view_a_cluster_can_change_nothing(staff, rows):
    sam = staff("view_cluster")
    cluster = Cluster.objects.get()
    page = sam.get(url(Cluster, "change", cluster.pk))
    assert page.status == 200
    assert 'type="submit"' not in page.html.split('id="cluster_form"')[1]
    path = url(Cluster, "change", cluster.pk)
    assert sam.post(path, hands_off="on", seen_generation=1).status == 403
    assert sam.get(url(Cluster, "add")).status == 403
    assert sam.get(url(Cluster, "delete", cluster.pk)).status == 403
    assert 'name="action"' not in sam.get(url(Cluster, "changelist")).html


def test_a_check_tells_its_lines(root, rows):
    page = root.get(url(Check, "change", Check.objects.get().pk))
    assert "block port_busy: Port 1 is taken." in page.text


def test_every_row_of_the_panel_is_in_the_admin_site():
    shown = {model.__name__ for model in admin.site._registry}
    assert {model.__name__ for model in READ_ONLY} <= shown
    assert {"Cluster", "Host", "ApiToken", "User", "Group"} <= shown


def test_words_from_outside_stay_words(root, rows):
    Observation.objects.filter(cluster__isnull=False).update(
        facts={"what": {"text": "<img src=x onerror=alert(1)>", "params": {}}}
    )
    for row in Observation.objects.all():
        assert "<img" not in root.get(url(Observation, "change", row.pk)).html
    cluster = Cluster.objects.get()
    assert "<img" not in root.get(url(Cluster, "change", cluster.pk)).html
