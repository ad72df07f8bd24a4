"""The preflight of a definition that is not written yet."""

import pytest

from clusters import actions, queries
from clusters.core.request import ClusterRequest, DiscoveryRequest
from clusters.engine import checking, watch
from clusters.models import Cluster, DiscoveryToken, Installation
from tests.engine.conftest import ASKER

NAMED = {
    "client_ports": (23791, 23792, 23793),
    "peer_ports": (23801, 23802, 23803),
}


@pytest.fixture
def check(host):
    """What a worker finds out about a request."""

    def look(**wanted):
        request = ClusterRequest(name="a", hosts=("world",), **wanted)
        plan = queries.preview_cluster(request)
        begun = actions.start_check(
            ASKER, plan.spec, ports_may_move=plan.ports_may_move
        )
        assert checking.run_check(begun.pk)
        return queries.check_view(begun.pk)

    return look


def levels(view):
    return {line.code: line.level for line in view.lines}


def test_a_free_world_passes_every_line(check):
    view = check()
    assert view.state == "done"
    assert not view.blocked
    assert set(levels(view).values()) == {"pass"}


def test_a_named_port_in_use_blocks(check, world):
    world.take_port(23802, "nginx (pid 4711)")
    view = check(**NAMED)
    assert view.blocked
    line = next(line for line in view.lines if line.code == "port_in_use")
    assert line.text == "Port 23802 on world is in use by nginx (pid 4711)."


def test_a_port_in_use_that_nobody_named_is_only_noted(check, world):
    world.take_port(23802)
    view = check()
    assert not view.blocked
    assert levels(view)["port_in_use"] == "note"


def test_a_strangers_thing_and_an_absent_image_are_told(check, world):
    world.add_volume("a-etcd1-data")
    view = check(version="3.4.45")
    assert levels(view)["name_conflict"] == "block"
    assert levels(view)["image_absent"] == "note"


def test_a_check_is_done_once(check, host):
    plan = queries.preview_cluster(ClusterRequest(name="b", hosts=("world",)))
    begun = actions.start_check(ASKER, plan.spec)
    assert checking.run_check(begun.pk)
    assert not checking.run_check(begun.pk)


def line(view, code):
    return next(line for line in view.lines if line.code == code)


def ours(cluster="a", operation="0" * 32):
    mark = "io.etcdpanel"
    return {
        f"{mark}.installation": Installation.mark(),
        f"{mark}.cluster": cluster,
        f"{mark}.operation": operation,
    }


# The version


def test_the_rules_of_the_version_are_a_line(check):
    text = "Members of etcd 3.7.3 can meet in the mode static."
    assert line(check(), "version_fits").text == text


def test_what_is_known_of_a_release_is_noted(check, world):
    world.offer_image("quay.io/coreos/etcd:v3.4.45")
    view = check(version="3.4.45")
    assert line(view, "release_end_of_life").level == "note"
    assert not view.blocked


# Clocks


@pytest.mark.parametrize(("ahead", "side"), [(-7.25, "behind"), (90.0, "ahead of")])
def test_a_clock_that_differs_warns_with_its_seconds(check, world, host, ahead, side):
    world.set_clock(ahead)
    watch.observe_host(host)
    view = check()
    said = line(view, "clock_differs")
    assert said.level == "warn"
    assert f"is {abs(round(ahead, 1))} s {side} this panel's" in said.text
    assert said.data == {"seconds": round(ahead, 1), "limit": 2.0}
    assert "NTP" in said.advice
    assert not view.blocked


@pytest.mark.parametrize("ahead", [-2.0, 0.0, 1.9, 2.0])
def test_a_clock_within_two_seconds_passes(check, world, host, ahead):
    world.set_clock(ahead)
    watch.observe_host(host)
    assert levels(check())["clock_agrees"] == "pass"


def test_a_warning_stops_a_create_that_did_not_accept_it(create, finish, world, host):
    world.set_clock(30)
    watch.observe_host(host)
    progress = finish(create())
    assert (progress.state, progress.code) == ("rejected", "clock_differs")
    assert "Or accept “clock_differs”." in progress.advice
    assert world.counts() == {}


def test_a_warning_that_was_accepted_stops_nothing(create, finish, world, host):
    world.set_clock(30)
    watch.observe_host(host)
    assert finish(create(accept=("clock_differs",))).state == "succeeded"


# Data of earlier clusters


def test_data_of_an_earlier_cluster_of_this_name_blocks(check, world):
    world.add_volume("a-etcd2-data", ours())
    view = check()
    said = line(view, "data_left")
    assert said.level == "block"
    assert "the volume a-etcd2-data holds data of an earlier cluster a" in said.text
    assert "docker volume rm a-etcd2-data" in said.advice
    assert said.data == {"volume": "a-etcd2-data", "member": "etcd2"}
    assert [other.code for other in view.lines].count("data_left") == 1


def test_a_create_never_starts_on_data_that_was_left(create, finish, world):
    world.add_volume("a-etcd2-data", ours())
    progress = finish(create())
    assert (progress.state, progress.code) == ("rejected", "data_left")
    assert world.things()["volumes"] == ["a-etcd2-data"]
    assert world.counts() == {}
    assert not Cluster.objects.exists()


def test_data_of_an_earlier_attempt_at_the_same_cluster_is_none_that_was_left(
    create, finish, world
):
    """Kept for inspection, with its data, and without the instance."""
    world.die_on_start("a-etcd2", ["no"])
    failed = create(keep_on_failure=True)
    finish(failed)
    world.heal()
    for member in ("etcd1", "etcd2", "etcd3"):
        world.remove(f"a-{member}")
    again = finish(actions.retry_operation(ASKER, failed.pk))
    assert again.state == "succeeded", again


