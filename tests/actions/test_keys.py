"""The same request, sent again with its key, is answered and not done again."""

import pytest

from clusters import actions
from clusters.core.errors import ConflictError, IdempotencyError, NotFoundError
from clusters.models import Cluster, Operation
from tests.builders import asker, end
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def test_the_same_key_and_request_answer_the_same_operation(create):
    first = create("a", key="k")
    assert create("a", key="k").pk == first.pk
    end(first)
    assert create("a", key="k").pk == first.pk
    assert Operation.objects.count() == 1


def test_a_key_still_answers_when_its_cluster_is_gone(create):
    first = end(create("a", key="k"), "failed")
    Cluster.objects.all().delete()
    assert create("a", key="k").pk == first.pk
    assert not Cluster.objects.exists()


def test_the_same_key_with_another_request_is_refused(create):
    create("a", key="k")
    with pytest.raises(IdempotencyError) as error:
        create("a", key="k", size=1)
    assert error.value.code == "idempotency_key_reused"
    assert str(error.value.advice) == "Send a new key with a new request."
    with pytest.raises(IdempotencyError):
        create("b", key="k")
    assert Operation.objects.count() == 1


def test_a_key_of_a_create_is_no_key_of_a_delete(create, delete):
    end(create("a", key="k"))
    with pytest.raises(IdempotencyError):
        delete("a", key="k")


def test_people_do_not_see_the_keys_of_others(create, bob):
    first = create("a", key="k")
    assert create("b", key="k", by=bob).pk != first.pk


def test_without_a_key_the_second_request_is_a_second_request(create):
    create("a")
    with pytest.raises(ConflictError):
        create("a")


def test_a_refused_request_does_not_use_up_its_key(create):
    create("a")
    with pytest.raises(ConflictError):
        create("a", key="k")
    assert create("b", key="k").cluster_name == "b"


def test_a_delete_is_answered_again_after_the_cluster_is_gone(create, delete):
    end(create("a"))
    first = end(delete("a", key="k"))
    Cluster.objects.all().delete()
    assert delete("a", key="k").pk == first.pk
    with pytest.raises(NotFoundError):
        delete("a")


def test_a_delete_is_answered_again_for_an_older_form(create, delete):
    end(create("a"))
    first = delete("a", key="k", generation=1)
    Cluster.objects.update(generation=2)
    assert delete("a", key="k", generation=1).pk == first.pk


def test_a_retry_is_answered_again(create, ann):
    old = end(create("a", keep_on_failure=True), "failed")
    first = actions.retry_operation(asker(ann, key="k"), old.pk)
    assert actions.retry_operation(asker(ann, key="k"), old.pk).pk == first.pk
    end(first)
    assert actions.retry_operation(asker(ann, key="k"), old.pk).pk == first.pk


@pytest.mark.django_db(transaction=True)
def test_ten_deletes_with_one_key_are_all_answered_with_the_one_operation(
    create, delete
):
    end(create("a"))
    outcomes = at_once(10, lambda _: delete("a", key="k"))
    assert {one.pk for one in outcomes} == {Operation.objects.get(kind="delete").pk}


@pytest.mark.django_db(transaction=True)
def test_of_different_requests_with_one_key_at_once_one_is_done(create):
    outcomes = at_once(6, lambda number: create(f"c{number}", key="k"))
    made = [one for one in outcomes if isinstance(one, Operation)]
    assert len(made) == Operation.objects.count() == Cluster.objects.count() == 1
    others = {type(one) for one in outcomes if not isinstance(one, Operation)}
    assert others == {IdempotencyError}
