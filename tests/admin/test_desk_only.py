"""Nothing in the admin site changes managed rows but the desk."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import RequestFactory
from django.urls import reverse

from clusters import actions
from clusters.core.errors import PanelError
from clusters.core.text import say
from clusters.models import (
    ApiToken,
    Check,
    Cluster,
    DiscoveryToken,
    Host,
    Installation,
    Operation,
    Store,
)
from tests.admin.conftest import end

ASKED = (
    "add_external_store",
    "cancel_operation",
    "change_store",
    "create_cluster",
    "create_managed_store",
    "create_token",
    "delete_cluster",
    "delete_store",
    "discard_token",
    "import_cluster",
    "look_at_store",
    "new_token",
    "reconcile_once",
    "retry_operation",
    "set_hands_off",
    "start_check",
)
THEIRS = "http://10.0.0.5:2379"
UNMANAGED = {Host, ApiToken}


@pytest.fixture
def shut(monkeypatch):
    """A desk that refuses everything and counts who asked."""
    asked = []

    def closed(name):
        def refuse(*args, **kwargs):
            asked.append(name)
            raise PanelError(say("The desk is shut."), code="shut")

        return refuse

    for name in ASKED:
        monkeypatch.setattr(actions, name, closed(name))
    return asked


@pytest.fixture
def rows(idle, ask):
    idle("a")
    end(ask("b"), "failed")
    ask("c")
    Installation.mark()
    store = Store.objects.create(name="ours", protocol="v2", member_url=THEIRS)
    DiscoveryToken.objects.create(mode="discovery_v2", store=store, size=3)
    Check.objects.create(spec={"name": "a"})


def everything():
    managed = set(apps.get_app_config("clusters").get_models()) - UNMANAGED
    return {
        model.__name__: list(model.objects.order_by("pk").values()) for model in managed
    }


def admins():
    return [
        (model, site_admin)
        for model, site_admin in admin.site._registry.items()
        if model._meta.app_label == "clusters" and model not in UNMANAGED
    ]


def test_the_list_of_what_may_be_asked_is_whole():
    assert set(ASKED) == set(actions.__all__) - {"Asker"}


def test_with_the_desk_shut_no_action_changes_anything(root, rows, shut):
    before = everything()
    request = RequestFactory().get("/")
    request.user = root.user
    for model, site_admin in admins():
        path = reverse(f"admin:clusters_{model._meta.model_name}_changelist")
        for name in [*site_admin.get_actions(request), "delete_selected"]:
            chosen = list(model.objects.all())
            answers = {"confirmed": "yes", "post": "yes"}
            for row in chosen:
                answers[f"confirm_{row.pk}"] = str(row)
                answers[f"generation_{row.pk}"] = 1
            page = root.act(path, name, *chosen, follow=True, **answers)
            assert page.status == 200, (model, name)
    assert everything() == before
    assert set(shut) == {
        "cancel_operation",
        "delete_cluster",
        "discard_token",
        "look_at_store",
        "retry_operation",
        "set_hands_off",
    }


def test_with_the_desk_shut_no_form_changes_anything(root, rows, shut):
    before = everything()
    for model, _ in admins():
        name = f"admin:clusters_{model._meta.model_name}"
        fields = {"name": "x", "size": 3, "hosts": ["local"], "bootstrap": "static"}
        fields |= {"protocol": "v2", "once": "k"}
        root.post(reverse(f"{name}_add"), key="k", **fields)
        root.post(reverse(f"{name}_add"), key="k", member_url=THEIRS, **fields)
        for row in model.objects.all():
            args = [quote(row.pk)]
            sent = {**fields, "hands_off": "on", "seen_generation": 1, "post": "yes"}
            sent["anonymous"] = "on"
            root.post(reverse(f"{name}_change", args=args), **sent)
            answers = {f"confirm_{row.pk}": str(row), f"generation_{row.pk}": 1}
            answers["confirm"] = str(row)
            root.post(reverse(f"{name}_delete", args=args), post="yes", **answers)
    assert everything() == before
    assert set(shut) == {
        "add_external_store",
        "change_store",
        "create_cluster",
        "create_managed_store",
        "delete_cluster",
        "delete_store",
        "set_hands_off",
    }


@pytest.mark.parametrize("way", ["delete_model", "delete_queryset"])
@pytest.mark.parametrize(
    ("model", "asked"), [(Cluster, "delete_cluster"), (Store, "delete_store")]
)
def test_djangos_own_ways_to_delete_lead_to_the_desk(
    root, rows, shut, way, model, asked
):
    request = RequestFactory().post("/")
    request.user = root.user
    row = model.objects.first()
    subject = row if way == "delete_model" else model.objects.all()
    with pytest.raises(PanelError):
        getattr(admin.site._registry[model], way)(request, subject)
    assert shut == [asked]


def test_a_refusal_is_a_sentence_and_never_a_fault(root, rows, shut):
    operation = Operation.objects.get(cluster_name="b")
    path = reverse("admin:clusters_operation_changelist")
    page = root.act(path, "retry", operation, follow=True)
    assert page.told == [("error", "“create b: failed”: The desk is shut.")]
