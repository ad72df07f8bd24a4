import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from clusters.core.plan import Step, StepKind
from clusters.core.text import say
from clusters.models import (
    Check,
    Event,
    Host,
    Observation,
    Operation,
    StepRecord,
)
from clusters.models.check import LIFETIME
from clusters.models.event import Level, Line
from tests.builders import cluster_row, operation_row, processes, spec
from tests.racing import at_once

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)


def line(code="x", **given):
    return Line(code=code, text=say("{n} lines", n=1), **given)


# Events


def test_the_first_event_has_the_number_one():
    operation = operation_row()
    Event.first(operation, line("asked"))
    assert operation.last_event == 1
    operation.refresh_from_db()
    assert operation.last_event == 1
    (event,) = operation.events.all()
    assert (event.number, event.code, event.level) == (1, "asked", "info")
    assert event.text == {"text": "{n} lines", "params": {"n": 1}}


def test_lines_are_numbered_up_to_the_number_that_was_taken():
    operation = operation_row()
    lines = [line("a"), line("b", level=Level.ERROR, step=2, data={"k": 1}), line("c")]
    Event.write(operation.pk, 7, lines)
    found = operation.events.values_list("number", "code", "level", "step")
    assert list(found) == [
        (5, "a", "info", None),
        (6, "b", "error", 2),
        (7, "c", "info", None),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_numbers_of_many_writers_have_no_gap():
    """Each takes its number under the operation's row lock, as every writer does."""
    operation = operation_row()

    def write(_):
        with transaction.atomic():
            row = Operation.objects.filter(pk=operation.pk)
            row.update(last_event=F("last_event") + 2)
            last = row.values_list("last_event", flat=True).get()
            Event.write(operation.pk, last, [line(), line()])

    assert at_once(8, write) == [None] * 8
    numbers = operation.events.values_list("number", flat=True)
    assert list(numbers) == list(range(1, 17))


def test_events_go_with_their_operation_only(docker):
    cluster = cluster_row()
    operation = operation_row()
    Event.first(operation, line())
    cluster.delete()
    assert operation.events.count() == 1


# Steps


def test_a_step_is_read_as_it_was_planned():
    planned = Step(
        kind=StepKind.START_MEMBER,
        target="etcd1",
        host="docker",
        cause=say("not {what}", what="started"),
        needs=("check_host docker@docker",),
    )
    StepRecord.of(operation_row(), 3, planned, rollback=True).save()
    kept = StepRecord.objects.get()
    assert kept.to_step() == planned
    assert str(kept) == "start_member etcd1@docker"
    assert (kept.seq, kept.rollback, kept.state, kept.attempts) == (
        3,
        True,
        "queued",
        0,
    )


# Observations


def test_what_is_seen_first_is_seen_since_now(docker):
    cluster = cluster_row()
    before = timezone.now()
    Observation.keep("healthy", {"serving": 3}, cluster=cluster)
    row = cluster.observation
    assert (row.status, row.facts) == ("healthy", {"serving": 3})
    assert before <= row.since == row.seen_at <= timezone.now()


def test_seeing_the_same_moves_only_the_time_it_was_seen(docker):
    Observation.keep("usable", {"n": 1}, host=docker)
    first = Observation.objects.get(host=docker)
    threading.Event().wait(0.01)
    Observation.keep("usable", {"n": 2}, host=docker)
    second = Observation.objects.get(host=docker)
    assert second.pk == first.pk
    assert second.since == first.since
    assert second.seen_at > first.seen_at
    assert second.facts == {"n": 2}


def test_seeing_a_change_moves_the_time_since_when_it_is_so(docker):
    first = Observation.objects.get(host=docker)
    Observation.keep("unusable", {}, host=docker)
    second = Observation.objects.get(host=docker)
    assert second.since == second.seen_at > first.since


def test_each_member_is_seen_for_itself(docker):
    members = list(cluster_row().members.all())
    for member in members:
        Observation.keep(f"s{member.ordinal}", {}, member=member)
    assert [member.observation.status for member in members] == ["s0", "s1", "s2"]


@pytest.mark.django_db(transaction=True)
def test_many_that_see_a_thing_first_at_once_do_no_harm(docker):
    member = cluster_row().members.first()
    outcomes = at_once(
        8, lambda n: Observation.keep("started", {"n": n}, member=member)
    )
    assert outcomes == [None] * 8
    assert Observation.objects.filter(member=member).count() == 1


# Checks


def test_a_check_is_claimed_once_and_again_when_its_worker_died():
    check = Check.objects.create(spec=spec().as_json(), lines=["old"])
    assert check.claim("me", LEASE)
    assert not check.claim("you", LEASE)
    Check.objects.update(lease_until=Now() - LEASE)
    assert check.claim("you", LEASE)
    check.refresh_from_db()
    assert (check.owner, check.state, check.lines) == ("you", "running", [])


def test_a_check_that_is_done_is_not_claimed():
    check = Check.objects.create(spec={}, state="done")
    assert not check.claim("me", LEASE)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_claim_a_check_one_wins():
    check = Check.objects.create(spec={})
    outcomes = at_once(8, lambda n: check.claim(f"w{n}", LEASE))
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_check_expires():
    check = Check.objects.create(spec={})
    left = check.expires_at - timezone.now()
    assert LIFETIME - timedelta(seconds=5) < left <= LIFETIME


# Hosts


def test_a_new_panel_begins_with_this_machine_and_its_engine():
    Host.make_first()
    Host.make_first()
    assert list(Host.objects.values_list("name", "kind")) == [
        ("docker", "docker"),
        ("local", "process"),
    ]


def test_a_first_host_that_was_removed_stays_removed():
    Host.make_first()
    Host.objects.filter(name="docker").delete()
    Host.make_first()
    assert [host.name for host in Host.objects.all()] == ["local"]


# Definitions


@pytest.mark.parametrize("host", ["docker", "local"])
def test_a_definition_is_read_as_it_was_drafted(host, request):
    row = cluster_row(host=request.getfixturevalue(host), options={"pre_vote": True})
    kind = () if host == "docker" else (processes(),)
    drafted = spec(
        *kind,
        client_ports=(20_000, 20_001, 20_002),
        peer_ports=(20_010, 20_011, 20_012),
        options={"pre_vote": True},
    )
    assert row.to_spec() == drafted
    assert row.to_spec().fingerprint() == drafted.fingerprint()


def test_members_are_read_in_the_order_they_were_asked_for(docker):
    row = cluster_row()
    row.members.filter(name="etcd3").update(name="a-first")
    assert [m.name for m in row.to_spec().members] == ["etcd1", "etcd2", "a-first"]


def test_rows_say_what_they_are(docker):
    cluster = cluster_row()
    operation = operation_row(state="failed")
    Event.first(operation, line("asked"))
    assert str(cluster) == "a"
    assert str(docker) == "docker"
    assert str(cluster.members.first()) == "etcd1"
    assert str(operation) == "create a: failed"
    assert str(operation.events.get()) == "1 asked"
    assert str(docker.observation) == "usable"
