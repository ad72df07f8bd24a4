"""`manage.py show_cluster`: the verdict and the membership table."""

import pytest

from clusters.management.tables import cut, table, width
from clusters.models import Cluster


@pytest.fixture
def running(create, worker):
    assert create("--wait", "--token", "etcd-cluster").code == 0


def test_it_says_how_the_cluster_is_and_lists_its_members(manage, running):
    done = manage("show_cluster", "a")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == ("a: healthy. 3 of 3 members healthy; survives 1 more failure.")
    assert "etcd 3." in done.out
    assert "ade526d28b1f92f7  started  voter" in done.out
    assert done.out.count(", leader") == 1
    assert "http://etcd2:2380" in done.out
    assert "etcdctl --endpoints=127.0.0.1:23791," in done.out
    assert "Last operation: create: succeeded. All members serve." in done.out
    assert "?" not in done.out


def test_columns_are_aligned(manage, running):
    out = manage("show_cluster", "a").out
    head, *rows = out[out.index("NAME") :].splitlines()[:4]
    for title in ("ID", "STATUS", "HOST", "ENDPOINT", "VERSION"):
        at = head.index(f"  {title}") + 2
        assert all(row[at - 1] == " " != row[at] for row in rows)


def test_before_anybody_looked_the_ids_are_marked_as_computed(manage, create):
    create()
    out = manage("show_cluster", "a").out
    assert out.startswith("a: creating.")
    assert out.count("? ") == 3
    assert "An ID with a question mark was computed" in out


def test_for_programs_it_is_the_whole_page(manage, running):
    page = manage("show_cluster", "a", "--json").json()
    assert (page["name"], page["verdict"]["state"]) == ("a", "healthy")
    assert [member["status"] for member in page["members"]] == ["started"] * 3


def test_hands_off_and_a_dangerous_release_are_named(manage, create):
    create("--version", "3.5.1", "--accept", "release_corrupting")
    Cluster.objects.update(hands_off=True)
    out = manage("show_cluster", "a").out
    assert "Hands off" in out
    assert "release_corrupting: etcd 3.5.0 to 3.5.2 can corrupt data" in out


def test_an_unknown_name_is_bad_input(manage):
    done = manage("show_cluster", "nix")
    assert (done.code, done.err) == (2, "name: There is no cluster nix.\n")
    assert manage("show_cluster", "nix", "--json").json()["code"] == "no_such_cluster"


def test_wide_letters_take_two_columns():
    lines = table([("名称", "x"), ("a", "y")])
    assert lines == ["名称  x", "a     y"]
    assert width("é") == 1
    assert cut("名称", 3) == "名"
