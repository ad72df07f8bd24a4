"""The interface describes itself, completely and truly."""

import dataclasses
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from clusters.api.answers import (
    clusters,
    discovery,
    hosts,
    operations,
    plans,
    transfers,
)
from clusters.api.bodies import clusters as cluster_bodies
from clusters.api.bodies import discovery as discovery_bodies
from clusters.api.schema import openapi
from clusters.core.meeting import StoreAccess
from clusters.core.request import ClusterRequest, DiscoveryRequest, StoreRequest
from clusters.queries import checks as check_views
from clusters.queries import clusters as cluster_views
from clusters.queries import hosts as host_views
from clusters.queries import imports as import_views
from clusters.queries import members as member_views
from clusters.queries import modes as mode_views
from clusters.queries import operations as operation_views
from clusters.queries import previews
from clusters.queries import stores as store_views
from clusters.queries import tokens as token_views

DOCS = Path(__file__).parents[2] / "docs/api.md"


def test_the_description_is_valid(tmp_path):
    file = tmp_path / "openapi.yml"

    call_command("spectacular", "--validate", "--fail-on-warn", file=str(file))

    assert file.read_text().startswith("openapi: 3.1.0")


def test_every_address_is_described():
    described = {re.sub(r"{\w+}", "<>", path) for path in openapi()["paths"]}
    patterns = next(
        each.url_patterns
        for each in get_resolver().url_patterns
        if str(each.pattern) == "api/v1/"
    )
    addresses = {
        "/api/v1/" + re.sub(r"<.*?>", "<>", str(each.pattern))
        for each in patterns
        if each.name not in (None, "schema", "docs")
    }

    assert described == addresses


@pytest.mark.parametrize(
    ("answer", "view", "kept_back"),
    [
        (clusters.ClusterRowAnswer, cluster_views.ClusterRow, ()),
        (clusters.ClusterAnswer, cluster_views.ClusterPage, ()),
        (clusters.VerdictAnswer, cluster_views.VerdictView, ()),
        (clusters.MarkAnswer, cluster_views.Mark, ()),
        (clusters.MemberAnswer, member_views.MemberRow, ()),
        (operations.OperationRowAnswer, operation_views.OperationRow, ()),
        (operations.OperationAnswer, operation_views.OperationProgress, ()),
        (operations.StepAnswer, operation_views.StepLine, ()),
        (operations.LineAnswer, operation_views.EventLine, ()),
        (plans.PlanAnswer, previews.PlanPreview, ("spec",)),
        (plans.PlannedMemberAnswer, previews.PlannedMember, ()),
        (plans.PlannedStepAnswer, previews.PlannedStep, ()),
        (plans.CheckAnswer, check_views.CheckView, ()),
        (plans.CheckLineAnswer, check_views.CheckLine, ()),
        (hosts.HostAnswer, host_views.HostView, ()),
        (discovery.StoreRowAnswer, store_views.StoreRow, ()),
        (discovery.StoreAnswer, store_views.StorePage, ()),
        (discovery.TokenAnswer, token_views.TokenRow, ()),
        (discovery.RegistrationAnswer, token_views.RegistrationRow, ()),
        (clusters.MeetingAnswer, cluster_views.MeetingView, ()),
        (transfers.ImportAnswer, import_views.ImportView, ("request", "problems")),
        (transfers.ImportLineAnswer, import_views.ImportLine, ()),
        (discovery.GridCellAnswer, mode_views.GridCell, ()),
    ],
)
def test_an_answer_has_every_field_of_its_view(answer, view, kept_back):
    shown = {field.source or name for name, field in answer().fields.items()}

    assert shown == {f.name for f in dataclasses.fields(view)} - set(kept_back)


def test_the_body_of_a_create_has_every_field_of_a_request():
    fields = {field.name for field in dataclasses.fields(ClusterRequest)}

    # A store is asked for at an address of its own.
    assert set(cluster_bodies.CreateBody().fields) == fields - {"serves", "volume"}


def test_the_bodies_of_discovery_have_every_field_of_their_requests():
    fields = {field.name for field in dataclasses.fields(DiscoveryRequest)}
    assert set(discovery_bodies.DiscoveryBody().fields) == fields

    fields = {field.name for field in dataclasses.fields(StoreRequest)}
    fields |= {field.name for field in dataclasses.fields(StoreAccess)}
    assert set(discovery_bodies.StoreBody().fields) == fields - {"access"}


def test_what_is_left_out_of_a_body_is_what_a_request_leaves_out():
    body = cluster_bodies.CreateBody(data={"name": "a"})
    assert body.is_valid()

    assert body.as_request() == ClusterRequest(name="a")

    store = discovery_bodies.StoreBody(data={"name": "a"})
    assert store.is_valid()

    assert store.as_request() == StoreRequest(name="a")


def test_every_call_describes_its_problems():
    for path, calls in openapi()["paths"].items():
        for method, call in calls.items():
            answers = call["responses"]
            assert {"400", "401", "406", "500", "503"} <= answers.keys(), path
            assert ("404" in answers) == ("{" in path), path
            assert ("409" in answers) == (method != "get"), path
            for status, answer in answers.items():
                if int(status) >= 400:
                    assert answer["content"].keys() == {problems_at(path)}


def problems_at(path):
    """The public service knows plain text alone, so what stands in for it does too."""
    is_drop_in = path == "/api/v1/discovery/new"
    return "text/plain" if is_drop_in else "application/problem+json"


def test_the_description_comes_as_json_and_as_yaml(api):
    as_json = api.get("/schema/")
    assert as_json.json()["openapi"] == "3.1.0"

    as_yaml = api.get("/schema/", Accept="application/yaml")
    assert as_yaml.content.startswith(b"openapi: 3.1.0")


def test_people_read_it_as_a_page_without_scripts(user):
    client = Client()
    client.force_login(user)

    answer = client.get("/api/v1/docs/", headers={"Accept": "text/html"})

    page = answer.content.decode()
    assert answer.status_code == 200
    for path in openapi()["paths"]:
        assert path in page
    for name in openapi()["components"]["schemas"]:
        assert f'id="shape-{name}"' in page
    assert "cluster_token" in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert "style=" not in page


def test_people_who_are_not_logged_in_are_sent_to_the_login(db):
    answer = Client().get("/api/v1/docs/", headers={"Accept": "text/html"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/api/v1/docs/"


def test_the_guide_names_every_address():
    guide = DOCS.read_text(encoding="utf-8")

    for path in openapi()["paths"]:
        assert (
            re.sub(r"{\w*name}", "{name}", re.sub(r"{\w+_id}", "{id}", path)) in guide
        )
