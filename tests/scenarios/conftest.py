"""Panels of the scenarios: SQLite with the embedded broker, PostgreSQL with Redis."""

import os

import psycopg
import pytest

from tests import parts
from tests.scenarios.panels import PASSWORD, Driven, home_of, remove_members
from tests.up.panels import Panel, free_port

ETCDS = ("3.5", "3.7")


def environment() -> dict[str, str]:
    folders = [str(parts.etcd_dir(line)) for line in ETCDS]
    return {
        "ETCDPANEL_ETCD_DIRS": os.pathsep.join(folders),
        "ETCDPANEL_ADMIN_PASSWORD": PASSWORD,
        "DOCKER_HOST": parts.engine("old"),
    }


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """The panel as `make run` starts it."""
    yield from _driven(tmp_path_factory.mktemp("embedded"), {})


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """The same code on PostgreSQL and a real Redis."""
    server = parts.postgres_url()
    name = f"scenarios_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as wire:
        wire.execute(f"CREATE DATABASE {name}")
    outside = {
        "ETCDPANEL_DATABASE_URL": f"{server.rpartition('/')[0]}/{name}",
        "ETCDPANEL_REDIS_URL": parts.redis_url(),
    }
    try:
        yield from _driven(tmp_path_factory.mktemp("production"), outside)
    finally:
        with psycopg.connect(server, autocommit=True) as wire:
            wire.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _driven(folder, outside):
    panel = Panel(home_of(folder), free_port(), **environment(), **outside)
    try:
        yield Driven(panel.start())
    finally:
        panel.end()
        remove_members(panel)


@pytest.fixture(params=["embedded", "production"])
def driven(request):
    return request.getfixturevalue(request.param)
