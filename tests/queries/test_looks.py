"""Hosts and checks: what a worker saw, as people read it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from clusters import queries
from clusters.core.errors import NotFoundError
from clusters.core.findings import Finding, FindingLevel
from clusters.core.text import say
from clusters.models import Check
from clusters.queries.offers import host_offers
from tests.builders import cluster_row, host_row

pytestmark = pytest.mark.django_db


# Hosts


def hosts():
    return {view.name: view for view in queries.host_list()}


def test_a_host_that_can_be_used_says_what_it_offers(db):
    host_row(
        engine="Docker 20.10",
        versions=("3.5.35",),
        pullable=("3.6.16",),
        disk_free=5_000,
    )
    view = hosts()["docker"]
    assert (view.usable, view.kind, view.engine) == (True, "docker", "Docker 20.10")
    assert (view.versions, view.pullable) == (("3.5.35",), ("3.6.16",))
    assert (view.default_version, view.disk_free) == ("3.6.16", 5_000)
    assert view.image_repository == "quay.io/coreos/etcd"
    assert (view.reason, view.cure, view.code) == ("", "", "")
    assert view.seen_at is not None


def test_a_host_that_can_not_be_used_says_why_and_the_cure(db):
    host_row(
        usable=False,
        code="socket_absent",
        reason=say("There is no socket at {path}.", path="/run/docker.sock"),
        cure=say("Start Docker."),
    )
    view = hosts()["docker"]
    assert (view.usable, view.code) == (False, "socket_absent")
    assert view.reason == "There is no socket at /run/docker.sock."
    assert view.cure == "Start Docker."


def test_a_host_that_nobody_looked_at_is_neither(db):
    host_row(looked_at=False)
    view = hosts()["docker"]
    assert (view.usable, view.seen_at, view.versions) == (None, None, ())


def test_a_host_counts_its_members(docker, local):
    cluster_row("a", first_port=20_000)
    cluster_row("b", first_port=20_020)
    assert {name: view.members for name, view in hosts().items()} == {
        "docker": 6,
        "local": 0,
    }


def test_hosts_take_one_question(db, django_assert_max_num_queries):
    for number in range(10):
        host_row(f"h{number}")
    with django_assert_max_num_queries(1):
        assert len(hosts()) == 10


def test_a_draft_sees_the_ports_lent_on_the_same_machine(docker, local):
    host_row("far", address="tcp://10.0.0.2:2376")
    host_row("far-again", address="tcp://10.0.0.2:2376")
    host_row("socket", address="unix:///run/user/1000/docker.sock")
    cluster_row("a", members=1, first_port=20_000)
    found = {name: dict(offer.leased) for name, offer in host_offers().items()}
    here = {20_000: "a", 20_010: "a"}
    assert found == {
        "docker": here,
        "local": here,
        "socket": here,
        "far": {},
        "far-again": {},
    }


def test_a_draft_sees_where_images_come_from(db):
    host_row("seen", "docker")
    host_row("named", "docker", image_repository="127.0.0.1:5000/etcd")
    host_row("unseen", "docker", looked_at=False)
    found = {name: offer.image_repository for name, offer in host_offers().items()}
    assert found == {
        "seen": "quay.io/coreos/etcd",
        "named": "127.0.0.1:5000/etcd",
        "unseen": "",
    }


# Checks


def finding(level, code="x", **given):
    return Finding(code=code, level=level, text=say("{n} ports", n=6), **given)


def test_a_check_shows_the_lines_that_arrived(db):
    lines = [
        finding(FindingLevel.PASS, host="docker", data={"free": 1}).as_json(),
        finding(FindingLevel.WARN, advice=say("Free {n} GiB.", n=2)).as_json(),
    ]
    check = Check.objects.create(spec={}, state="running", lines=lines)
    view = queries.check_view(check.pk)
    assert (view.id, view.state, view.blocked) == (str(check.pk), "running", False)
    first, second = view.lines
    assert (first.level, first.text, first.host) == ("pass", "6 ports", "docker")
    assert (first.data, first.advice) == ({"free": 1}, "")
    assert (second.level, second.advice) == ("warn", "Free 2 GiB.")


def test_one_line_that_blocks_blocks(db):
    lines = [finding(level).as_json() for level in FindingLevel]
    check = Check.objects.create(spec={}, state="done", lines=lines)
    assert queries.check_view(check.pk).blocked


def test_a_check_that_expired_or_never_was_is_not_found(db):
    old = Check.objects.create(spec={}, expires_at=timezone.now() - timedelta(1))
    for missing in (old.pk, uuid.uuid4()):
        with pytest.raises(NotFoundError) as error:
            queries.check_view(missing)
        assert error.value.code == "no_such_check"
