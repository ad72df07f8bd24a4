"""Hosts: what can be used, and otherwise why and the cure."""

from clusters.core.text import say
from tests import builders


def card(visitor, name):
    sections = visitor.get("/hosts/").root.all("section")
    return next(s for s in sections if s.get("data-key") == name)


def test_a_usable_host_shows_what_it_has(visitor):
    docker = builders.host_row(
        engine="Docker Engine 20.10.24",
        versions=("3.7.3",),
        pullable=("3.6.16",),
        disk_free=5 * 1024**3,
    )
    builders.cluster_row("demo", host=docker)
    text = card(visitor, "docker").text
    for words in (
        "usable",
        "Docker Engine 20.10.24",
        "etcd that is there 3.7.3",
        "3.6.16",
        "5.0",
        "Members 3",
        "Looked at 0 s ago",
    ):
        assert words in text


def test_a_host_that_can_not_be_used_says_why_and_the_cure(visitor):
    builders.host_row(
        usable=False,
        versions=(),
        code="permission_denied",
        reason=say("The socket {path} may not be opened.", path="/run/docker.sock"),
        cure=say("Add this user to the group docker."),
    )
    text = card(visitor, "docker").text
    assert "can not be used" in text
    assert "The socket /run/docker.sock may not be opened." in text
    assert "Add this user to the group docker." in text
    assert "etcd that is there none" in text


def test_a_host_that_was_not_looked_at_is_neither(visitor):
    builders.host_row(looked_at=False)
    text = card(visitor, "docker").text
    assert "not looked at yet" in text
    assert "Looked at never" in text


def test_no_hosts_at_all_says_who_would_find_them(visitor):
    assert "No hosts yet" in visitor.get("/hosts/").text
