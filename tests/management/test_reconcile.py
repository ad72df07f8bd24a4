"""`manage.py reconcile`: operations go on without broker and worker."""

import json
import os
import signal
from threading import Event

import pytest

from clusters import actions
from clusters.management.commands import reconcile
from clusters.models import Operation


def test_once_goes_on_with_what_waits(manage, create):
    create()
    done = manage("reconcile")
    assert (done.code, done.out) == (0, "Operations that were gone on with: 1\n")
    for _ in range(100):
        if Operation.objects.get().is_over:
            break
        Operation.objects.update(rung_at=None)
        manage("reconcile")
        Event().wait(0.05)
    assert Operation.objects.get().state == "succeeded"


def test_when_nothing_waits_it_says_so(manage, host):
    assert manage("reconcile", "--json").json() == {"operations": 0}


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_forever_goes_on_until_it_is_told_to_end(manage, monkeypatch, ended_by):
    monkeypatch.setattr(reconcile, "PAUSE_SECONDS", 0.05)
    found = [1, 0, 2]

    def once():
        if found:
            return found.pop(0)
        os.kill(os.getpid(), ended_by)  # it listens by now
        return 0

    monkeypatch.setattr(actions, "reconcile_once", once)
    before = signal.getsignal(signal.SIGTERM)
    done = manage("reconcile", "--forever", "--json")
    assert done.code == 0
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines == [{"operations": 1}, {"operations": 2}]
    assert signal.getsignal(signal.SIGTERM) == before
