"""The pretended world does what Docker would, counts it, and fails as it is told."""

import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest

from clusters.core.errors import BackendError, Unavailable
from clusters.core.observed import RunState
from clusters.drivers.memory import MemoryDriver
from tests.drivers.conftest import pretended
from tests.drivers.place import Site, cluster_of, until

REPO = Path(__file__).resolve().parents[2]
ABSENT = "quay.io/coreos/etcd:v3.4.45"


@pytest.fixture
def driver(world):
    return MemoryDriver(world.socket, stall_seconds=0.3)


@pytest.fixture
def site(world):
    place = pretended(world)
    return Site(place, cluster_of(place, 3), place.open())


def instance(site, number):
    return site.spec.instance(site.spec.members[number - 1])


def report(site, number):
    return site.driver.probe(site.endpoint(site.spec.members[number - 1]), 1.0)


def refused(call, *args):
    with pytest.raises(BackendError) as refusal:
        call(*args)
    return refusal.value


def test_every_change_is_counted_and_logged_in_order_with_who_asked(site, world):
    site.make_network()
    site.make(site.spec.members[0])
    site.start(site.spec.members[0])
    calls = world.calls()
    assert [(call["verb"], call["target"]) for call in calls] == [
        ("create_network", site.spec.network_name),
        ("create_volume", site.spec.volume(site.spec.members[0])),
        ("create_instance", instance(site, 1)),
        ("start_instance", instance(site, 1)),
    ]
    assert [(call["operation"], call["fence"]) for call in calls[:3]] == [
        ("op-1", "1")
    ] * 3
    assert set(world.counts().values()) == {1}


def test_a_refusal_is_logged_and_not_counted_as_done(site, world):
    world.refuse("create_network", code="network_addresses_exhausted")
    error = refused(site.make_network)
    assert error.code == "network_addresses_exhausted"
    assert world.counts() == {}
    assert world.calls()[0]["outcome"] == "network_addresses_exhausted"
    site.make_network()


def test_a_dropped_answer_means_that_it_was_done_all_the_same(site, world):
    world.drop_answer("create_network")
    with pytest.raises(Unavailable):
        site.make_network()
    assert site.driver.find_network(site.spec.network_name) is not None


def test_a_fault_for_one_target_leaves_others_alone(site, world):
    world.refuse("create_instance", instance(site, 2), "no_space")
    site.make_network()
    site.make(site.spec.members[0])
    assert refused(site.make, site.spec.members[1]).code == "no_space"


