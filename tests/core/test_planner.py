"""Plans are compared as they print; what waits for what is in test_order."""

from clusters.core.observed import RunState
from clusters.core.plan import Plan, Step, render
from clusters.core.planner import (
    missing_members,
    plan_create,
    plan_removal,
    plan_repair,
    plan_rollback,
)
from clusters.core.spec import HostKind
from tests.builders import (
    facts,
    instance,
    offer,
    processes,
    seen,
    seen_host,
    spec,
    thing,
)

FIRST = "nothing may be in the way before the first change"
FORMED = "it may restart by itself once the cluster has formed"
INSIDE = "the panel runs inside this engine and dials members by name"
IN_IT = "a network can not be removed while the panel is in it"
MEMBERS = ("etcd1", "etcd2", "etcd3")


def lines(plan: Plan):
    return render(plan).splitlines()


def volumes(*members):
    return [thing(f"a-{name}-data") for name in members or MEMBERS]


def running(*members):
    return [instance(f"a-{name}") for name in members or MEMBERS]


def stopped(*members):
    return [instance(f"a-{name}", RunState.EXITED) for name in members or MEMBERS]


def whole(**given):
    """An engine on which the whole cluster runs."""
    found = {"instances": running(), "volumes": volumes(), "network": "a-net", **given}
    return seen(seen_host(**found))


# Creation


def test_a_create_in_an_empty_world_makes_everything():
    assert lines(plan_create(spec(), seen(seen_host(image=False)))) == [
        f"check_host docker@docker: {FIRST}",
        "pull_image 3.7.3@docker: docker does not have the image",
        "create_network a-net@docker: members reach one another by name",
        "create_volume etcd1@docker: its data needs a place",
        "create_member etcd1@docker: not there",
        "start_member etcd1@docker: not started",
        "create_volume etcd2@docker: its data needs a place",
        "create_member etcd2@docker: not there",
        "start_member etcd2@docker: not started",
        "create_volume etcd3@docker: its data needs a place",
        "create_member etcd3@docker: not there",
        "start_member etcd3@docker: not started",
        "await_health a: every one of 3 members must answer a linearizable read",
        f"set_restart_policy etcd1@docker: {FORMED}",
        f"set_restart_policy etcd2@docker: {FORMED}",
        f"set_restart_policy etcd3@docker: {FORMED}",
    ]


def test_processes_need_neither_image_nor_network_nor_restart_policy():
    one = spec(processes(), size=1)
    assert lines(plan_create(one, seen(seen_host("local")))) == [
        f"check_host local@local: {FIRST}",
        "create_volume etcd1@local: its data needs a place",
        "create_member etcd1@local: not there",
        "start_member etcd1@local: not started",
        "await_health a: every one of 1 members must answer a linearizable read",
    ]


def test_an_image_that_is_there_is_not_pulled():
    assert not any("pull_image" in line for line in lines(plan_create(spec(), seen())))


def test_an_existing_network_is_not_made():
    plan = lines(plan_create(spec(network="theirs"), seen()))
    assert not any("create_network" in line for line in plan)


def test_the_panel_joins_the_network_when_it_runs_inside_the_engine():
    plan = lines(plan_create(spec(size=1), seen(seen_host(panel_inside=True))))
    assert plan[1:3] == [
        "create_network a-net@docker: members reach one another by name",
        f"join_network a-net@docker: {INSIDE}",
    ]


def test_the_panel_joins_an_existing_network_too():
    inside = seen(seen_host(panel_inside=True))
    plan = lines(plan_create(spec(size=1, network="theirs"), inside))
    assert plan[1].startswith("join_network theirs@docker")


def test_a_create_goes_on_where_an_earlier_one_stopped():
    """Network and data of all, etcd1 runs, etcd2 was made, etcd3 is not there."""
    instances = [*running("etcd1"), instance("a-etcd2", RunState.CREATED)]
    world = seen(seen_host(network="a-net", volumes=volumes(), instances=instances))
    assert lines(plan_create(spec(), world))[:5] == [
        f"check_host docker@docker: {FIRST}",
        "start_member etcd2@docker: not running",
        "create_member etcd3@docker: not there",
        "start_member etcd3@docker: not started",
        "await_health a: every one of 3 members must answer a linearizable read",
    ]


def test_a_create_of_what_is_there_only_looks():
    kinds = [step.kind for step in plan_create(spec(), whole())]
    assert kinds == ["check_host", "await_health", *["set_restart_policy"] * 3]


def test_several_hosts_each_get_what_their_members_need():
    engines = offer(), offer("engine-2")
    definition = spec(*engines, network="overlay")
    world = seen(seen_host(), seen_host("engine-2", image=False))
    assert lines(plan_create(definition, world))[:6] == [
        f"check_host docker@docker: {FIRST}",
        f"check_host engine-2@engine-2: {FIRST}",
        "pull_image 3.7.3@engine-2: engine-2 does not have the image",
        "create_volume etcd1@docker: its data needs a place",
        "create_member etcd1@docker: not there",
        "start_member etcd1@docker: not started",
    ]


def test_a_host_that_was_not_seen_is_planned_for_all_the_same():
    plan = lines(plan_create(spec(size=1), seen(seen_host("other"))))
    assert "pull_image 3.7.3@docker: docker does not have the image" in plan
    assert "create_network a-net@docker: members reach one another by name" in plan


