"""Only who holds the lease may act; that it is lost is noticed before a call."""

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from clusters.core.text import say
from clusters.engine import run, sweep
from clusters.engine.journal import Journal, LeaseLostError
from clusters.engine.owner import current_owner, is_dead
from clusters.engine.presence import Presence, has_left
from clusters.models import Operation
from clusters.models.event import Line

LEASE = timedelta(seconds=30)
LINE = Line(code="x", text=say("x"))


def test_a_held_operation_is_left_alone(create, world):
    operation = create()
    assert operation.claim(current_owner(), LEASE)
    assert run.advance(operation.pk) is False
    assert world.counts() == {}


def test_two_workers_claim_and_one_wins(create):
    operation = create()
    rival = Operation.objects.get(pk=operation.pk)
    assert operation.claim("one", LEASE)
    assert not rival.claim("two", LEASE)


def test_an_expired_lease_is_taken_over_and_the_old_owner_writes_nothing_more(create):
    operation = create()
    operation.claim("frozen", LEASE)
    old = Journal(operation, LEASE)
    Operation.objects.update(lease_until=Now() - timedelta(seconds=1))
    with pytest.raises(LeaseLostError):
        old.check()
    rival = Operation.objects.get(pk=operation.pk)
    assert rival.claim("other", LEASE)
    assert rival.fence == operation.fence + 1
    with pytest.raises(LeaseLostError):
        old.write([LINE])
    assert not rival.events.filter(code="x").exists()


def test_a_commit_whose_answer_was_lost_is_not_made_twice(create):
    operation = create()
    operation.claim("one", LEASE)
    journal = Journal(operation, LEASE)
    journal.write([LINE])
    journal._writes -= 1  # as if the answer to the commit had never come
    journal.write([LINE])
    assert operation.events.filter(code="x").count() == 1


def test_the_heartbeat_keeps_the_lease(create):
    operation = create()
    operation.claim("one", timedelta(seconds=0.8))
    journal = Journal(operation, timedelta(seconds=0.8))
    with journal.heartbeat():
        journal._lost.wait(1.6)
        journal.check()


def test_a_living_owner_is_not_dead_and_a_gone_one_is():
    assert not is_dead(current_owner())
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    machine, boot, _, _ = current_owner().split("|")
    assert is_dead(f"{machine}|{boot}|{pid}|1.00")
    assert not is_dead(f"another-machine|{boot}|{pid}|1.00")


def test_a_pid_that_was_used_again_is_not_the_owner():
    machine, boot, pid, _ = current_owner().split("|")
    assert is_dead(f"{machine}|{boot}|{pid}|1.00")


def test_the_sweep_rings_what_waits_and_not_again_at_once(create):
    operation = create()
    rung = []
    assert sweep.take_over(rung.append) == 1
    assert sweep.take_over(rung.append) == 0
    assert rung == [operation.pk]


def test_the_sweep_alone_is_enough(create):
    operation = create()
    sweep.take_over(run.advance)
    operation.refresh_from_db()
    assert operation.state == "succeeded"


def test_an_owner_elsewhere_is_missed_at_once_where_the_database_can_tell(create):
    operation = create()
    with Presence() as presence:
        operation.claim("another-machine|1|2|3.00", LEASE, presence.show)
        assert not has_left(operation.pk, operation.fence)
        sweep.take_over(lambda pk: None)
        assert Operation.objects.get(pk=operation.pk).owner
    sweep.take_over(lambda pk: None)
    on_postgres = connection.vendor == "postgresql"
    assert has_left(operation.pk, operation.fence) == on_postgres
    assert bool(Operation.objects.get(pk=operation.pk).owner) != on_postgres
