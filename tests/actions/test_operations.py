import uuid

import pytest

from clusters import actions, queries
from clusters.core.errors import ConflictError, NotFoundError, SpecError
from clusters.models import Cluster, Operation
from clusters.models.operation import ACTIVE, State
from tests.builders import asker, cluster_row, end, operation_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db
OVER = sorted(set(State.values) - set(ACTIVE))
UNFINISHED = sorted(set(OVER) - {"succeeded"})


def cancel(operation, by=None):
    return actions.cancel_operation(asker(by), operation.pk)


def retry(operation, by=None):
    return actions.retry_operation(asker(by), operation.pk)


def conflict(ask):
    with pytest.raises(ConflictError) as error:
        ask()
    return error.value


# Cancel


@pytest.mark.parametrize("state", ACTIVE)
def test_to_cancel_is_to_ask_for_an_end(state, ann):
    asked = cancel(operation_row(state=state), ann)
    assert asked.state == state
    assert asked.cancel_requested_at is not None
    assert asked.cancel_actor == "ann"
    (line,) = queries.events_after(asked.pk)
    assert (line.code, line.message) == ("cancel_asked", "ann asked to cancel")


def test_what_waits_for_later_is_looked_at_now_when_it_is_cancelled():
    operation = operation_row(state="queued")
    later = queries.operation_progress(operation.pk).created_at.replace(year=2999)
    Operation.objects.update(next_run_at=later)
    cancel(operation)
    assert Operation.claimable().exists()


def test_to_cancel_twice_is_to_cancel_once(ann, bob):
    operation = operation_row()
    first = cancel(operation, ann)
    second = cancel(operation, bob)
    assert second.cancel_requested_at == first.cancel_requested_at
    assert second.cancel_actor == "ann"
    assert len(queries.events_after(operation.pk)) == 1


def test_to_cancel_again_what_was_cancelled_is_no_error():
    operation = operation_row()
    cancel(operation)
    end(operation, "cancelled")
    assert cancel(operation).state == "cancelled"


@pytest.mark.parametrize("state", OVER)
def test_what_ended_by_itself_can_not_be_cancelled(state):
    error = conflict(lambda: cancel(operation_row(state=state)))
    assert error.code == "operation_over"
    assert str(error) == f"It has ended already: {state}."


def test_what_never_was_can_be_neither_cancelled_nor_retried():
    for ask in (actions.cancel_operation, actions.retry_operation):
        with pytest.raises(NotFoundError) as error:
            ask(asker(), uuid.uuid4())
        assert error.value.code == "no_such_operation"


@pytest.mark.django_db(transaction=True)
def test_many_that_cancel_at_once_are_one_line_in_the_log():
    operation = operation_row()
    outcomes = at_once(8, lambda _: cancel(operation))
    assert {one.pk for one in outcomes} == {operation.pk}
    assert [line.number for line in queries.events_after(operation.pk)] == [1]


# Retry


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_create_that_was_taken_back_starts_from_its_request_again(state, create):
    old = end(create("a", size=1, accept=("x",), cluster_token="t"), state)
    Cluster.objects.all().delete()
    again = retry(old)
    assert again.pk != old.pk
    assert (again.kind, again.state) == ("create", "queued")
    assert (again.cluster.size, again.cluster.token) == (1, "t")
    assert again.cluster.accepted == ["x"]


@pytest.mark.parametrize("state", UNFINISHED)
@pytest.mark.parametrize("kind", ["create", "repair"])
def test_a_definition_that_was_kept_is_gone_on_with(kind, state, docker):
    cluster = cluster_row()
    old = operation_row(kind=kind, state=state, request={"keep_on_failure": True})
    again = retry(old)
    assert (again.kind, again.cluster, again.keep) == (kind, cluster, True)
    assert Cluster.objects.count() == 1


def test_a_delete_is_asked_for_again(docker):
    cluster_row()
    assert retry(operation_row(kind="delete", state="failed")).kind == "delete"


@pytest.mark.parametrize("state", ["succeeded", *ACTIVE])
def test_only_what_did_not_succeed_can_be_retried(state):
    error = conflict(lambda: retry(operation_row(state=state)))
    assert error.code == "nothing_to_retry"
    assert state in str(error)


@pytest.mark.parametrize("kind", ["delete", "repair"])
def test_what_is_gone_can_not_be_retried(kind, docker):
    cluster = cluster_row()
    old = operation_row(kind=kind, state="failed")
    cluster.delete()
    error = conflict(lambda: retry(old))
    assert (error.code, str(error)) == ("cluster_gone", "The cluster a is gone.")


def test_an_old_delete_does_not_reach_a_new_cluster_of_the_same_name(docker):
    old_cluster = cluster_row()
    old = operation_row(kind="delete", state="failed")
    old_cluster.delete()
    cluster_row()
    assert conflict(lambda: retry(old)).code == "cluster_gone"
    assert Operation.objects.count() == 1


def test_an_old_create_does_not_reach_a_new_cluster_of_the_same_name(create):
    old = end(create("a"), "failed")
    Cluster.objects.all().delete()
    end(create("a"), "failed")
    with pytest.raises(SpecError) as error:
        retry(old)
    assert error.value.code == "name_taken"


def test_what_a_later_operation_finished_is_not_begun_again(docker):
    """A create that fails, or is cancelled, is taken back with all the data."""
    cluster_row()
    old = operation_row(state="failed", request={"keep_on_failure": True})
    done = end(retry(old))
    error = conflict(lambda: retry(old))
    assert error.code == "superseded"
    assert str(error) == (
        "A later create of a succeeded; there is nothing left to retry."
    )
    assert error.extra == {"operation": str(done.pk)}


def test_a_retry_that_failed_can_be_retried(docker):
    cluster_row()
    old = operation_row(state="needs_operator")
    end(retry(old), "needs_operator")
    assert retry(old).state == "queued"


def test_a_retry_while_something_runs_is_a_conflict(docker):
    cluster_row()
    old = operation_row(state="failed")
    operation_row(kind="repair")
    assert conflict(lambda: retry(old)).code == "operation_running"


@pytest.mark.django_db(transaction=True)
def test_of_many_retries_at_once_one_is_done(docker):
    cluster_row()
    old = operation_row(state="failed")
    outcomes = at_once(6, lambda _: retry(old))
    assert sum(isinstance(one, Operation) for one in outcomes) == 1
    assert sum(isinstance(one, ConflictError) for one in outcomes) == 5
