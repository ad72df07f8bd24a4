"""Commands as somebody types them, and a worker that is a thread of the test."""

import io
import json
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection

from clusters.engine import minting, run
from clusters.models import DiscoveryToken, Operation
from tests.engine.conftest import host, world  # noqa: F401 (fixtures)


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _in_english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def manage(db):
    """Run a command: its exit code, what it printed, and what it complained of."""

    def run_command(*words, on=io.StringIO):
        out, err = on(), io.StringIO()
        code = 0
        try:
            call_command(*words, stdout=out, stderr=err)
        except SystemExit as ended:
            code = int(ended.code)
        text = out.getvalue()
        return SimpleNamespace(
            code=code, out=text, err=err.getvalue(), json=lambda: json.loads(text)
        )

    return run_command


@pytest.fixture
def create(manage, host):  # noqa: F811 (the fixture)
    """`create_cluster a --host world` and what the test adds."""

    def ask(*more, name="a", **how):
        return manage("create_cluster", name, "--host", "world", *more, **how)

    return ask


@pytest.fixture
def worker(host):  # noqa: F811 (the fixture)
    """Goes on with whatever waits, in a thread, until the test is over."""
    stop = Event()

    def work():
        while not stop.wait(0.02):
            for pk in list(Operation.claimable().values_list("pk", flat=True)):
                run.advance(pk)
            for pk in DiscoveryToken.objects.filter(state="asked").values_list("pk"):
                minting.settle(*pk)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()
