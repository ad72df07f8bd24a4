import threading

import pytest
from django.db import connection

from clusters import actions
from clusters.core.errors import ConflictError
from clusters.engine import run
from clusters.models import Cluster, Operation
from tests.engine.conftest import ASKER

NOTHING = {"instances": [], "volumes": [], "networks": []}


def start_in_a_thread(operation):
    def work():
        try:
            run.advance(operation.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until(happened):
    pause = threading.Event()
    for _ in range(400):
        if happened():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen")


def test_a_waiting_create_is_cancelled_before_anything_is_made(create, finish, world):
    operation = create()
    actions.cancel_operation(ASKER, operation.pk)
    progress = finish(operation)
    assert (progress.state, progress.code) == ("cancelled", "cancelled")
    assert world.counts() == {}
    assert not Cluster.objects.exists()


def test_a_running_create_is_cancelled_and_taken_back(create, finish, world):
    world.form_after(30)
    operation = create()
    worker = start_in_a_thread(operation)
    wait_until(lambda: len(world.things()["instances"]) == 3)
    actions.cancel_operation(ASKER, operation.pk)
    worker.join(10)
    progress = finish(operation)
    assert progress.state == "cancelled"
    assert "(command) cancelled it" in progress.explanation
    assert world.things() == NOTHING
    assert not Cluster.objects.exists()


def test_a_stalled_pull_is_cancelled_within_two_seconds(create, finish, world):
    world.offer_image("quay.io/coreos/etcd:v3.4.45", stall=True)
    operation = create(version="3.4.45")
    worker = start_in_a_thread(operation)
    wait_until(lambda: operation.steps.filter(kind="pull_image", state="running"))
    actions.cancel_operation(ASKER, operation.pk)
    worker.join(2)
    assert not worker.is_alive()
    assert finish(operation).state == "cancelled"
    assert world.things() == NOTHING


def test_deleting_a_cluster_that_is_being_created_cancels_the_create(
    create, finish, world
):
    operation = create()
    assert actions.delete_cluster(ASKER, "a", confirm="a").pk == operation.pk
    assert finish(operation).state == "cancelled"


def test_a_delete_that_removed_something_goes_on_to_its_end(
    create, finish, delete, world
):
    finish(create())
    world.hang("remove_instance", 1.0)
    operation = delete()
    worker = start_in_a_thread(operation)
    wait_until(lambda: Operation.objects.get(pk=operation.pk).touched)
    actions.cancel_operation(ASKER, operation.pk)
    worker.join(10)
    progress = finish(operation)
    assert progress.state == "succeeded"
    codes = set(operation.events.values_list("code", flat=True))
    assert "too_late_to_cancel" in codes


def test_what_has_ended_can_not_be_cancelled(create, finish):
    operation = create()
    finish(operation)
    with pytest.raises(ConflictError, match="ended already"):
        actions.cancel_operation(ASKER, operation.pk)
