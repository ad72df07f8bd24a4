"""Pulling an image: from a real registry, and from registries that fail."""

import time

import pytest

from clusters.core.errors import BackendError
from tests.drivers.docker_registry import (
    failing_registry,
    publish_image,
    real_registry,
)
from tests.drivers.docker_world import docker_world, free_ports


@pytest.fixture(params=["old", "new"])
def world(request):
    with docker_world(request.param, stall_seconds=2.0) as world:
        yield world


def never():
    return False


def refusal(world, reference):
    with pytest.raises(BackendError) as caught:
        world.driver.pull_image(reference, lambda _: None, never)
    return caught.value


def test_an_image_comes_from_a_real_registry_with_progress_and_a_digest(
    world, tmp_path
):
    told = []
    with real_registry(tmp_path) as registry:
        reference = publish_image(world, registry)
        assert world.driver.find_image(reference) is None
        world.driver.pull_image(reference, told.append, never)
    assert told[-1]["layers"] == told[-1]["layers_done"] >= 1, told
    assert told[-1]["current"] == told[-1]["total"]
    image = world.driver.find_image(reference)
    repository = reference.rpartition(":")[0]
    assert image.pinned.startswith(f"{repository}@sha256:")
    assert world.driver.find_image(image.pinned).id == image.id


def test_progress_is_told_while_bytes_come(world):
    told = []
    with failing_registry("slow") as registry:
        world.images.add(registry.reference)
        world.driver.pull_image(registry.reference, told.append, never)
    currents = [progress["current"] for progress in told]
    assert 2 < len(told) < 12
    assert currents == sorted(currents)
    assert 0 < currents[1] < currents[-1] == told[-1]["total"] > 3_000_000
    assert told[-1]["layers_done"] == told[-1]["layers"] == 1


def test_a_member_runs_from_the_pinned_image(world, tmp_path):
    with real_registry(tmp_path) as registry:
        reference = publish_image(world, registry)
        world.driver.pull_image(reference, lambda _: None, never)
    pinned = world.driver.find_image(reference).pinned
    world.run(world.launch(image=pinned))
    seen = world.raw.inspect_container(f"{world.name}-etcd1")
    assert seen["Config"]["Image"] == pinned


def test_pulling_by_digest_gets_the_same_image(world, tmp_path):
    with real_registry(tmp_path) as registry:
        reference = publish_image(world, registry)
        world.driver.pull_image(reference, lambda _: None, never)
        image = world.driver.find_image(reference)
        world.raw.remove_image(reference)
        world.driver.pull_image(image.pinned, lambda _: None, never)
        world.images.add(image.pinned)
        assert world.driver.find_image(image.pinned).id == image.id


def test_a_layer_that_stops_coming_ends_the_pull(world):
    told = []
    with failing_registry("stalling") as registry:
        began = time.monotonic()
        with pytest.raises(BackendError) as caught:
            world.driver.pull_image(registry.reference, told.append, never)
        took = time.monotonic() - began
    assert caught.value.code == "pull_stalled"
    assert registry.reference in str(caught.value.text)
    assert 2.0 < took < 6.0
    assert 0 < told[-1]["current"] < told[-1]["total"]
    assert told[-1]["layers_done"] == 0


def test_a_registry_that_never_answers_is_a_stall_too(world):
    with failing_registry("silent") as registry:
        assert refusal(world, registry.reference).code == "pull_stalled"


@pytest.mark.parametrize("mode", ["stalling", "silent"])
def test_a_pull_ends_within_a_second_of_being_stopped(mode):
    with (
        docker_world("old", stall_seconds=3.0) as world,
        failing_registry(mode) as registry,
    ):
        began = time.monotonic()
        world.driver.pull_image(
            registry.reference,
            lambda _: None,
            lambda: time.monotonic() - began > 1.0,
        )
        assert time.monotonic() - began < 2.0


def test_what_does_not_exist_is_named_with_what_is_there(world):
    with failing_registry("missing") as registry:
        error = refusal(world, registry.reference)
    assert error.code == "image_not_found"
    assert registry.reference in str(error.text)
    assert "quay.io/coreos/etcd:v3.6.16" in str(error.text)
    assert error.advice


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("denied", "pull_denied"),
        ("limited", "pull_rate_limited"),
        ("broken", "registry_unreachable"),
    ],
)
def test_a_registry_that_refuses_is_told_apart(world, mode, code):
    with failing_registry(mode) as registry:
        error = refusal(world, registry.reference)
    assert error.code == code, error.text
    assert error.advice


def test_a_registry_that_is_away_is_told_at_once(world):
    (port,) = free_ports(1)
    began = time.monotonic()
    error = refusal(world, f"127.0.0.1:{port}/coreos/etcd:v3.6.16")
    assert error.code == "registry_unreachable"
    assert time.monotonic() - began < 5.0


def test_an_image_without_a_version_is_not_pulled(world):
    assert refusal(world, "127.0.0.1:1/coreos/etcd").code == "image_invalid"
