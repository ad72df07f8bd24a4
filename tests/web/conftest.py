"""Somebody who reads pages and fills in forms."""

import pytest
from django.test import Client

from tests.web.markup import parse


class Page:
    """An answer: its status, where it leads, and what stands on it."""

    def __init__(self, response):
        self.status = response.status_code
        self.leads_to = response.headers.get("Location", "")
        self.headers = response.headers
        self.html = response.content.decode()

    @property
    def root(self):
        return parse(self.html)

    @property
    def text(self):
        return self.root.text

    def notes(self, field):
        """What stands beside a field."""
        return self.root.id(f"notes-{field}").text

    @property
    def answers(self):
        """What a browser would send of the create form, as it stands."""
        form = self.root.one("form", action="/clusters/new/")
        sent = {}
        for element in form.walk():
            name, kind = element.get("name"), element.get("type")
            if element.tag == "input" and kind in {"radio", "checkbox"}:
                if element.has("checked") and not element.has("disabled"):
                    sent.setdefault(name, []).append(element["value"])
            elif element.tag == "input" and kind != "submit":
                sent.setdefault(name, []).append(element.get("value"))
            elif element.tag == "select":
                chosen = [o for o in element.all("option") if o.has("selected")]
                sent[name] = [(chosen or element.all("option"))[0].get("value")]
        sent.pop("csrfmiddlewaretoken", None)
        return sent


class Visitor:
    """A browser without scripts."""

    def __init__(self, user=None):
        self.user = user
        self.client = Client()
        if user:
            self.client.force_login(user)

    def get(self, path, **query):
        return Page(self.client.get(path, query))

    def post(self, path, answers=None, **changes):
        return Page(self.client.post(path, {**(answers or {}), **changes}))

    def answers(self, **changes):
        """The create form as it is first shown, with some answers changed."""
        return {**self.get("/clusters/new/").answers, **changes}

    def create(self, **changes):
        return self.post("/clusters/new/", self.answers(**changes))

    def preview(self, **changes):
        return self.post("/clusters/new/preview/", self.answers(**changes))


@pytest.fixture
def visitor(ann):
    return Visitor(ann)


@pytest.fixture
def stranger(db):
    return Visitor()
