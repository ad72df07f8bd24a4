"""What must never be true is refused by the database, whoever writes it."""

import pytest
from django.db import IntegrityError, transaction

from clusters.models import (
    Cluster,
    Event,
    Host,
    Installation,
    Member,
    Observation,
    Operation,
    PortLease,
    StepRecord,
)
from clusters.models.operation import ACTIVE, State
from tests.builders import cluster_row, host_row, operation_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db
BAD_NAMES = ["", "A", "1a", "-a", "a-", "a_b", "a.b", "a\n", "a\nb", "é"]
OVER = sorted(set(State.values) - set(ACTIVE))


def refused(write):
    """Run it in a savepoint; the name of the constraint is in what is returned."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return str(error.value)


# Names


@pytest.mark.parametrize("name", BAD_NAMES)
def test_the_name_of_a_cluster_is_a_label(name, docker):
    cluster = cluster_row("good")
    message = refused(lambda: Cluster.objects.filter(pk=cluster.pk).update(name=name))
    assert "cluster_name_is_a_label" in message


@pytest.mark.parametrize("name", BAD_NAMES)
def test_the_name_of_a_member_is_a_label(name, docker):
    cluster_row()
    message = refused(lambda: Member.objects.filter(name="etcd1").update(name=name))
    assert "member_name_is_a_label" in message


@pytest.mark.parametrize("name", BAD_NAMES)
def test_the_name_of_a_host_is_a_label(name):
    message = refused(lambda: Host.objects.create(name=name, kind="docker"))
    assert "host_name_is_a_label" in message


def test_a_name_of_forty_characters_is_kept_whole(docker):
    assert Cluster.objects.get(name=cluster_row("x" * 40).name).name == "x" * 40


def test_a_cluster_name_is_there_once(docker):
    cluster_row("a")
    refused(lambda: cluster_row("a", first_port=21_000))


def test_a_member_name_is_there_once_in_a_cluster(docker):
    cluster_row("a")
    rename = Member.objects.filter(name="etcd2")
    refused(lambda: rename.update(name="etcd1"))
    cluster_row("b", first_port=21_000)
    assert Member.objects.filter(name="etcd1").count() == 2


def test_a_host_name_is_there_once(docker):
    refused(lambda: host_row("docker", looked_at=False))


def test_a_host_is_of_a_known_kind():
    message = refused(lambda: Host.objects.create(name="h", kind="cloud"))
    assert "host_kind_is_known" in message


@pytest.mark.parametrize("size", [0, 8, 100])
def test_a_cluster_has_one_to_seven_members(size, docker):
    cluster = cluster_row()
    message = refused(lambda: Cluster.objects.filter(pk=cluster.pk).update(size=size))
    assert "cluster_size_1_to_7" in message


# Ports


def test_a_port_is_lent_once_on_a_host(docker):
    member = cluster_row(first_port=20_000).members.first()
    refused(lambda: PortLease.objects.create(host=docker, port=20_000, member=member))
    other = host_row("engine-2", looked_at=False)
    PortLease.objects.create(host=other, port=20_000, member=member)


def test_ports_come_back_with_their_cluster(docker):
    cluster_row().delete()
    assert not PortLease.objects.exists()


def test_a_host_with_members_stays(docker):
    cluster_row()
    with pytest.raises(IntegrityError):
        docker.delete()


# Operations


@pytest.mark.parametrize("first", ACTIVE)
@pytest.mark.parametrize("second", ACTIVE)
def test_a_cluster_has_one_active_operation(first, second):
    operation_row(state=first)
    refused(lambda: operation_row(kind="delete", state=second))
    operation_row("b", state=second)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_is_in_nobodys_way(state):
    operation_row(state=state)
    operation_row(state=state)
    operation_row(kind="delete", state="queued")


def test_an_ended_operation_can_not_come_back_beside_another():
    ended = operation_row(state="failed")
    operation_row(state="queued")
    refused(lambda: Operation.objects.filter(pk=ended.pk).update(state="running"))


def test_an_idempotency_key_makes_one_operation_of_an_actor():
    operation_row(state="failed", idempotency_key="k")
    refused(lambda: operation_row("b", idempotency_key="k"))
    operation_row("b", idempotency_key="k", actor_name="bob")
    operation_row("c", idempotency_key="other")


def test_no_key_is_no_key_however_often():
    operation_row("a", idempotency_key="")
    operation_row("b", idempotency_key="")


def test_an_operation_outlives_its_cluster(docker):
    cluster = cluster_row()
    operation = operation_row()
    cluster.delete()
    operation.refresh_from_db()
    assert (operation.cluster, operation.cluster_name) == (None, "a")


def test_a_step_number_is_there_once_in_an_operation():
    operation = operation_row()

    def step():
        return StepRecord.objects.create(
            operation=operation, seq=0, kind="check_host", target="x"
        )

    step()
    refused(step)


def test_an_event_number_is_there_once_in_an_operation():
    operation, other = operation_row("a"), operation_row("b")
    Event.objects.create(operation=operation, number=1, code="x")
    refused(lambda: Event.objects.create(operation=operation, number=1, code="y"))
    Event.objects.create(operation=other, number=1, code="x")


# Observations


def test_an_observation_is_of_one_thing(docker):
    cluster = cluster_row()
    member = cluster.members.first()
    for subject in ({}, {"cluster": cluster, "member": member}):
        message = refused(lambda s=subject: Observation.objects.create(status="x", **s))
        assert "observation_of_one_subject" in message


def test_a_thing_has_one_observation(docker):
    refused(lambda: Observation.objects.create(host=docker, status="x"))


# Races


@pytest.mark.django_db(transaction=True)
def test_of_twenty_that_start_at_once_one_operation_is_written():
    outcomes = at_once(20, lambda _: operation_row(state="queued"))
    written = [one for one in outcomes if isinstance(one, Operation)]
    assert len(written) == Operation.objects.count() == 1
    assert all(isinstance(one, Operation | IntegrityError) for one in outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_all_are_told_the_same_installation():
    marks = at_once(8, lambda _: Installation.mark())
    assert len(set(marks)) == Installation.objects.count() == 1