# Networks and subnets


def test_an_existing_network_is_a_line_with_its_free_names(check, world):
    world.add_network("etcd-net")
    text = "The network etcd-net is on world; etcd1, etcd2, etcd3 are free names in it."
    assert line(check(network="etcd-net"), "network_present").text == text


def by_records(**discovery):
    zone = DiscoveryRequest(**{"domain": "ex.test", **discovery})
    return {"bootstrap": "dns_srv", "version": "3.7.3", "discovery": zone}


def test_a_subnet_of_ones_own_that_an_engine_has_already_blocks(check, world):
    world.add_network("theirs", subnet="10.90.0.0/16")
    view = check(**by_records(subnet="10.90.7.0/24"))
    said = line(view, "subnet_taken")
    assert (said.level, view.blocked) == ("block", True)
    assert "has 10.90.0.0/16, which overlaps with 10.90.7.0/24" in said.text


def test_a_create_on_a_subnet_that_is_taken_touches_nothing(create, finish, world):
    world.add_network("theirs", subnet="10.90.0.0/16")
    progress = finish(create(**by_records(subnet="10.90.7.0/24")))
    assert (progress.state, progress.code) == ("rejected", "subnet_taken")
    assert world.counts() == {}


def test_a_subnet_that_the_panel_proposed_moves_away(check, create, finish, world):
    asked = by_records()
    plan = queries.preview_cluster(ClusterRequest(name="a", hosts=("world",), **asked))
    world.add_network("theirs", subnet=plan.spec.ticket.subnet)
    view = check(**asked)
    assert levels(view)["subnet_taken"] == "note"
    assert finish(create(**asked)).state == "succeeded"


def test_the_free_subnet_and_the_name_server_are_a_line(check):
    view = check(**by_records(subnet="10.90.7.0/24"))
    text = "The network gets the subnet 10.90.7.0/24, the name server 10.90.7.2."
    assert line(view, "subnet_chosen").text == text


def test_addresses_outside_an_existing_network_block(check, world):
    world.add_network("etcd-net", subnet="10.90.7.0/24")
    asked = by_records(
        dns="external", addresses=("10.90.7.11", "10.90.7.12", "10.91.0.1")
    )
    view = check(network="etcd-net", **asked)
    said = line(view, "address_outside")
    assert said.level == "block"
    assert "etcd3 is to have 10.91.0.1" in said.text
    assert "10.90.7.0/24" in said.text


# Stores and tokens


def test_a_store_that_answers_and_a_fresh_token_pass(check, create_store):
    create_store()
    view = check(bootstrap="discovery_v2", version="3.5.35")
    assert levels(view)["store_answers"] == "pass"
    assert levels(view)["token_fresh"] == "pass"


def test_a_store_that_does_not_answer_blocks(check, create_store, world):
    create_store()
    world.stop_registry()
    view = check(bootstrap="discovery_v2", version="3.5.35")
    assert levels(view)["store_unreachable"] == "block"


TOKEN = "http://meet:2379/v2/keys/discovery/t"
OWN = {
    "bootstrap": "discovery_v2",
    "version": "3.5.35",
    "discovery": DiscoveryRequest(url=TOKEN),
}


@pytest.mark.parametrize(
    ("size", "names", "said"),
    [
        ("5", (), "The token is for 5 members, not for 3."),
        ("0", (), "The token is for 0 members, not for 3."),
        ("abc", (), "The token is for abc members, not for 3."),
        ("3", ("x",), "x registered under this token already."),
        ("3", (), "The token is fresh, for 3 members."),
        (None, (), "The token is fresh; its size, 3, will be written."),
    ],
)
def test_a_token_of_ones_own_is_judged_by_what_its_store_shows(
    check, create_store, world, size, names, said
):
    create_store()
    world.register("/v2/keys/discovery/t", size, names)
    view = check(**OWN)
    assert said in [line.text for line in view.lines]
    assert view.blocked == ("fresh" not in said)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"state": "used", "cluster_name": "b"},
            "The cluster b had this token before.",
        ),
        ({"state": "burnt"}, "This token was used or burnt before."),
        ({"state": "in_use", "cluster_name": "b"}, "The cluster b had this token"),
    ],
)
def test_a_token_that_the_panel_knows_as_used_blocks(
    check, create_store, columns, words
):
    store = create_store()
    DiscoveryToken.objects.create(
        mode="discovery_v2", store=store, size=3, address=TOKEN, **columns
    )
    said = line(check(**OWN), "token_used")
    assert said.level == "block"
    assert words in said.text


def test_a_token_that_a_script_used_is_told_by_who_registered(
    check, create_store, world
):
    store = create_store()
    world.register("/v2/keys/discovery/t", "3", ["x", "y"])
    DiscoveryToken.objects.create(
        mode="discovery_v2", store=store, size=3, address=TOKEN, state="used"
    )
    words = "x, y registered under this token already."
    assert line(check(**OWN), "token_used").text == words


def test_a_stores_name_that_is_not_on_the_members_network_blocks(check):
    view = check(**OWN)
    said = line(view, "store_name_unknown")
    assert said.level == "block"
    assert "On the network a-net nothing has the name meet" in said.text


def test_a_zone_that_is_not_there_prints_the_lines_to_add(check, world):
    world.serve_zone("10.0.0.53", [])
    asked = by_records(dns="external", name_servers=("10.0.0.53",))
    view = check(**asked)
    assert view.blocked
    assert "_etcd-server._tcp.ex.test" in line(view, "zone_lines").text
