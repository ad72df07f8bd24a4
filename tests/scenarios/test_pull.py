"""An image that is not on the engine comes while one looks, or one learns why not."""

import json
import threading
import time
import urllib.request

import pytest

from tests.drivers.docker_registry import publish_image, real_registry
from tests.drivers.docker_world import docker_world
from tests.scenarios.browser import logged_in, opened
from tests.scenarios.conftest import environment
from tests.scenarios.panels import (
    Driven,
    engine_client,
    home_of,
    remove_containers,
    unique,
)
from tests.scenarios.slow_line import slow_line
from tests.up.panels import Panel, free_port, until

VERSION = "3.6.16"
MEGABYTES = 8
RATE = 1_000_000  # so that the layer takes eight seconds
CANCEL_SECONDS = 2.0


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A slow line to a real registry, which alone has the image."""
    folder = tmp_path_factory.mktemp("registry")
    with docker_world("old") as world, real_registry(folder) as registry:
        publish_image(world, registry, MEGABYTES)
        with slow_line(registry, RATE) as line:
            world.images.add(f"{line.repository}:v{VERSION}")
            yield line


@pytest.fixture(scope="module")
def driven(line, tmp_path_factory):
    wanted = environment() | {"ETCDPANEL_ETCD_IMAGE": line.repository}
    panel = Panel(home_of(tmp_path_factory.mktemp("pulling")), free_port(), **wanted)
    try:
        yield Driven(panel.start())
    finally:
        panel.end()


@pytest.fixture
def name(line, driven):
    chosen = unique("p")
    yield chosen
    line.flow()
    remove_containers(chosen)
    forget(f"{line.repository}:v{VERSION}")


def forget(reference):
    client = engine_client()
    if client.images.list(reference):
        client.images.remove(reference, force=True)
    client.close()


def left_of(name, reference):
    """What the engine has of a cluster, and of the image that it wanted."""
    client = engine_client()
    things = [
        *client.containers.list(all=True),
        *client.networks.list(),
        *client.volumes.list(),
    ]
    images = [tag for image in client.images.list(reference) for tag in image.tags]
    client.close()
    return [thing.name for thing in things if thing.name.startswith(name)] + images


def pulled(operation):
    """The numbers of the step that pulls, as far as there are any."""
    steps = [step for step in operation["steps"] if step["kind"] == "pull_image"]
    return steps[0]["progress"] if steps else {}


class Stream:
    """The events of an operation as they arrive, in a thread of their own."""

    def __init__(self, driven, operation):
        path = f"/api/v1/operations/{operation}/events/"
        headers = {
            "Authorization": f"Bearer {driven.token}",
            "Accept": "text/event-stream",
        }
        address = f"http://127.0.0.1:{driven.panel.port}{path}"
        self.request = urllib.request.Request(address, headers=headers)
        self.events = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        with urllib.request.urlopen(self.request, timeout=60) as reply:
            kind = ""
            for row in reply:
                field, _, value = row.decode().strip().partition(": ")
                if field == "event":
                    kind = value
                elif field == "data":
                    self.events.append((kind, json.loads(value)))

    def all(self, kind):
        return [content for one, content in self.events if one == kind]


def rising(numbers):
    """The different numbers in the order in which they were seen; they must rise."""
    seen = list(dict.fromkeys(number for number in numbers if number))
    assert seen == sorted(seen)
    return seen


GAUGE = """() => {
    const gauge = document.querySelector(".step-gauge");
    return gauge && [gauge.querySelector("progress").value, gauge.innerText];
}"""


def watched(driven, operation, page):
    """What REST and the page showed of the pull until the end."""
    told, shown = [], []
    opened(page, driven, f"/operations/{operation}/")

    def over():
        progress = driven.operation(operation)
        told.append(pulled(progress).get("current"))
        shown.append(page.evaluate(GAUGE))
        return progress["finished_at"]

    until(over, 120)
    page.wait_for_selector("#operation[data-over]")
    return told, [gauge for gauge in shown if gauge]


def images_of(name, reference):
    """What the members of a cluster run from, and the digest of the reference."""
    client = engine_client()
    members = client.containers.list(filters={"name": f"{name}-etcd"})
    (digest,) = client.images.get(reference).attrs["RepoDigests"]
    client.close()
    return [member.attrs["Config"]["Image"] for member in members], digest


def test_the_layers_are_seen_coming_and_members_run_from_the_digest(driven, line, name):
    with logged_in(driven) as page:
        operation = driven.create(name, "docker", version=VERSION)
        stream = Stream(driven, operation)
        told, shown = watched(driven, operation, page)
    stream.thread.join(10)
    last = pulled(driven.succeeded(operation))
    assert last["current"] == last["total"] > MEGABYTES * 1_000_000
    assert last["layers_done"] == last["layers"] > 1
    assert len(rising(told)) > 3
    assert len(rising(value for value, _ in shown)) > 1
    assert any("MB" in words for _, words in shown), shown
    streamed = [pulled(news).get("current") for news in stream.all("progress")]
    assert len(rising(streamed)) > 3
    assert stream.all("end") == [{"state": "succeeded"}]
    images, digest = images_of(name, f"{line.repository}:v{VERSION}")
    assert images == [digest] * 3
    assert digest.startswith(f"{line.repository}@sha256:")
    driven.succeeded(driven.delete(name))


def test_a_pull_that_stands_still_is_cancelled_at_once_and_leaves_nothing(
    driven, line, name
):
    line.stand_still_after(MEGABYTES * 1_000_000 // 4)
    operation = driven.create(name, "docker", version=VERSION)
    until(lambda: pulled(driven.operation(operation)).get("current"))
    began = time.monotonic()
    status, answer = driven.ask("POST", f"/operations/{operation}/cancel/")
    assert status == 202, answer
    progress = driven.ended(operation)
    assert time.monotonic() - began < CANCEL_SECONDS
    assert progress["state"] == "cancelled", progress
    assert left_of(name, f"{line.repository}:v{VERSION}") == []
    assert driven.ask("GET", f"/clusters/{name}/")[0] == 404


def test_a_registry_that_is_away_is_named_with_the_images_there_are(driven, name):
    reference = f"127.0.0.1:{free_port()}/coreos/etcd:v{VERSION}"
    wanted = {"version": VERSION, "image": reference}
    progress = driven.ended(driven.create(name, "docker", **wanted))
    assert progress["state"] == "failed", progress
    assert progress["code"] == "registry_unreachable"
    assert reference in progress["explanation"]
    assert f"quay.io/coreos/etcd:v{VERSION}" in progress["explanation"]
    assert progress["advice"]
    assert left_of(name, reference) == []


def test_an_image_that_does_not_exist_is_named_with_those_that_do(driven, line, name):
    reference = f"{line.repository}:v3.6.15"
    progress = driven.ended(driven.create(name, "docker", version="3.6.15"))
    assert progress["state"] == "failed", progress
    assert progress["code"] == "image_not_found"
    assert reference in progress["explanation"]
    assert f"quay.io/coreos/etcd:v{VERSION}" in progress["explanation"]
    assert left_of(name, reference) == []
