import graphlib
import itertools
from dataclasses import replace

import pytest

from clusters.core.observed import RunState
from clusters.core.order import AFTER, linked
from clusters.core.plan import StepKind
from clusters.core.planner import plan_create, plan_removal, plan_repair, plan_rollback
from clusters.core.spec import HostKind
from tests.builders import instance, offer, processes, seen, seen_host, spec, thing

VOLUMES = [thing(f"a-etcd{n}-data") for n in (1, 2, 3)]
STOPPED = [instance(f"a-etcd{n}", RunState.EXITED) for n in (1, 2, 3)]
DEFINITIONS = {
    "one engine": spec(),
    "an existing network": spec(network="theirs"),
    "processes": spec(processes()),
    "two hosts": spec(offer("w1", HostKind.MEMORY), offer("w2", HostKind.MEMORY)),
}
WORLDS = {
    "empty": {"image": False},
    "the panel inside": {"panel_inside": True, "network": "a-net"},
    "all stopped": {"volumes": VOLUMES, "instances": STOPPED, "network": "a-net"},
    "half made": {"volumes": VOLUMES, "instances": STOPPED[:1], "panel_inside": True},
}
PLANNERS = (plan_create, plan_removal, plan_rollback, plan_repair)
CASES = list(itertools.product(PLANNERS, DEFINITIONS, WORLDS))


def planned(planner, definition, world):
    definition = DEFINITIONS[definition]
    hosts = [seen_host(name, **WORLDS[world]) for name in definition.hosts]
    return planner(definition, seen(*hosts))


def before(plan, key):
    """Everything that must be done before a step, near or far."""
    needs = {step.key: set(step.needs) for step in plan}
    found, open_keys = set(), [key]
    while open_keys:
        for need in needs[open_keys.pop()] - found:
            found.add(need)
            open_keys.append(need)
    return found


def keys(plan, *kinds):
    return {step.key for step in plan if step.kind in kinds}


def test_every_kind_of_step_has_its_place():
    assert set(AFTER) == set(StepKind)


def test_the_table_has_no_cycle():
    graph = {kind: {other for other, _ in needs} for kind, needs in AFTER.items()}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(StepKind)


@pytest.mark.parametrize(("planner", "definition", "world"), CASES)
def test_every_need_is_a_step_of_the_plan_and_every_step_is_there_once(
    planner, definition, world
):
    plan = planned(planner, definition, world)
    names = [step.key for step in plan]
    assert len(names) == len(set(names))
    for step in plan:
        assert set(step.needs) <= set(names) - {step.key}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("definition", DEFINITIONS)
def test_nothing_is_touched_before_every_host_was_checked(definition, world):
    plan = planned(plan_create, definition, world)
    checks = keys(plan, StepKind.CHECK_HOST)
    for step in plan:
        if step.kind not in (StepKind.CHECK_HOST, StepKind.AWAIT_HEALTH):
            assert checks <= before(plan, step.key), step.key


def test_members_are_made_side_by_side():
    plan = planned(plan_create, "one engine", "empty")
    made = keys(plan, StepKind.CREATE_MEMBER)
    for key in made:
        assert not made & before(plan, key)


def test_the_first_starts_while_the_others_are_made_and_those_when_all_are():
    plan = planned(plan_create, "one engine", "empty")
    made = keys(plan, StepKind.CREATE_MEMBER)
    for key in keys(plan, StepKind.START_MEMBER):
        is_lead = key == "start_member etcd1@docker"
        expected = {"create_member etcd1@docker"} if is_lead else made
        assert made & before(plan, key) == expected


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_whom_all_others_ask_starts_first_and_the_others_side_by_side(definition):
    plan = planned(plan_create, definition, "empty")
    first = DEFINITIONS[definition].asked_first
    lead = f"start_member {first.name}@{first.host}"
    starts = keys(plan, StepKind.START_MEMBER)
    for key in starts:
        expected = set() if key == lead else {lead}
        assert starts & before(plan, key) == expected


def test_without_the_first_among_them_members_start_side_by_side():
    running = [instance("a-etcd1", RunState.RUNNING), *STOPPED[1:]]
    plan = plan_create(spec(), seen(seen_host(volumes=VOLUMES, instances=running)))
    starts = keys(plan, StepKind.START_MEMBER)
    assert len(starts) == 2
    for key in starts:
        assert not starts & before(plan, key)


def test_a_repair_starts_members_side_by_side_so_that_none_holds_up_another():
    plan = planned(plan_repair, "one engine", "all stopped")
    starts = keys(plan, StepKind.START_MEMBER)
    assert len(starts) == 3
    for key in starts:
        assert not starts & before(plan, key)


def test_etcd_asks_in_the_order_of_letters_not_of_numbers():
    definition = replace(
        spec(processes()),
        members=tuple(
            replace(member, peer_port=port)
            for member, port in zip(
                spec(processes()).members, (30002, 30001, 4000), strict=True
            )
        ),
    )
    assert definition.asked_first.name == "etcd2"


def test_a_member_is_made_after_its_own_volume_and_its_hosts_network():
    plan = planned(plan_create, "two hosts", "empty")
    needs = before(plan, "create_member etcd2@w2")
    assert "create_volume etcd2@w2" in needs
    assert "create_network a-net@w2" in needs
    assert "create_volume etcd1@w1" not in needs
    assert "create_network a-net@w1" not in needs


def test_health_is_asked_for_after_all_started_and_the_panel_is_on_the_network():
    plan = planned(plan_create, "one engine", "the panel inside")
    needs = before(plan, "await_health a")
    assert keys(plan, StepKind.START_MEMBER, StepKind.JOIN_NETWORK) <= needs


def test_members_restart_by_themselves_only_after_the_first_quorum():
    plan = planned(plan_create, "one engine", "empty")
    for key in keys(plan, StepKind.SET_RESTART_POLICY):
        assert "await_health a" in before(plan, key)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("definition", DEFINITIONS)
def test_the_definition_goes_after_everything_else(definition, world):
    plan = planned(plan_removal, definition, world)
    names = {step.key for step in plan}
    assert before(plan, "forget_cluster a") == names - {"forget_cluster a"}


def test_data_goes_after_its_member_and_the_network_after_all_of_its_host():
    plan = planned(plan_removal, "two hosts", "the panel inside")
    assert before(plan, "remove_volume etcd1@w1") == {"remove_member etcd1@w1"}
    assert before(plan, "remove_network a-net@w1") == {
        "remove_member etcd1@w1",
        "remove_member etcd3@w1",
        "leave_network a-net@w1",
    }


def test_linking_leaves_everything_but_the_needs_as_it_was():
    plan = planned(plan_repair, "one engine", "all stopped")
    assert linked(plan) == plan