def test_a_call_that_hangs_is_done_even_when_its_caller_was_killed(site, world):
    world.hang("create_network", 1.0)
    script = f"""
from clusters.drivers.memory import MemoryDriver
driver = MemoryDriver({world.socket!r})
print("asking", flush=True)
driver.create_network({site.spec.network_name!r}, {{}})
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE) as caller:
        assert caller.stdout.readline() == b"asking\n"
        threading.Event().wait(0.3)
        caller.kill()
    assert site.driver.find_network(site.spec.network_name) is None
    until(
        lambda: site.driver.find_network(site.spec.network_name),
        lambda seen: seen is not None,
    )


def test_every_answer_can_be_delayed(driver, world):
    world.delay(0.2)
    before = monotonic()
    driver.find_network("c1-net")
    assert monotonic() - before >= 0.2


def test_a_stopped_engine_does_not_answer_and_forgets_nothing(site, world):
    site.make_network()
    world.stop_engine()
    with pytest.raises(Unavailable) as silence:
        site.driver.find_network(site.spec.network_name)
    assert silence.value.code == "engine_unreachable"
    facts = site.driver.facts()
    assert (facts.usable, facts.code) == (False, "engine_unreachable")
    world.start_engine()
    assert site.driver.find_network(site.spec.network_name) is not None
    assert site.driver.facts().usable


def test_a_socket_where_nobody_is_counts_as_a_silent_engine(tmp_path):
    driver = MemoryDriver(str(tmp_path / "nobody"))
    assert driver.facts().code == "engine_unreachable"
    with pytest.raises(Unavailable):
        driver.find_network("c1-net")
    assert not driver.probe("127.0.0.1:23791", 0.1).reachable


def test_a_pull_tells_its_progress_and_brings_the_image(driver, world):
    world.offer_image(ABSENT, layers=4)
    told = []
    driver.pull_image(ABSENT, told.append, lambda: False)
    assert told[-1]["layers_done"] == told[-1]["layers"] == 4
    assert [line["current"] for line in told] == sorted(
        line["current"] for line in told
    )
    assert driver.find_image(ABSENT).pinned.startswith("quay.io/coreos/etcd@sha256:")


def test_a_pull_that_nobody_offers_is_refused(driver):
    assert refused(driver.pull_image, ABSENT, print, bool).code == "image_not_found"


def test_a_pull_that_stalls_ends_by_the_stall_clock(driver, world):
    world.offer_image(ABSENT, stall=True)
    error = refused(driver.pull_image, ABSENT, lambda _: None, lambda: False)
    assert error.code == "pull_stalled"
    assert driver.find_image(ABSENT) is None


def test_a_pull_ends_early_without_error_when_it_is_told_to_stop(driver, world):
    world.offer_image(ABSENT, stall=True)
    before = monotonic()
    driver.pull_image(ABSENT, lambda _: None, lambda: monotonic() - before > 0.1)
    assert driver.find_image(ABSENT) is None


def test_two_of_three_serve_and_one_alone_does_not(site, world):
    site.build()
    world.crash(instance(site, 3))
    assert not report(site, 3).reachable
    assert report(site, 1).serves
    world.crash(instance(site, 2))
    alone = report(site, 1)
    assert alone.reachable
    assert not alone.serves
    assert alone.error == "no leader"
    assert len(alone.members) == 3


def test_a_cluster_does_not_answer_before_a_quorum_was_there(site):
    site.make_network()
    for member in site.spec.members:
        site.make(member)
    site.start(site.spec.members[0])
    assert not report(site, 1).reachable
    site.start(site.spec.members[1])
    first = report(site, 1)
    assert first.serves
    assert [m.name for m in first.members] == ["etcd1", "etcd2", ""]


def test_members_of_different_tokens_never_make_a_quorum(site):
    site.make_network()
    for number, member in enumerate(site.spec.members):
        flags = site.launch(member).flags
        others = [f for f in flags if "--initial-cluster-token" not in f]
        token = f"--initial-cluster-token=t{number}"
        site.make(member, flags=(*others, token))
        site.start(member)
    assert not any(report(site, number).reachable for number in (1, 2, 3))


def test_a_crashed_member_comes_back_by_itself_only_once_its_policy_says_so(
    site, world
):
    site.build()
    world.crash(instance(site, 1), 2)
    seen = site.driver.find_instance(instance(site, 1))
    assert (seen.state, seen.exit_code, seen.restarts) == (RunState.EXITED, 2, 0)
    site.driver.start_instance(seen.id)
    site.driver.set_restart_policy(seen.id)
    world.crash(instance(site, 1))
    seen = site.driver.find_instance(instance(site, 1))
    assert (seen.state, seen.restarts) == (RunState.RUNNING, 1)


def test_a_member_that_lost_its_data_is_not_let_in_again(site, world):
    site.build()
    world.crash(instance(site, 2))
    world.wipe(site.spec.volume(site.spec.members[1]))
    site.start(site.spec.members[1])
    seen = site.driver.find_instance(instance(site, 2))
    assert (seen.state, seen.exit_code) == (RunState.EXITED, 1)
    assert "already been bootstrapped" in site.last_lines(site.spec.members[1])


def test_a_member_can_be_made_to_die_at_its_next_starts(site, world):
    site.make_network()
    site.make(site.spec.members[0])
    world.die_on_start(instance(site, 1), ["last words"], exit_code=3, times=2)
    for _ in range(2):
        site.start(site.spec.members[0])
        seen = site.driver.find_instance(instance(site, 1))
        assert (seen.state, seen.exit_code) == (RunState.EXITED, 3)
    site.start(site.spec.members[0])
    seen = site.driver.find_instance(instance(site, 1))
    assert seen.state == RunState.RUNNING


def test_strangers_hold_names_aliases_and_ports(site, world):
    world.add_network("shared")
    world.take_alias("shared", "etcd1", "other-etcd1")
    world.add_instance(instance(site, 1))
    world.add_volume(site.spec.volume(site.spec.members[0]))
    world.take_port(23791, "nginx (pid 7)")
    assert site.driver.names_on_network("shared") == {"etcd1": "other-etcd1"}
    assert site.driver.find_instance(instance(site, 1)).labels == {}
    assert site.driver.busy_ports("127.0.0.1", [23791]) == {23791: "nginx (pid 7)"}
    world.remove(instance(site, 1))
    assert site.driver.find_instance(instance(site, 1)) is None


def test_a_network_with_members_can_not_be_removed(site):
    site.make_network()
    site.make(site.spec.members[0])
    network = site.driver.find_network(site.spec.network_name)
    assert refused(site.driver.remove_network, network.id).code == "network_in_use"


def test_a_port_that_another_member_has_published_is_refused_at_the_start(site):
    site.make_network()
    first, second = site.spec.members[:2]
    site.make(first)
    site.make(second, client_port=first.client_port)
    site.start(first)
    assert refused(site.start, second).code == "port_in_use"


def test_a_panel_inside_the_engine_dials_names_once_it_joined(site, world):
    world.put_panel_inside()
    published = site.spec.endpoint(site.spec.members[0])
    site.build()
    network = site.spec.network_name
    assert site.driver.is_inside(network) is False
    assert site.driver.endpoint(instance(site, 1), published) == published
    site.driver.join_network(network)
    assert site.driver.is_inside(network) is True
    assert site.driver.endpoint(instance(site, 1), published).endswith("etcd1:2379")
    assert report(site, 1).serves
    site.driver.leave_network(network)
    assert site.driver.is_inside(network) is False


def test_twenty_callers_at_once_are_all_answered(site, world):
    found = []

    def ask():
        found.append(site.driver.find_network("c1-net"))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [None] * 20
