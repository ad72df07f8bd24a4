import uuid

import pytest
from django.utils import timezone, translation

from clusters import queries
from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Event, Operation
from clusters.models.event import Level, Line
from clusters.models.operation import ACTIVE, State
from tests.builders import cluster_row, end, operation_row

pytestmark = pytest.mark.django_db
OVER = sorted(set(State.values) - set(ACTIVE))


def progress(operation):
    return queries.operation_progress(operation.pk)


def with_steps(operation, *states, rollback=False):
    first = operation.steps.count()
    for seq, state in enumerate(states, first):
        operation.steps.create(
            seq=seq,
            kind="start_member",
            target=f"etcd{seq}",
            host="docker",
            cause=say("not {what}", what="started").as_json(),
            state=state,
            rollback=rollback,
        )
    return operation


def ids(**asked):
    rows, before = queries.operation_list(**asked)
    return [row.id for row in rows], before


# Progress


def test_progress_says_how_far_it_is():
    operation = with_steps(operation_row(), "succeeded", "succeeded", "running")
    found = progress(operation)
    assert (found.steps_done, found.steps_total) == (2, 3)
    assert [step.state for step in found.steps] == ["succeeded", "succeeded", "running"]
    step = found.steps[2]
    assert (step.seq, step.kind, step.target, step.host) == (
        2,
        "start_member",
        "etcd2",
        "docker",
    )
    assert (step.cause, step.message, step.rollback) == ("not started", "", False)


def test_the_way_back_follows_the_way_there():
    operation = with_steps(operation_row(), "failed", "cancelled")
    with_steps(operation, "running", rollback=True)
    assert [step.rollback for step in progress(operation).steps] == [False, False, True]


def test_an_end_explains_itself():
    operation = end(
        operation_row(),
        "failed",
        code="port_in_use",
        explanation=say("Port {port} is in use.", port=2379).as_json(),
        advice=say("Stop it.").as_json(),
        evidence=["one line", "another"],
    )
    found = progress(operation)
    assert (found.state, found.code) == ("failed", "port_in_use")
    assert (found.explanation, found.advice) == ("Port 2379 is in use.", "Stop it.")
    assert found.evidence == ("one line", "another")
    assert found.finished_at is not None
    assert found.is_over


def test_progress_stays_when_the_cluster_is_gone(docker):
    cluster = cluster_row()
    operation = operation_row()
    assert progress(operation).cluster_exists
    cluster.delete()
    found = progress(operation)
    assert (found.cluster, found.cluster_exists) == ("a", False)


@pytest.mark.parametrize("state", ACTIVE)
def test_what_runs_can_be_cancelled_once_and_not_retried(state):
    operation = operation_row(state=state)
    found = progress(operation)
    assert (found.can_cancel, found.is_cancelling, found.can_retry) == (
        True,
        False,
        False,
    )
    Operation.objects.update(cancel_requested_at=timezone.now())
    found = progress(operation)
    assert (found.can_cancel, found.is_cancelling) == (False, True)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_can_be_retried_unless_it_succeeded(state):
    found = progress(end(operation_row(), state, cancel_requested_at=timezone.now()))
    assert (found.can_cancel, found.is_cancelling) == (False, False)
    assert found.can_retry == (state != "succeeded")


def test_what_a_later_operation_finished_is_not_offered_to_be_retried():
    old = end(operation_row(), "failed")
    newer = end(operation_row(), "failed")
    assert progress(old).can_retry
    end(newer)
    assert not progress(old).can_retry


def test_a_delete_that_removed_something_can_not_be_cancelled():
    assert progress(operation_row("a", "delete")).can_cancel
    assert not progress(operation_row("b", "delete", touched=True)).can_cancel
    assert progress(operation_row("c", "create", touched=True)).can_cancel


def test_progress_of_nothing_is_not_found():
    with pytest.raises(NotFoundError) as error:
        queries.operation_progress(uuid.uuid4())
    assert error.value.code == "no_such_operation"


