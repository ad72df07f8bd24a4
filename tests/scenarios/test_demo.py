"""`make demo` from nothing: a table of three started members, and all of it away."""

import re
import time

import pytest

from tests.scenarios.demo_places import Containers, Processes
from tests.scenarios.panels import Driven, etcdctl
from tests.up.panels import Panel, free_port, until

ROW = re.compile(r"^(etcd\d) +([0-9a-f]+) +started +(?:voter|leader) ", re.MULTILINE)


@pytest.fixture(params=[Containers, Processes])
def place(request):
    return request.param()


@pytest.fixture
def panel(place, tmp_path):
    panel = Panel(tmp_path / "var", free_port(), **place.environment())
    yield panel
    panel.command("stop")
    panel.end()
    place.clear(panel)


def told(panel, command):
    done = panel.command(command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def listed(printed):
    """Name by ID, and an endpoint, as the demo printed them."""
    endpoint = re.search(r"--endpoints=([^, ]+)", printed)[1]
    return {number: name for name, number in ROW.findall(printed)}, endpoint


def carries_the_mark_it_deserves(place, panel, printed):
    cluster = Driven(panel).get("/clusters/demo/")
    marks = {mark["code"] for mark in cluster["marks"]}
    warned = "it can corrupt data" in printed
    return ("release_corrupting" in marks) == place.corrupts == warned


def test_from_nothing_to_three_started_members_and_back(place, panel, record_property):
    began = time.monotonic()
    printed = told(panel, "demo")
    record_property("seconds_to_the_table", round(time.monotonic() - began, 1))
    words = f"3 members of etcd {place.version()} as {place.words}."
    assert f"Creating demo: {words}" in printed
    assert place.why in printed
    assert re.search(r"login  admin / \S{20}", printed)
    shown, endpoint = listed(printed)
    assert sorted(shown.values()) == ["etcd1", "etcd2", "etcd3"]
    assert shown == etcdctl(place.etcdctl, endpoint)
    assert carries_the_mark_it_deserves(place, panel, printed)
    members = place.members(panel)
    assert len(members) == 3
    assert "The cluster demo is there already." in told(panel, "demo")
    assert place.members(panel) == members
    assert "Members keep running." in told(panel, "stop")
    assert panel.pids() == {}
    assert place.members(panel) == members
    assert shown == etcdctl(place.etcdctl, endpoint)
    assert "Deleting the cluster demo." in told(panel, "demo-clean")
    until(lambda: place.left(panel) == [])
    assert panel.pids() == {}
