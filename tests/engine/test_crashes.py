"""A worker that dies, a bug, a lost answer: what each of them costs."""

import os

import pytest
from django.db import OperationalError

from clusters import actions
from clusters.core.request import DiscoveryRequest
from clusters.engine import endings, failpoints, run, sweep
from clusters.models import Operation
from tests.engine.conftest import ASKER
from tests.engine.failpoint_runs import DNS_IMAGE, IMAGES, in_a_child, status_of


def advance_and_break(operation, place, mode):
    def work():
        failpoints._ARMED[place] = mode
        run.advance(operation.pk)

    return status_of(in_a_child(work))


def test_a_worker_that_dies_again_and_again_is_not_fed_for_ever(create, world):
    operation = create()
    # Steps beside it may get done meanwhile, and each of them starts the count anew:
    # there are not more of them than the plan has.
    for _ in range(run.MOST_CRASHES * 20):
        status = advance_and_break(operation, "create_network.before_call", "kill")
        for pk, owner, fence in sweep._held():
            Operation.release_dead(pk, owner, fence)
        if not os.WIFSIGNALED(status):
            break
    operation.refresh_from_db()
    assert (operation.state, operation.code) == ("needs_operator", "poison")


def test_a_bug_is_an_error_of_the_panel_and_not_of_the_user(create, monkeypatch):
    operation = create()
    monkeypatch.setitem(failpoints._ARMED, "create_network.before_call", "raise")
    with pytest.raises(failpoints.InjectedError):
        run.advance(operation.pk)
    operation.refresh_from_db()
    assert (operation.state, operation.code) == ("errored", "internal_error")


@pytest.mark.parametrize(
    "verb", ["create_network", "create_volume", "create_instance", "start_instance"]
)
def test_an_answer_that_is_lost_does_not_do_it_twice(create, finish, world, verb):
    world.drop_answer(verb)
    assert finish(create()).state == "succeeded"
    assert max(world.counts().values()) == 1


def test_a_database_that_is_away_at_a_look_is_no_mistake_of_the_panel(
    create, finish, monkeypatch
):
    answers = iter([OperationalError("the database system is starting up")])
    observe = endings.watch.observe_cluster

    def look(*args):
        for error in answers:
            raise error
        return observe(*args)

    monkeypatch.setattr(endings.watch, "observe_cluster", look)
    assert finish(create()).state == "succeeded"


def test_a_retry_keeps_the_addresses_of_the_network_that_is_there(
    create, finish, monkeypatch, world
):
    for image in (*IMAGES, DNS_IMAGE):
        world.offer_image(image)
    zone = DiscoveryRequest(domain="ex.test")
    operation = create(version="3.5.35", bootstrap="dns_srv", discovery=zone)
    monkeypatch.setitem(failpoints._ARMED, "create_dns.before_intent", "raise")
    with pytest.raises(failpoints.InjectedError):
        run.advance(operation.pk)
    progress = finish(actions.retry_operation(ASKER, operation.pk))
    assert progress.state == "succeeded", progress
