"""Nothing is shown to strangers but the way in."""

import uuid

import pytest

from clusters.web.urls import urlpatterns
from tests import builders
from tests.web.conftest import Visitor

OPEN = {"theme"}


def addresses():
    samples = {
        "<slug:name>": "a",
        "<uuid:operation_id>": str(uuid.UUID(int=1)),
        "<uuid:check_id>": str(uuid.UUID(int=1)),
        "<uuid:token_id>": str(uuid.UUID(int=1)),
        "<slug:form>": "compose",
        "<str:file>": "compose.yml",
    }
    for pattern in urlpatterns:
        if pattern.name in OPEN:
            continue
        route = str(pattern.pattern)
        for placeholder, value in samples.items():
            route = route.replace(placeholder, value)
        assert "<" not in route
        yield pytest.param(f"/{route}", id=pattern.name)


@pytest.mark.parametrize("path", list(addresses()))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_the_login(stranger, path, method):
    page = getattr(stranger, method)(path)
    assert (page.status, page.leads_to.split("?")[0]) == (302, "/accounts/login/")


def test_a_stranger_changes_nothing(stranger, docker):
    cluster = builders.cluster_row()
    stranger.post("/clusters/a/delete/", confirm="a")
    stranger.post("/clusters/a/hands-off/", hands_off="on")
    cluster.refresh_from_db()
    assert not cluster.hands_off
    assert not cluster.operations.exists()


def test_a_wrong_password_is_told_beside_the_form(stranger):
    page = stranger.post("/accounts/login/", username="ann", password="wrong")
    assert "Please enter a correct username and password" in page.text
    assert page.root.id("id_username")["value"] == "ann"


def test_login_leads_to_the_page_that_was_asked_for(stranger, ann):
    ann.set_password("a long enough one")
    ann.save()
    shown = stranger.get("/accounts/login/", next="/hosts/")
    assert "Log in to go on." in shown.text
    page = stranger.post(
        "/accounts/login/",
        username="ann",
        password="a long enough one",
        next="/hosts/",
    )
    assert page.leads_to == "/hosts/"


def test_logging_out_is_one_press(visitor):
    form = visitor.get("/").root.one("form", action="/accounts/logout/")
    assert form["method"] == "post"
    assert visitor.post("/accounts/logout/").status == 302
    assert visitor.get("/").status == 302


def test_who_was_disabled_is_a_stranger(ann):
    visitor = Visitor(ann)
    ann.is_active = False
    ann.save()
    assert visitor.get("/").status == 302


def test_the_admin_site_is_offered_to_staff_only(visitor, ann):
    assert "Admin site" not in visitor.get("/").text
    ann.is_staff = True
    ann.save()
    assert "Admin site" in visitor.get("/").text


def test_a_password_can_be_changed(visitor, ann):
    ann.set_password("a long enough one")
    ann.save()
    visitor = Visitor(ann)
    shown = visitor.get("/accounts/password/")
    assert "Change the password" in shown.text
    page = visitor.post(
        "/accounts/password/",
        old_password="a long enough one",
        new_password1="another long one",
        new_password2="another long one",
    )
    assert page.leads_to == "/accounts/password/done/"
    assert "Password changed" in visitor.get("/accounts/password/done/").text
