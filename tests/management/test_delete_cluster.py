"""`manage.py delete_cluster`: the name is typed once more, then all of it goes."""

import sys

import pytest

from clusters.models import Cluster, Operation
from tests.management.conftest import Terminal


@pytest.fixture
def cluster(create):
    create()
    Operation.objects.update(state="succeeded")


def deletes():
    return Operation.objects.filter(kind="delete").count()


def test_the_name_once_more_starts_the_end(manage, cluster):
    done = manage("delete_cluster", "a", "--confirm", "a")
    assert (done.code, deletes()) == (0, 1)
    assert "Asked for: delete of a." in done.out


@pytest.mark.parametrize("words", [[], ["--confirm", "b"], ["--json"]])
def test_without_the_right_name_nothing_happens(manage, cluster, words):
    done = manage("delete_cluster", "a", *words)
    assert (done.code, deletes()) == (2, 0)
    assert "Type a to confirm: its data will be gone." in done.out + done.err


@pytest.mark.parametrize(("typed", "code", "count"), [("a", 0, 1), ("b", 2, 0)])
def test_at_a_terminal_it_shows_what_goes_and_asks(
    manage, cluster, monkeypatch, typed, code, count
):
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    done = manage("delete_cluster", "a")
    assert "etcd1 on world: container a-etcd1, volume a-etcd1-data" in done.out
    assert "network a-net" in done.out
    assert "Type a to delete all this: " in done.out
    assert (done.code, deletes()) == (code, count)


def test_programs_are_never_asked(manage, cluster, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("a\n"))
    done = manage("delete_cluster", "a", "--json")
    assert (done.code, done.json()["code"], deletes()) == (2, "not_confirmed", 0)


def test_an_unknown_name_is_bad_input(manage):
    done = manage("delete_cluster", "nix", "--confirm", "nix")
    assert (done.code, done.err) == (2, "name: There is no cluster nix.\n")


def test_while_it_is_being_deleted_it_says_so(manage, cluster):
    manage("delete_cluster", "a", "--confirm", "a")
    assert manage("delete_cluster", "a", "--confirm", "a").code == 3


def test_waiting_ends_when_nothing_is_left(manage, create, worker, world):
    create("--wait")
    done = manage("delete_cluster", "a", "--confirm", "a", "--wait")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "a is deleted."
    assert world.things() == {"instances": [], "volumes": [], "networks": []}
    assert not Cluster.objects.exists()


def test_a_create_that_was_cancelled_instead_is_what_was_wanted(
    manage, create, worker, world
):
    world.form_after(60)
    create()
    done = manage("delete_cluster", "a", "--confirm", "a", "--wait", "--json")
    assert (done.code, done.json()["state"]) == (0, "cancelled")
    assert world.things() == {"instances": [], "volumes": [], "networks": []}
