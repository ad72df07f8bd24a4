"""Error pages look like the rest and say what to do."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client
from django.urls import path

from clusters.web import urls as pages
from etcdpanel import urls as whole
from tests.web.conftest import Page


def broken(request):
    raise ZeroDivisionError


def forbidden(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation


class Doors:
    """The panel's addresses with some that always go wrong."""

    urlpatterns = (
        path("broken/", broken),
        path("forbidden/", forbidden),
        path("suspicious/", suspicious),
        *whole.urlpatterns,
    )


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/broken/", 500, "This is a bug of the panel"),
        ("/forbidden/", 403, "Your account may not do this."),
        ("/suspicious/", 400, "This request can not be understood"),
        ("/nothing/here/", 404, "There is nothing here"),
    ],
)
def test_an_error_page_says_what_and_what_to_do(
    visitor, settings, address, status, words
):
    settings.ROOT_URLCONF = Doors
    visitor.client.raise_request_exception = False
    page = visitor.get(address)
    assert page.status == status
    assert words in page.text
    assert page.root.all("a", href="/")
    assert "Traceback" not in page.text


def test_a_form_without_its_proof_is_refused_in_words(ann):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    page = Page(client.post("/clusters/new/", {"name": "demo"}))
    assert page.status == 403
    assert "The form was not accepted" in page.text


def test_every_form_carries_its_proof(visitor, docker):
    for address in ("/", "/clusters/new/", "/hosts/"):
        for form in visitor.get(address).root.all("form", method="post"):
            assert form.all("input", name="csrfmiddlewaretoken"), form["action"]


def test_pages_that_change_something_refuse_to_be_just_opened(visitor):
    for pattern in pages.urlpatterns:
        if pattern.name in {"hands_off", "operation_cancel", "cluster_preview"}:
            address = f"/{pattern.pattern}".replace("<slug:name>", "a").replace(
                "<uuid:operation_id>", "0" * 8 + "-0000" * 3 + "-" + "0" * 12
            )
            assert visitor.get(address).status == 405
