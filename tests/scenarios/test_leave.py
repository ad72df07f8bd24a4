"""A cluster leaves the panel as a Compose file, goes on, begins anew, comes back."""

import json
import os
import subprocess

import pytest

from tests import parts
from tests.scenarios.meeting import meeting_panel, version
from tests.scenarios.panels import engine_client, remove_containers, unique
from tests.up.panels import until

LINE = "3.6"


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    with meeting_panel(tmp_path_factory.mktemp("leave")) as met:
        yield met
    remove_containers("meetv")


@pytest.fixture
def name():
    chosen = unique("leave")
    yield chosen
    remove_containers(chosen)


def etcdctl(endpoint, *words):
    """What it says as JSON, or False."""
    done = subprocess.run(
        [parts.etcd_dir(LINE) / "etcdctl", f"--endpoints={endpoint}", *words, "-wjson"],
        env={"ETCDCTL_API": "3"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode == 0 and json.loads(done.stdout)


def compose(file, *words):
    done = subprocess.run(
        [parts.compose_binary(), "--file", file, *words],
        env={**os.environ, "DOCKER_HOST": parts.engine("old")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def cluster_id(endpoint):
    found = until(lambda: etcdctl(endpoint, "get", "nothing"), 60)
    return format(found["header"]["cluster_id"], "x")


@pytest.fixture(params=["static", "discovery_v2"])
def mode(request):
    return request.param


@pytest.fixture
def page(met, mode, name):
    """A cluster with a key in it."""
    body = met.body(mode, "docker", name, version=version(LINE))
    _, made = met.driven.ask("POST", "/clusters/", body)
    met.driven.succeeded(made["operation"])
    page = met.driven.get(f"/clusters/{name}/")
    assert etcdctl(page["endpoints"][0], "put", "written", "before")
    return page


@pytest.fixture
def text(met, name, page):
    """The file it is exported to."""
    exported = met.driven.get(f"/clusters/{name}/export/?format=compose")
    (text,) = exported["files"].values()
    return text


@pytest.fixture
def stopped(met, name, page):
    """The panel watches only, and its containers do not run any more."""
    met.driven.ask("PATCH", f"/clusters/{name}/", {"hands_off": True})
    client = engine_client()
    for member in page["members"]:
        client.containers.get(f"{name}-{member['name']}").stop(timeout=5)
    client.close()


def test_a_cluster_leaves_with_its_data_and_is_itself_anew(
    met, name, page, text, stopped, tmp_path
):
    endpoint, file = page["endpoints"][0], tmp_path / "compose.yml"
    file.write_text(text)
    compose(file, "up", "--detach")
    kept = until(lambda: etcdctl(endpoint, "get", "written"), 60)
    assert kept["kvs"][0]["value"] == "YmVmb3Jl"  # "before" in base64
    assert cluster_id(endpoint) == page["cluster_id"]
    compose(file, "down")
    met.driven.succeeded(met.driven.delete(name))
    compose(file, "up", "--detach")
    assert cluster_id(endpoint) == page["cluster_id"]
    assert not etcdctl(endpoint, "get", "written").get("kvs")
    compose(file, "down", "--volumes")


def test_the_file_brings_the_same_definition_back(met, name, mode, page, text):
    met.driven.succeeded(met.driven.delete(name))
    wanted = {"compose": text, "name": name, "hosts": ["docker"], "discovery": "renew"}
    _, plan = met.driven.ask("POST", "/clusters/import/?dry_run=true", wanted)
    _assert_same(page, plan["plan"])
    _, again = met.driven.ask("POST", "/clusters/import/", wanted)
    met.driven.succeeded(again["operation"])
    back = met.driven.get(f"/clusters/{name}/")
    assert [m["name"] for m in back["members"]] == [m["name"] for m in page["members"]]
    assert (back["bootstrap"], back["version"]) == (mode, page["version"])
    met.driven.succeeded(met.driven.delete(name))


def _assert_same(page, plan):
    assert plan["version"] == page["version"]
    wanted = [(m["name"], m["endpoint"], m["peer_urls"][0]) for m in page["members"]]
    assert [
        (m["name"], m["endpoint"], m["peer_url"]) for m in plan["members"]
    ] == wanted
