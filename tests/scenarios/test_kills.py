"""Killing the worker, or one child of it, costs seconds and nothing else.

Creates on real etcd are killed at random moments; the seed is printed, so that a
failure can be repeated.
"""

import os
import random
import signal
import time

import psutil
import pytest

from tests import parts
from tests.scenarios.panels import etcds_of, unique
from tests.up.panels import NEVER, until

KILLS = 10
RECOVERY = 10.0
NEWEST = "3.7"


@pytest.fixture(scope="module")
def dice():
    seed = int(os.environ.get("ETCDPANEL_SEED") or time.time())
    print(f"ETCDPANEL_SEED={seed}")  # noqa: T201 (to repeat a failure)
    return random.Random(seed)


def kill_group(driven):
    worker = driven.panel.pids()["worker"]
    os.killpg(worker, signal.SIGKILL)
    until(lambda: driven.panel.pids().get("worker") not in {None, worker})
    until(lambda: psutil.Process(driven.panel.pids()["worker"]).children())


def kill_child(driven):
    worker = psutil.Process(driven.panel.pids()["worker"])
    children = worker.children()
    if children:
        random.choice(children).kill()


@pytest.mark.parametrize("kill", [kill_group, kill_child])
@pytest.mark.parametrize("attempt", range(KILLS))
def test_a_killed_create_finishes_by_itself(
    embedded, dice, kill, attempt, record_property
):
    driven = embedded
    name = unique("k")
    operation = driven.create(name, "local", version=parts.etcd_dir(NEWEST).name)
    NEVER.wait(dice.uniform(0.0, 1.2))
    before = {process.pid: process.create_time() for process in etcds_of(driven.panel)}
    kill(driven)
    killed = time.monotonic()
    progress = driven.succeeded(operation, RECOVERY + 20)
    seconds = time.monotonic() - killed
    record_property("recovered_after", round(seconds, 1))
    assert seconds < RECOVERY
    now = {process.pid: process.create_time() for process in etcds_of(driven.panel)}
    assert before.items() <= now.items(), "a started member keeps its start time"
    assert len(now) == 3
    numbers = [event["number"] for event in driven.events(operation)]
    assert numbers == list(range(1, progress["last_event"] + 1))
    driven.succeeded(driven.delete(name))
    assert etcds_of(driven.panel) == []