# Removal


def test_a_removal_takes_everything_and_then_the_definition():
    deleted = "the cluster is being deleted"
    assert lines(plan_removal(spec(), whole())) == [
        f"remove_member etcd1@docker: {deleted}",
        f"remove_volume etcd1@docker: {deleted}",
        f"remove_member etcd2@docker: {deleted}",
        f"remove_volume etcd2@docker: {deleted}",
        f"remove_member etcd3@docker: {deleted}",
        f"remove_volume etcd3@docker: {deleted}",
        f"remove_network a-net@docker: {deleted}",
        f"forget_cluster a: {deleted}",
    ]


def test_a_removal_goes_by_the_definition_not_by_what_was_seen():
    """An engine that does not answer now is cleared when it comes back."""
    assert plan_removal(spec(), seen()) == plan_removal(spec(), whole())


def test_processes_leave_no_network():
    one = spec(processes(), size=1)
    assert [step.kind for step in plan_removal(one, seen(seen_host("local")))] == [
        "remove_member",
        "remove_volume",
        "forget_cluster",
    ]


def test_the_panel_leaves_the_network_that_it_removes():
    plan = lines(plan_removal(spec(size=1), whole(panel_inside=True)))
    assert plan[2:4] == [
        f"leave_network a-net@docker: {IN_IT}",
        "remove_network a-net@docker: the cluster is being deleted",
    ]


def test_an_existing_network_is_neither_removed_nor_left():
    """It may be the panel's own, or serve another cluster of the panel."""
    definition = spec(network="theirs", size=1)
    plan = plan_removal(definition, whole(panel_inside=True))
    kinds = [step.kind for step in plan]
    assert kinds == ["remove_member", "remove_volume", "forget_cluster"]


def test_a_removal_clears_every_host():
    definition = spec(
        offer("w1", HostKind.MEMORY), offer("w2", HostKind.MEMORY), size=1
    )
    assert definition.hosts == ("w1",)
    definition = spec(offer("w1", HostKind.MEMORY), offer("w2", HostKind.MEMORY))
    keys = [step.key for step in plan_removal(definition, seen())]
    assert keys == [
        "remove_member etcd1@w1",
        "remove_volume etcd1@w1",
        "remove_member etcd3@w1",
        "remove_volume etcd3@w1",
        "remove_network a-net@w1",
        "remove_member etcd2@w2",
        "remove_volume etcd2@w2",
        "remove_network a-net@w2",
        "forget_cluster a",
    ]


def test_a_roll_back_removes_the_same_for_another_reason():
    back, removal = plan_rollback(spec(), whole()), plan_removal(spec(), whole())
    assert [step.key for step in back] == [step.key for step in removal]
    assert {str(step.cause) for step in back} == {"the create is being taken back"}


# Repair


def test_a_repair_starts_what_stopped_and_makes_what_is_gone():
    instances = [*running("etcd1"), *stopped("etcd2")]
    world = whole(instances=instances)
    assert lines(plan_repair(spec(), world)) == [
        "start_member etcd2@docker: not running, but its data is intact",
        "await_member etcd2@docker: it must serve again",
        "set_restart_policy etcd2@docker: it may restart by itself once it serves",
        "create_member etcd3@docker: not there, but its data is intact",
        "start_member etcd3@docker: not running, but its data is intact",
        "await_member etcd3@docker: it must serve again",
        "set_restart_policy etcd3@docker: it may restart by itself once it serves",
    ]


def test_a_repair_touches_no_member_that_lost_its_data():
    world = whole(instances=running("etcd1"), volumes=volumes("etcd1", "etcd2"))
    assert [m.name for m in missing_members(spec(), world)] == ["etcd2"]
    plan = lines(plan_repair(spec(), world))
    assert not any("_member etcd3" in line for line in plan)


def test_a_repair_touches_no_member_with_data_of_somebody_else():
    foreign = [thing("a-etcd2-data", cluster="b"), *volumes("etcd1", "etcd3")]
    world = whole(instances=running("etcd1", "etcd3"), volumes=foreign)
    assert missing_members(spec(), world) == ()


def test_a_member_that_restarts_by_itself_is_not_missing():
    instances = [*running("etcd1", "etcd2"), instance("a-etcd3", RunState.RESTARTING)]
    assert missing_members(spec(), whole(instances=instances)) == ()


def test_members_of_a_host_that_does_not_answer_are_not_missing():
    assert missing_members(spec(), whole(instances=(), facts=facts(usable=False))) == ()
    assert missing_members(spec(), seen(seen_host("other"))) == ()


def test_processes_are_repaired_without_a_restart_policy():
    one = spec(processes(), size=1)
    world = seen(seen_host("local", volumes=volumes("etcd1")))
    assert [step.kind for step in plan_repair(one, world)] == [
        "create_member",
        "start_member",
        "await_member",
    ]


# Every plan


def test_planning_twice_gives_the_same_plan():
    for make in (plan_create, plan_removal, plan_rollback, plan_repair):
        assert make(spec(), whole()) == make(spec(), whole())


def test_a_plan_survives_the_database():
    for step in plan_create(spec(), seen(seen_host(panel_inside=True))):
        assert Step.from_json(step.as_json()) == step
