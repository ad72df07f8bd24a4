"""A pretended world, its host, and a worker that is this very process."""

import shutil
import tempfile
from pathlib import Path

import pytest

from clusters import actions, queries
from clusters.actions import Asker
from clusters.core.request import ClusterRequest, StoreRequest
from clusters.engine import run, watch, wiring
from clusters.models import Host, Operation, Store
from clusters.models.operation import Via
from tests.drivers.world import World

ASKER = Asker(user=None, via=Via.COMMAND)


@pytest.fixture
def world(settings):
    folder = tempfile.mkdtemp(prefix="ep-")  # a socket's path must be short
    with World(Path(folder) / "world") as world:
        settings.PANEL_MEMORY_SOCKET = world.socket
        wiring._driver.cache_clear()
        yield world
    wiring._driver.cache_clear()
    shutil.rmtree(folder)


@pytest.fixture
def host(world, transactional_db):
    host = Host.objects.create(name="world", kind="memory")
    watch.observe_host(host)
    return host


@pytest.fixture
def create(host):
    """Ask for a cluster of three (or as the test says); the operation waits."""

    def ask(name="a", **wanted):
        request = ClusterRequest(name=name, hosts=("world",), **wanted)
        return actions.create_cluster(ASKER, request)

    return ask


@pytest.fixture
def create_store(host, finish):
    """A managed store for v2 discovery that serves already."""

    def ask(name="meet", protocol="v2"):
        version = "3.5.35" if protocol == "v2" else ""
        request = StoreRequest(
            name=name, protocol=protocol, host="world", version=version
        )
        done = finish(actions.create_managed_store(ASKER, request))
        assert done.state == "succeeded", done
        return Store.objects.get(name=name)

    return ask


@pytest.fixture
def finish():
    """Be the worker until the operation is over."""

    def go_on(operation):
        for _ in range(200):
            if not run.advance(operation.pk):
                Operation.objects.filter(pk=operation.pk).update(
                    next_run_at=operation.created_at
                )
            operation.refresh_from_db()
            if operation.is_over:
                return queries.operation_progress(operation.pk)
        raise AssertionError(f"{operation} does not end")

    return go_on


@pytest.fixture
def delete():
    def ask(name="a"):
        return actions.delete_cluster(ASKER, name, confirm=name)

    return ask
