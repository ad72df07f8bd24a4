"""A worker that dies at any border costs time, and nothing else.

The list of places is generated from the kinds of steps: a new one is covered on the
day it is written.
"""

import os
import signal

import pytest
from django.db import connections

from clusters.core.plan import StepKind
from clusters.core.request import DiscoveryRequest
from clusters.engine import failpoints, run, sweep
from clusters.models import Cluster, Event, Operation

# These need a panel inside a container of the engine, or a missing image.
PREPARED = {StepKind.JOIN_NETWORK, StepKind.LEAVE_NETWORK, StepKind.PULL_IMAGE}
BY_REGISTRY = {
    StepKind.CHECK_DISCOVERY,
    StepKind.PREPARE_TICKET,
    StepKind.ATTACH_STORE,
    StepKind.AWAIT_REGISTRATION,
    StepKind.START_PROXY,
    StepKind.AWAIT_PROXY,
    StepKind.DETACH_STORE,
}
BY_RECORDS = {
    StepKind.CREATE_DNS,
    StepKind.START_DNS,
    StepKind.AWAIT_DNS,
    StepKind.REMOVE_DNS,
}
NOTHING = {"instances": [], "volumes": [], "networks": []}
REMOVALS = {
    StepKind.REMOVE_MEMBER,
    StepKind.REMOVE_VOLUME,
    StepKind.LEAVE_NETWORK,
    StepKind.REMOVE_DNS,
    StepKind.REMOVE_NETWORK,
    StepKind.FORGET_CLUSTER,
}
IMAGE = "quay.io/coreos/etcd:v3.4.45"
DNS_IMAGE = "coredns/coredns:1.14.0"


def in_a_child(work):
    """Run in a forked process, as a worker's pool does; its exit status."""
    pid = os.fork()
    if pid == 0:
        for connection in connections.all(initialized_only=True):
            connection.connection = None  # the parent's: neither used nor closed
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return status


def advance_and_break(operation, place, mode):
    def work():
        failpoints._ARMED[place] = mode
        run.advance(operation.pk)

    return in_a_child(work)


def places():
    for kind in StepKind:
        for border in failpoints.BORDERS:
            yield pytest.param(kind, border, id=f"{kind}.{border}")


def has_call(kind, border):
    looks_only = {
        StepKind.CHECK_HOST,
        StepKind.CHECK_DISCOVERY,
        StepKind.AWAIT_DNS,
        StepKind.AWAIT_REGISTRATION,
        StepKind.AWAIT_PROXY,
        StepKind.AWAIT_HEALTH,
        StepKind.AWAIT_MEMBER,
        StepKind.FORGET_CLUSTER,
    }
    return not (kind in looks_only and border in {"before_call", "after_call"})


def how(kind, create_store):
    """A create in whose course a step of that kind comes."""
    if kind in BY_REGISTRY:
        create_store()
        return {
            "version": "3.4.45",
            "bootstrap": "discovery_v2",
            "extra_members": 1,
        }
    if kind in BY_RECORDS:
        zone = DiscoveryRequest(domain="ex.test")
        return {"version": "3.5.35", "bootstrap": "dns_srv", "discovery": zone}
    return {"version": "3.4.45"}


def instances(kind):
    names = {f"a-etcd{number}" for number in (1, 2, 3)}
    if kind in BY_REGISTRY:
        return names | {"a-etcd4", "meet"}
    return names | ({"a-dns"} if kind in BY_RECORDS else set())


def repair(world):
    world.remove("a-etcd2")
    sweep.look_at_clusters()
    return Operation.objects.get(kind="repair")


@pytest.fixture
def begin(create, create_store, finish, delete, world):
    """An operation that waits, in whose course a step of a kind comes."""

    def ask(kind):
        for image in (IMAGE, DNS_IMAGE, f"{IMAGE[:-6]}3.5.35"):
            world.offer_image(image)
        world.put_panel_inside()
        operation = create(**how(kind, create_store))
        if kind in REMOVALS:
            finish(operation)
            operation = delete()
        if kind == StepKind.AWAIT_MEMBER:
            finish(operation)
            operation = repair(world)
        return operation

    return ask


@pytest.mark.parametrize(("kind", "border"), list(places()))
def test_a_killed_worker_costs_time_and_nothing_else(
    kind, border, begin, finish, world
):
    operation = begin(kind)
    before = world.counts()
    status = advance_and_break(operation, f"{kind}.{border}", "kill")
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed == has_call(kind, border)
    assert sweep.take_over(run.advance) == killed
    progress = finish(operation)
    assert progress.state == "succeeded"
    assert max((world.counts() - before).values()) == 1
    whole = set() if kind in REMOVALS else instances(kind)
    assert set(world.things()["instances"]) == whole
    assert Cluster.objects.filter(name="a").count() == (kind not in REMOVALS)
    numbers = Event.objects.filter(operation=operation).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


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
