"""A program looks at hosts and at checks."""

import uuid
from datetime import timedelta

from django.utils import timezone

from clusters.core.text import say
from clusters.models import Check, Host
from tests.api.conftest import usable_host


def test_hosts_tell_what_they_offer(api, host):
    (found,) = api.found("/hosts/")["results"]

    assert (found["name"], found["kind"], found["usable"]) == ("local", "process", True)
    assert found["versions"] == ["3.5.35", "3.6.16"]
    assert found["default_version"] == "3.6.16"
    assert found["members"] == 0


def test_a_host_that_was_not_looked_at_says_so(api):
    Host.objects.create(name="fresh", kind="docker")

    (found,) = api.found("/hosts/")["results"]

    assert found["usable"] is None
    assert found["seen_at"] is None


def test_hosts_count_their_members(api, create):
    usable_host("other")
    create("shop")

    counts = {h["name"]: h["members"] for h in api.found("/hosts/")["results"]}

    assert counts == {"local": 3, "other": 0}


def test_a_check_shows_its_lines_as_they_arrive(api):
    check = Check.objects.create(spec={})
    path = f"/checks/{check.pk}/"
    assert api.found(path)["state"] == "queued"

    line = {"code": "port_busy", "level": "block", "host": "local"}
    line["text"] = say("Port {port} is taken.", port=23791).as_json()
    line["data"] = {"port": 23791}
    Check.objects.update(state="done", lines=[line])

    found = api.found(path)
    assert (found["state"], found["blocked"]) == ("done", True)
    assert found["lines"][0]["text"] == "Port 23791 is taken."
    assert found["lines"][0]["data"] == {"port": 23791}


def test_a_check_expires(api):
    past = timezone.now() - timedelta(seconds=1)
    check = Check.objects.create(spec={}, expires_at=past)

    for unknown in (check.pk, uuid.uuid4()):
        answer = api.get(f"/checks/{unknown}/")
        assert answer.status_code == 404
        assert answer.json()["code"] == "no_such_check"
