import pytest

from clusters import actions
from clusters.core.errors import ConflictError, NotFoundError, SpecError
from clusters.models import Cluster, Operation
from tests.builders import asker, cluster_row, end, operation_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def test_a_delete_starts_an_operation_and_leaves_the_rest_to_it(delete, docker):
    cluster = cluster_row()
    operation = delete()
    assert (operation.kind, operation.state) == ("delete", "queued")
    assert operation.cluster == cluster
    assert Cluster.objects.exists()


@pytest.mark.parametrize("confirm", ["", "b", "A", "a "])
def test_a_delete_needs_the_name_typed(confirm, delete, docker):
    cluster_row()
    with pytest.raises(SpecError) as error:
        delete(confirm=confirm)
    (problem,) = error.value.problems
    assert (problem.field, problem.code) == ("confirm", "not_confirmed")
    assert str(problem.text) == "Type a to confirm: its data will be gone."
    assert not Operation.objects.exists()


def test_what_is_not_there_can_not_be_deleted(delete):
    with pytest.raises(NotFoundError) as error:
        delete("gone")
    assert error.value.code == "no_such_cluster"
    assert str(error.value) == "There is no cluster gone."


def test_a_form_that_is_older_than_the_cluster_is_refused_with_the_difference(
    delete, docker
):
    cluster_row(generation=3, hands_off=True)
    with pytest.raises(ConflictError) as error:
        delete(generation=2)
    assert error.value.code == "stale_form"
    assert str(error.value) == "a was changed since this form was shown."
    assert error.value.extra == {
        "difference": {
            "generation": {"yours": 2, "now": 3},
            "hands_off": {"now": True},
        }
    }
    assert delete(generation=3).kind == "delete"


def test_a_delete_while_a_create_runs_cancels_it(create, delete, bob):
    creating = create()
    cancelled = delete(by=bob)
    assert cancelled.pk == creating.pk
    assert cancelled.cancel_requested_at is not None
    assert cancelled.cancel_actor == "bob"
    assert Operation.objects.count() == 1


@pytest.mark.parametrize("kind", ["delete", "repair"])
def test_a_delete_while_something_else_runs_is_a_conflict(kind, delete, docker):
    cluster_row()
    running = operation_row(kind=kind)
    with pytest.raises(ConflictError) as error:
        delete()
    assert error.value.code == "operation_running"
    assert error.value.extra["operation"] == str(running.pk)


def test_a_cluster_whose_create_failed_can_be_deleted(create, delete):
    end(create(), "needs_operator")
    assert delete().kind == "delete"


@pytest.mark.django_db(transaction=True)
def test_of_ten_deletes_at_once_one_is_done(delete, docker):
    cluster_row()
    outcomes = at_once(10, lambda _: delete())
    made = [one for one in outcomes if isinstance(one, Operation)]
    assert len(made) == Operation.objects.count() == 1
    others = {type(one) for one in outcomes if not isinstance(one, Operation)}
    assert others == {ConflictError}


# Hands off


def test_hands_off_is_a_change_of_the_definition(ann, docker):
    cluster_row()
    changed = actions.set_hands_off(asker(ann), "a", hands_off=True, generation=1)
    assert (changed.hands_off, changed.generation) == (True, 2)
    changed = actions.set_hands_off(asker(ann), "a", hands_off=False)
    assert (changed.hands_off, changed.generation) == (False, 3)


def test_hands_off_of_an_older_form_is_refused(ann, docker):
    cluster_row(generation=2)
    with pytest.raises(ConflictError) as error:
        actions.set_hands_off(asker(ann), "a", hands_off=True, generation=1)
    assert error.value.code == "stale_form"
    assert not Cluster.objects.get().hands_off


def test_hands_off_of_nothing_is_refused(ann):
    with pytest.raises(NotFoundError):
        actions.set_hands_off(asker(ann), "gone", hands_off=True)


@pytest.mark.django_db(transaction=True)
def test_of_many_forms_of_one_generation_one_changes_the_cluster(ann, docker):
    cluster_row()

    def change(_):
        return actions.set_hands_off(asker(ann), "a", hands_off=True, generation=1)

    outcomes = at_once(6, change)
    assert sum(isinstance(one, Cluster) for one in outcomes) == 1
    assert sum(isinstance(one, ConflictError) for one in outcomes) == 5
    assert Cluster.objects.get().generation == 2
