"""What is in the way is named, and nothing is left behind."""

import pytest

from clusters import actions
from clusters.models import Cluster, PortLease
from tests.engine.conftest import ASKER

NOTHING = {"instances": [], "volumes": [], "networks": []}


NAMED = {
    "client_ports": (23791, 23792, 23793),
    "peer_ports": (23801, 23802, 23803),
}


def nothing_is_left(world):
    return (
        world.things() == NOTHING
        and not Cluster.objects.exists()
        and not PortLease.objects.exists()
    )


@pytest.mark.parametrize(
    ("stranger", "name"),
    [
        ("add_instance", "a-etcd2"),
        ("add_volume", "a-etcd1-data"),
        ("add_network", "a-net"),
    ],
)
def test_a_strangers_thing_with_our_name_is_never_touched(
    create, finish, world, stranger, name
):
    getattr(world, stranger)(name)
    before = world.things()
    progress = finish(create())
    assert (progress.state, progress.code) == ("rejected", "name_conflict")
    assert name in progress.explanation
    assert world.things() == before
    assert world.counts() == {}
    assert not Cluster.objects.exists()


def test_a_port_in_use_is_named_with_its_owner(create, finish, world):
    world.take_port(23802, "nginx (pid 4711)")
    progress = finish(create(**NAMED))
    assert (progress.state, progress.code) == ("rejected", "port_in_use")
    assert "23802" in progress.explanation
    assert "nginx" in progress.explanation
    assert nothing_is_left(world)


def test_ports_that_the_panel_chose_move_away_from_a_stranger(create, finish, world):
    world.take_port(23802, "nginx (pid 4711)")
    world.take_port(23811)
    operation = create()
    assert finish(operation).state == "succeeded"
    assert operation.events.filter(code="ports_moved").count() == 1
    leases = set(PortLease.objects.values_list("port", flat=True))
    assert leases == {23831, 23832, 23833, 23841, 23842, 23843}


def test_a_named_client_port_stays_when_peer_ports_move(create, finish, world):
    world.take_port(23802)
    operation = create(client_ports=(24001, 24002, 24003))
    assert finish(operation).state == "succeeded"
    leases = set(PortLease.objects.values_list("port", flat=True))
    assert leases == {24001, 24002, 24003, 23821, 23822, 23823}


def test_a_disk_that_is_nearly_full_is_told_in_numbers(create, finish, world, host):
    from clusters.engine import watch

    world.free_disk(900 * 1024**2)
    watch.observe_host(host)
    progress = finish(create())
    assert (progress.state, progress.code) == ("rejected", "disk_nearly_full")
    assert "900 MiB free; 1536 MiB are needed" in progress.explanation


def test_an_alias_taken_on_an_existing_network_is_refused(create, finish, world):
    world.add_network("shared")
    world.take_alias("shared", "etcd2", "other-etcd2")
    progress = finish(create(network="shared"))
    assert (progress.state, progress.code) == ("rejected", "alias_taken")
    assert "other-etcd2" in progress.explanation


def test_an_existing_network_must_be_there(create, finish, world):
    progress = finish(create(network="shared"))
    assert (progress.state, progress.code) == ("rejected", "network_absent")


def test_an_existing_network_is_used_and_left(create, finish, delete, world):
    world.add_network("shared")
    assert finish(create(network="shared")).state == "succeeded"
    assert finish(delete()).state == "succeeded"
    assert world.things() == NOTHING | {"networks": ["shared"]}


def test_an_image_that_can_not_be_pulled_leaves_nothing(create, finish, world):
    world.offer_image("quay.io/coreos/etcd:v3.4.45", code="image_not_found")
    progress = finish(create(version="3.4.45"))
    assert (progress.state, progress.code) == ("failed", "image_not_found")
    assert nothing_is_left(world)


def test_a_member_that_exits_at_once_is_explained(create, finish, world):
    last = '{"msg":"discovery failed","error":"listen tcp: address already in use"}'
    world.die_on_start("a-etcd2", ["starting", last])
    progress = finish(create())
    assert progress.state == "failed"
    assert "etcd2 ended by itself with exit code 1" in progress.explanation
    assert last in progress.evidence
    assert nothing_is_left(world)


def test_a_quorum_that_does_not_come_ends_at_its_deadline(
    create, finish, world, settings
):
    settings.PANEL_BOOTSTRAP_SECONDS = 1
    world.form_after(60)
    progress = finish(create())
    assert (progress.state, progress.code) == ("failed", "quorum_timeout")
    assert "0 of 3 members serve" in progress.explanation
    assert nothing_is_left(world)


def test_a_failed_create_is_kept_for_inspection_when_asked(create, finish, world):
    world.die_on_start("a-etcd2", ["no"])
    progress = finish(create(keep_on_failure=True))
    assert progress.state == "failed"
    assert len(world.things()["instances"]) == 3
    assert Cluster.objects.filter(name="a").exists()


def test_a_retry_of_a_kept_create_makes_only_what_is_missing(create, finish, world):
    world.die_on_start("a-etcd2", ["no"])
    failed = create(keep_on_failure=True)
    finish(failed)
    world.heal()
    progress = finish(actions.retry_operation(ASKER, failed.pk))
    assert progress.state == "succeeded"
    assert world.counts()["create_instance", "a-etcd1"] == 1


def test_a_retry_of_a_create_that_was_taken_back_starts_anew(create, finish, world):
    world.refuse("create_instance", "a-etcd3", "no_space")
    failed = create()
    assert finish(failed).state == "failed"
    again = actions.retry_operation(ASKER, failed.pk)
    assert finish(again).state == "succeeded"


def test_an_engine_that_stops_in_the_middle_is_waited_for(create, finish, world):
    world.hang("create_instance", 0.2)
    world.drop_answer("create_instance", "a-etcd1")
    progress = finish(create())
    assert progress.state == "succeeded"
    assert world.counts()["create_instance", "a-etcd1"] == 1