def test_progress_takes_a_few_questions_whatever_its_steps(
    django_assert_max_num_queries,
):
    operation = with_steps(operation_row(), *["queued"] * 60)
    with django_assert_max_num_queries(3):
        assert progress(operation).steps_total == 60


def test_a_mark_differs_whenever_something_changed(docker):
    cluster = cluster_row()
    operation = operation_row()
    marks = [queries.operation_mark(operation.pk)]
    for changes in ({"writes": 1}, {"last_event": 1}, {"state": "failed"}):
        Operation.objects.filter(pk=operation.pk).update(**changes)
        marks.append(queries.operation_mark(operation.pk))
    cluster.delete()
    marks.append(queries.operation_mark(operation.pk))
    assert len(set(marks)) == 5
    assert queries.operation_mark(operation.pk) == marks[-1]


def test_what_never_was_has_no_mark():
    assert queries.operation_mark(uuid.uuid4()) is None


# The list


def test_the_list_is_newest_first_and_filtered():
    old = end(operation_row("a"), "failed")
    other = operation_row("b", "delete")
    new = operation_row("a", "delete")
    assert ids()[0] == [str(one.pk) for one in (new, other, old)]
    assert ids(cluster_name="a")[0] == [str(new.pk), str(old.pk)]
    assert ids(state="failed")[0] == [str(old.pk)]
    assert ids(cluster_name="b", state="failed")[0] == []


def test_the_list_comes_in_pages_without_loss_even_at_one_moment():
    moment = timezone.now()
    made = [operation_row(f"c{n}", created_at=moment) for n in range(7)]
    seen, before = [], ""
    for _ in range(4):
        page, before = ids(limit=2, before=before)
        seen += page
        if before is None:
            break
    assert sorted(seen) == sorted(str(one.pk) for one in made)
    assert len(seen) == 7


def test_a_page_after_an_operation_that_never_was_is_not_found():
    with pytest.raises(NotFoundError):
        queries.operation_list(before=str(uuid.uuid4()))


def test_the_list_takes_one_question(django_assert_max_num_queries):
    for number in range(50):
        operation_row(f"c{number}")
    with django_assert_max_num_queries(1):
        assert len(queries.operation_list()[0]) == 50


# The log


@pytest.fixture
def log():
    operation = operation_row()
    lines = [Line(code=f"line_{n}", text=say("{n} of 5", n=n)) for n in range(1, 6)]
    Event.write(operation.pk, 5, lines)
    Event.write(operation_row("b").pk, 1, lines[:1])
    return operation


def numbers(operation, *asked):
    return [line.number for line in queries.events_after(operation.pk, *asked)]


def test_the_log_is_read_in_order_from_any_number(log):
    assert numbers(log) == [1, 2, 3, 4, 5]
    assert numbers(log, 3) == [4, 5]
    assert numbers(log, 5) == []
    assert numbers(log, 0, 2) == [1, 2]


def test_a_line_carries_its_words_level_step_and_data(log):
    line = Line(
        code="x",
        text=say("{why}", why=say("no {n}", n=1)),
        level=Level.WARN,
        step=2,
        data={"k": 1},
    )
    Event.write(log.pk, 6, [line])
    (found,) = queries.events_after(log.pk, 5)
    assert (found.code, found.message, found.level) == ("x", "no 1", "warn")
    assert (found.step, found.data) == (2, {"k": 1})


def test_the_log_of_nothing_is_empty(db):
    assert queries.events_after(uuid.uuid4()) == ()


def test_the_log_is_read_in_the_language_of_the_reader(db):
    operation = operation_row()
    Event.first(operation, Line(code="x", text=say("Yes")))
    with translation.override("zh-hans"):
        assert queries.events_after(operation.pk)[0].message == "是"
    assert queries.events_after(operation.pk)[0].message == "Yes"
