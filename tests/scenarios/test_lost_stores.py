"""A store that dies while members wait: they say nothing, so the panel's deadline ends
it, and a retry with a new token works."""

import os
import subprocess

import pytest

from tests import parts
from tests.meeting.stores import v2_store, v3_store
from tests.scenarios.meeting import meeting_panel, version
from tests.scenarios.panels import etcds_of, unique
from tests.up.panels import until

LINES = ("3.6", "3.7")
SLOW = "slow3"
MODES = {"discovery_v2": ("3.6", v2_store), "discovery_v3": ("3.7", v3_store)}


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """The file whose presence keeps members of one name from starting."""
    return tmp_path_factory.mktemp("late") / "late"


@pytest.fixture(scope="module")
def met(tmp_path_factory, late):
    folders = [_slowed(tmp_path_factory.mktemp(line), line, late) for line in LINES]
    with meeting_panel(
        tmp_path_factory.mktemp("lost"),
        ETCDPANEL_ETCD_DIRS=os.pathsep.join(folders),
        ETCDPANEL_BOOTSTRAP_SECONDS="10",
    ) as met:
        yield met


# A program and no script: the panel takes no script for an etcd.
WRAPPER = """package main

import (
	"os"
	"strings"
	"syscall"
	"time"
)

func main() {
	for strings.Contains(strings.Join(os.Args, " "), "--name=%s") {
		if _, err := os.Stat("%s"); err != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	panic(syscall.Exec("%s", os.Args, os.Environ()))
}
"""


def _slowed(folder, line, late) -> str:
    """The real etcd behind a program that lets one member wait."""
    source = folder / "wait.go"
    source.write_text(WRAPPER % (SLOW, late, parts.etcd_dir(line) / "etcd"))
    command = ["go", "build", "-o", folder / "etcd", source]
    subprocess.run(command, check=True, timeout=120)
    return str(folder)


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture
def store(mode):
    with MODES[mode][1]() as store:
        yield store


@pytest.fixture
def place(met, mode, store):
    """The store as one that the panel knows, though it did not make it."""
    name = unique("place")
    external = {"name": name, "protocol": mode[-2:], "member_url": store.url}
    status, answer = met.driven.ask("POST", "/discovery/stores/", external)
    assert status == 201, answer
    return name


def test_members_that_wait_in_vain_are_taken_back_and_a_new_token_works(
    met, mode, late, store, place
):
    name = unique("lost")
    late.touch()
    wanted = {
        "discovery": {"store": place},
        "version": version(MODES[mode][0]),
        "member_names": ["etcd1", "etcd2", SLOW],
    }
    body = met.body(mode, "local", name, **wanted)
    _, asked = met.driven.ask("POST", "/clusters/", body)
    assert "operation" in asked, asked
    first = asked["operation"]
    until(lambda: _registered(met, first)["progress"].get("current") == 2, 30)
    waiting = _registered(met, first)["message"]
    assert waiting.startswith("2 of 3 registered: etcd")
    assert waiting.endswith(f"waiting for {SLOW}")
    store.kill()
    ended = met.driven.ended(first)
    assert (ended["state"], ended["code"]) == ("failed", "discovery_timeout")
    assert etcds_of(met.driven.panel) == []
    assert met.driven.ask("GET", f"/clusters/{name}/")[0] == 404
    store.start()
    late.unlink()
    _, again = met.driven.ask("POST", f"/operations/{first}/retry/")
    met.driven.succeeded(again["operation"])
    tokens = met.driven.get(f"/discovery/tokens/?store={place}")["results"]
    assert sorted(token["state"] for token in tokens) == ["burnt", "used"]
    met.driven.succeeded(met.driven.delete(name))


def _registered(met, operation):
    """The step that waits for members to register."""
    steps = met.driven.operation(operation)["steps"]
    found = [step for step in steps if step["kind"] == "await_registration"]
    return found[0] if found else {"progress": {}, "message": ""}
