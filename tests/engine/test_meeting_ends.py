"""What becomes of a token at every end: used, burnt, or as fresh as before."""

import threading

import pytest

from clusters import actions
from clusters.core.errors import ConflictError
from clusters.core.request import DiscoveryRequest
from clusters.engine import run
from clusters.models import Cluster, DiscoveryToken
from tests.engine.conftest import ASKER

TOKEN = "0f" * 16
OWN = f"http://meet:2379/v2/keys/discovery/{TOKEN}"
V2 = {"bootstrap": "discovery_v2", "version": "3.5.35"}
V3 = {"bootstrap": "discovery_v3", "version": "3.7.3"}
PUBLIC = {"bootstrap": "discovery_public", "version": "3.6.16"}


@pytest.fixture
def store(create_store):
    return create_store()


@pytest.fixture
def short(settings):
    """Members get two seconds to meet."""
    settings.PANEL_BOOTSTRAP_SECONDS = 2


def token():
    return DiscoveryToken.objects.get()


def own(url=OWN):
    return V2 | {"discovery": DiscoveryRequest(url=url)}


def work_aside(operation):
    """Let another thread be the worker for one slice."""

    def go():
        from django.db import connection

        try:
            run.advance(operation.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


# Every mode, end to end


@pytest.mark.parametrize(
    ("protocol", "asked"),
    [
        ("v2", V2),
        ("v2", V2 | {"version": "3.4.45"}),
        ("v2", V2 | {"version": "3.6.16"}),
        ("v3", V3),
        ("v3", V3 | {"version": "3.6.16"}),
        ("", PUBLIC),
        ("", PUBLIC | {"version": "3.5.35"}),
    ],
)
def test_members_that_register_form_and_the_token_is_used(
    create, create_store, finish, world, protocol, asked
):
    if protocol:
        create_store(protocol=protocol)
    for version in ("3.4.45", "3.5.35", "3.6.16"):
        world.offer_image(f"quay.io/coreos/etcd:v{version}")
    progress = finish(create(**asked))
    assert progress.state == "succeeded", progress
    row = token()
    assert (row.state, row.cluster_name, row.size) == ("used", "a", 3)
    names = sorted(r["name"] for r in row.registrations)
    assert names == ["etcd1", "etcd2", "etcd3"]
    spec = Cluster.objects.get(name="a").to_spec()
    assert row.address == (spec.ticket.url or spec.ticket.token)
    assert spec.predicted_cluster_id() != 0


@pytest.mark.parametrize("size", [1, 3, 5])
def test_members_meet_by_records_in_every_size(create, finish, world, size):
    zone = DiscoveryRequest(domain="ex.test")
    made = create(bootstrap="dns_srv", size=size, version="3.7.3", discovery=zone)
    progress = finish(made)
    assert progress.state == "succeeded", progress
    assert "a-dns" in world.things()["instances"]


# Ends of tokens


def test_a_create_that_fails_burns_its_token_and_a_retry_gets_another(
    create, store, finish, world
):
    world.die_on_start("a-etcd2", ["no"])
    failed = create(**V2)
    assert finish(failed).state == "failed"
    first = token()
    assert first.state == "burnt"
    world.heal()
    assert finish(actions.retry_operation(ASKER, failed.pk)).state == "succeeded"
    second = DiscoveryToken.objects.exclude(pk=first.pk).get()
    assert (second.state, second.address != first.address) == ("used", True)


def test_a_token_of_ones_own_is_fresh_after_a_rejection(create, store, finish, world):
    world.take_port(23802)
    ports = {
        "client_ports": (23795, 23792, 23793),
        "peer_ports": (23801, 23802, 23803),
    }
    progress = finish(create(**own(), **ports))
    assert (progress.state, progress.code) == ("rejected", "port_in_use")
    assert (token().state, token().cluster_name) == ("fresh", "")


def test_a_token_that_the_panel_gave_a_script_is_fresh_after_a_rejection(
    create, store, finish, world
):
    """It may be brought again: nothing was done with it."""
    given = DiscoveryToken.objects.create(
        mode="discovery_v2", store=store, place="meet", size=3, address=OWN
    )
    world.take_port(23802)
    ports = {
        "client_ports": (23795, 23792, 23793),
        "peer_ports": (23801, 23802, 23803),
    }
    assert finish(create(**own(), **ports)).state == "rejected"
    given.refresh_from_db()
    assert (given.state, given.cluster_name) == ("fresh", "")


def test_a_token_of_ones_own_is_burnt_once_members_may_have_seen_it(
    create, store, finish, world
):
    world.die_on_start("a-etcd2", ["no"])
    failed = create(**own())
    assert finish(failed).state == "failed"
    assert (token().state, token().is_own) == ("burnt", True)
    world.heal()
    again = finish(actions.retry_operation(ASKER, failed.pk))
    assert (again.state, again.code) == ("rejected", "token_used")
    assert token().state == "burnt"


def test_a_create_that_is_cancelled_while_members_wait_leaves_nothing(
    create, store, finish, world
):
    before = world.things()
    world.hold_registration("a-etcd2")
    operation = create(**V2)
    thread = work_aside(operation)
    for _ in range(400):
        operation.refresh_from_db()
        step = operation.steps.filter(kind="await_registration").first()
        if step and step.message.get("params", {}).get("awaited") == "etcd2":
            break
        threading.Event().wait(0.02)
    else:
        raise AssertionError("nobody waits for etcd2")
    actions.cancel_operation(ASKER, operation.pk)
    thread.join()
    assert finish(operation).state == "cancelled"
    assert token().state == "burnt"
    assert world.things() == before
    assert step.progress == {"current": 2, "total": 3}
    names = [r["name"] for r in token().registrations]
    assert sorted(names) == ["etcd1", "etcd3"]


def test_a_create_that_is_cancelled_before_it_touched_anything_keeps_ones_own_token(
    create, store, finish, world
):
    operation = create(**own())
    world.hang("registry_probe", 1.0)
    thread = work_aside(operation)
    for _ in range(400):
        if DiscoveryToken.objects.exists():
            break
        threading.Event().wait(0.02)
    actions.cancel_operation(ASKER, operation.pk)
    thread.join()
    assert finish(operation).state == "cancelled"
    assert token().state == "fresh"


# Stores that die


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("asked", [V2, V3])
def test_a_store_that_stops_while_members_wait_ends_by_the_panels_deadline(
    create, create_store, finish, world, asked
):
    create_store(protocol="v2" if asked is V2 else "v3")
    before = world.things()
    world.hold_registration("a-etcd2")
    operation = create(**asked)
    thread = work_aside(operation)
    for _ in range(400):
        row = DiscoveryToken.objects.first()
        if row and len(row.registrations) == 2:
            break
        threading.Event().wait(0.02)
    world.stop_registry()
    thread.join()
    progress = finish(operation)
    assert (progress.state, progress.code) == ("failed", "discovery_timeout")
    assert "After " in progress.explanation
    assert token().state == "burnt"
    world.start_registry()
    assert world.things() == before
    world.let_register("a-etcd2")
    again = finish(actions.retry_operation(ASKER, operation.pk))
    assert again.state == "succeeded"


@pytest.mark.usefixtures("short", "store")
def test_a_cluster_that_formed_although_its_store_died_just_then_succeeds(
    create, finish, world, monkeypatch
):
    """The registry says nothing any more, but every member serves."""
    from clusters.discovery.memory import MemoryRegistry

    look = MemoryRegistry.look
    died = threading.Event()

    def die(registry, path):
        seen = look(registry, path)
        if seen and len(seen.registrations) == 3:
            world.stop_registry()
            died.set()
            return look(registry, path)
        return seen

    monkeypatch.setattr(MemoryRegistry, "look", die)
    progress = finish(create(**V2))
    assert progress.state == "succeeded", progress
    assert died.is_set()
    assert token().state == "used"


# Kept for inspection


@pytest.mark.usefixtures("store")
def test_members_that_were_kept_can_not_go_on_with_a_spent_token(
    create, finish, delete, world
):
    world.die_on_start("a-etcd2", ["no"])
    failed = create(**V2, keep_on_failure=True)
    assert finish(failed).state == "failed"
    assert token().state == "burnt"
    world.heal()
    with pytest.raises(ConflictError) as error:
        actions.retry_operation(ASKER, failed.pk)
    assert error.value.code == "token_spent"
    assert "create it again" in str(error.value.advice)
    assert finish(delete("a")).state == "succeeded"
    assert finish(create(**V2)).state == "succeeded"


@pytest.mark.usefixtures("store")
def test_what_was_kept_before_any_member_started_goes_on_with_a_new_token(
    create, finish, world
):
    world.refuse("create_instance", "a-etcd2", "no_space")
    failed = create(**V2, keep_on_failure=True)
    assert finish(failed).state == "failed"
    first = token()
    again = finish(actions.retry_operation(ASKER, failed.pk))
    assert again.state == "succeeded", again
    states = DiscoveryToken.objects.exclude(pk=first.pk).values_list("state", flat=True)
    assert list(states) == ["used"]
