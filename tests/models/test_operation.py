from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models.functions import Now
from django.utils import timezone

from clusters.models import Operation
from clusters.models.operation import ACTIVE, Kind, State
from tests.builders import cluster_row, operation_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)
PAST, FUTURE = -timedelta(seconds=5), timedelta(seconds=5)
OVER = sorted(set(State.values) - set(ACTIVE))


def change(operation, **columns):
    Operation.objects.filter(pk=operation.pk).update(**columns)
    operation.refresh_from_db()


@pytest.fixture
def waiting():
    return operation_row(state="queued")


@pytest.fixture
def held(waiting):
    assert waiting.claim("me", LEASE)
    return waiting


def database_time():
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        answer = cursor.fetchone()[0]
    if isinstance(answer, str):
        answer = timezone.datetime.fromisoformat(f"{answer}+00:00")
    return answer


# Claims


def test_a_new_operation_can_be_claimed_at_once(waiting):
    assert list(Operation.claimable()) == [waiting]


def test_a_claim_names_the_owner_raises_the_fence_and_starts_the_clock(waiting):
    assert waiting.claim("me", LEASE)
    assert (waiting.owner, waiting.fence, waiting.state) == ("me", 1, "running")
    assert waiting.started_at is not None
    assert abs(waiting.lease_until - database_time() - LEASE) < timedelta(seconds=2)
    assert waiting.crashes == 0


def test_a_held_operation_can_not_be_claimed(held):
    other = Operation.objects.get(pk=held.pk)
    assert not other.claim("you", LEASE)
    held.refresh_from_db()
    assert (held.owner, held.fence) == ("me", 1)


def test_the_owner_can_not_claim_twice_either(held):
    assert not held.claim("me", LEASE)


def test_a_lease_that_ran_out_can_be_taken_over_and_counts_a_crash(held):
    change(held, lease_until=Now() + PAST)
    began = held.started_at
    other = Operation.objects.get(pk=held.pk)
    assert other.claim("you", LEASE)
    assert (other.owner, other.fence, other.crashes) == ("you", 2, 1)
    assert other.started_at == began


def test_an_operation_that_was_given_back_counts_no_crash(held):
    change(held, owner="", lease_until=None)
    assert held.claim("you", LEASE)
    assert (held.fence, held.crashes) == (2, 0)


def test_what_shall_wait_is_not_claimed_before_its_time(waiting):
    change(waiting, next_run_at=Now() + FUTURE)
    assert not waiting.claim("me", LEASE)
    change(waiting, next_run_at=Now() + PAST)
    assert waiting.claim("me", LEASE)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_is_never_claimed(state):
    operation = operation_row(state=state)
    assert not operation.claim("me", LEASE)
    assert operation.is_over
    assert not Operation.claimable().exists()


def test_what_the_winner_does_before_the_commit_is_part_of_the_claim(waiting):
    def fail(operation):
        raise RuntimeError(operation.fence)

    with pytest.raises(RuntimeError, match="1"):
        waiting.claim("me", LEASE, fail)
    waiting.refresh_from_db()
    assert (waiting.owner, waiting.fence) == ("", 0)


@pytest.mark.django_db(transaction=True)
def test_of_ten_that_claim_at_once_one_wins():
    operation = operation_row(state="queued")

    def claim(number):
        return Operation.objects.get(pk=operation.pk).claim(f"w{number}", LEASE)

    assert sorted(at_once(10, claim)) == [False] * 9 + [True]
    operation.refresh_from_db()
    assert operation.fence == 1


# Fences


def test_the_owner_writes_while_its_lease_holds(held):
    assert held.held().update(touched=True) == 1


@pytest.mark.parametrize(
    "since",
    [
        {"owner": "you"},
        {"fence": 2},
        {"lease_until": Now() + PAST},
        {"lease_until": None},
        {"owner": ""},
    ],
)
def test_an_owner_that_lost_its_lease_writes_nothing(held, since):
    Operation.objects.filter(pk=held.pk).update(**since)
    assert held.held().update(touched=True) == 0


def test_an_earlier_claim_of_the_same_owner_writes_nothing(held):
    earlier = Operation.objects.get(pk=held.pk)
    change(held, lease_until=Now() + PAST)
    assert held.claim("me", LEASE)
    assert not earlier.held().exists()
    assert held.held().exists()


def test_the_clock_of_this_machine_has_no_say(held, monkeypatch):
    """A worker whose clock is an hour ahead does not take over what others hold."""
    late = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert held.held().exists()
    assert not Operation.objects.get(pk=held.pk).claim("you", LEASE)


# Dead owners


def test_what_a_dead_owner_held_is_free_at_once_and_counts_a_crash(held):
    assert Operation.release_dead(held.pk, "me", 1)
    held.refresh_from_db()
    assert (held.owner, held.crashes) == ("", 1)
    assert held.claim("you", LEASE)
    assert (held.fence, held.crashes) == (2, 1)


@pytest.mark.parametrize(("owner", "fence"), [("you", 1), ("me", 0), ("me", 2)])
def test_a_claim_that_changed_hands_is_not_released(held, owner, fence):
    assert not Operation.release_dead(held.pk, owner, fence)
    assert held.held().exists()


def test_what_is_over_is_not_released(held):
    change(held, state="failed")
    assert not Operation.release_dead(held.pk, "me", 1)


# New ones


def test_a_new_operation_remembers_who_asked_for_what(docker, ann):
    cluster = cluster_row()
    made = Operation.open_for(
        cluster,
        Kind.CREATE,
        {"name": "a"},
        actor=ann,
        actor_name="ann",
        via="form",
    )
    made.refresh_from_db()
    assert (made.cluster, made.cluster_name, made.state) == (cluster, "a", "queued")
    assert (made.request, made.actor, made.kind) == ({"name": "a"}, ann, "create")
    assert (made.touched, made.fence, made.last_event) == (False, 0, 0)


def test_a_refused_operation_leaves_the_transaction_usable(docker):
    cluster = cluster_row()
    Operation.open_for(cluster, Kind.CREATE, {}, via="form")
    with pytest.raises(IntegrityError):
        Operation.open_for(cluster, Kind.DELETE, {}, via="form")
    assert Operation.objects.count() == 1


def test_every_state_is_either_active_or_an_end():
    assert {State.QUEUED, State.RUNNING} == set(ACTIVE)
    assert len(OVER) == len(State.values) - 2
