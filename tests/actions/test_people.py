"""What people do to one another, and to themselves, at the desk.

A double click is in test_keys.py: one key makes one operation, also of ten at once.
"""

from datetime import timedelta

import pytest
from django.db.models import ProtectedError

from clusters import actions, queries
from clusters.core.errors import ConflictError, PanelError, SpecError
from clusters.models import Cluster, Host, Operation, StepRecord
from clusters.models.operation import Via
from tests.builders import asker, cluster_row, end, operation_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)


@pytest.fixture
def repair(docker):
    """A repair that the panel began by itself, and that waits or is worked on."""

    def ask(**columns):
        cluster_row()
        columns = {"actor_name": "etcdpanel", "via": Via.PANEL, **columns}
        return operation_row(kind="repair", **columns)

    return ask


def lines_of(operation):
    return [(line.number, line.code) for line in queries.events_after(operation.pk)]


# Two operators


def test_who_comes_second_learns_who_does_what_and_how_far_it_is(create, delete, bob):
    running = end(create())
    running = delete()
    for seq, state in enumerate(["succeeded", "succeeded", "running"]):
        StepRecord.objects.create(operation=running, seq=seq, kind="x", state=state)
    with pytest.raises(ConflictError) as error:
        delete(by=bob)
    since = running.created_at
    assert str(error.value) == (
        f"ann started delete of a at {since:%H:%M:%S} UTC; 2 of 3 steps done."
    )
    assert error.value.extra == {
        "operation": str(running.pk),
        "kind": "delete",
        "actor": "ann",
        "steps_done": 2,
        "steps_total": 3,
        "created_at": since.isoformat(),
    }
    assert str(error.value.advice) == "Wait for it to end, or cancel it."


# A delete while something runs


def test_a_repair_of_the_panel_s_own_gives_way_to_a_delete(repair, delete):
    began = repair(state="queued")
    deleting = delete()
    began.refresh_from_db()
    assert (deleting.kind, deleting.state) == ("delete", "queued")
    assert (began.state, began.code) == ("cancelled", "cancelled")
    assert began.cancel_actor == "ann"
    assert lines_of(began) == [(1, "cancel_asked"), (2, "operation_cancelled")]


def test_a_worker_that_repairs_holds_nothing_from_then_on(repair, delete):
    began = repair(state="queued")
    assert began.claim("worker", LEASE)
    deleting = delete()
    assert not began.held().exists()
    assert not Operation.claimable().filter(pk=deleting.pk).exists()
    assert deleting.pk == Operation.objects.get(state="queued").pk


def test_the_delete_waits_no_longer_than_the_call_that_was_out_may_last(repair, delete):
    began = repair(state="queued")
    began.claim("worker", LEASE)
    deleting = delete()
    deleting.refresh_from_db()
    assert deleting.next_run_at == began.lease_until


def test_a_repair_that_a_person_asked_for_gives_way_to_nobody(repair, delete):
    repair(actor_name="bob", via=Via.FORM)
    with pytest.raises(ConflictError) as error:
        delete()
    assert error.value.extra["actor"] == "bob"


@pytest.mark.django_db(transaction=True)
def test_of_ten_deletes_during_a_repair_one_is_done(repair, delete):
    began = repair(state="queued")
    outcomes = at_once(10, lambda _: delete())
    made = [one for one in outcomes if isinstance(one, Operation)]
    assert len(made) == Operation.objects.filter(kind="delete").count() == 1
    assert lines_of(began) == [(1, "cancel_asked"), (2, "operation_cancelled")]


# Hosts, users, and the wrong cluster


def test_a_host_with_members_can_not_go_and_they_are_named(docker):
    cluster_row()
    with pytest.raises(ProtectedError) as error:
        docker.delete()
    held = sorted(str(member) for member in error.value.protected_objects)
    assert held == ["etcd1", "etcd2", "etcd3"]
    assert Host.objects.exists()


def test_who_is_disabled_asks_for_nothing_more_and_what_they_began_goes_on(create, ann):
    began = create()
    ann.is_active = False
    ann.save()
    for ask in (
        lambda: actions.cancel_operation(asker(ann), began.pk),
        lambda: actions.delete_cluster(asker(ann), "a", confirm="a"),
        lambda: create("b"),
    ):
        with pytest.raises(PanelError) as error:
            ask()
        assert error.value.code == "not_allowed"
    began.refresh_from_db()
    assert (began.actor_name, began.cancel_requested_at) == ("ann", None)
    assert Operation.claimable().filter(pk=began.pk).exists()


def test_an_operation_still_says_who_began_it_when_that_user_is_gone(create, ann):
    began = create()
    ann.delete()
    began.refresh_from_db()
    assert (began.actor, began.actor_name) == (None, "ann")


def test_the_name_of_another_cluster_deletes_neither(delete, docker):
    cluster_row("a")
    cluster_row("b", first_port=21_000)
    with pytest.raises(SpecError):
        delete("a", confirm="b")
    assert Cluster.objects.count() == 2
    assert not Operation.objects.exists()


def test_what_would_be_gone_is_listed_before_the_name_is_typed(docker):
    cluster_row()
    gone = queries.removal_of("a")
    assert [member.instance for member in gone.members] == [
        "a-etcd1",
        "a-etcd2",
        "a-etcd3",
    ]
    assert gone.members[0].data == "a-etcd1-data"
    assert gone.members[0].ports == (20_000, 20_010)
    assert gone.network == "a-net"
