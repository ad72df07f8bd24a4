from clusters import queries
from clusters.models import Cluster, Event, Operation

NOTHING = {"instances": [], "volumes": [], "networks": []}


def test_a_create_makes_each_thing_once_and_ends_healthy(create, finish, world):
    progress = finish(create())
    assert (progress.state, progress.explanation) == ("succeeded", "All members serve.")
    assert set(world.counts().values()) == {1}
    assert world.things() == {
        "instances": ["a-etcd1", "a-etcd2", "a-etcd3"],
        "volumes": ["a-etcd1-data", "a-etcd2-data", "a-etcd3-data"],
        "networks": ["a-net"],
    }
    page = queries.cluster_page("a")
    assert page.verdict.state == "healthy"
    assert [m.status for m in page.members] == ["started"] * 3
    assert sum(m.is_leader for m in page.members) == 1


def test_all_members_are_created_before_a_second_one_starts(create, finish, world):
    finish(create())
    verbs = [call["verb"] for call in world.calls()]
    starts = [n for n, verb in enumerate(verbs) if verb == "start_instance"]
    creates = [n for n, verb in enumerate(verbs) if verb == "create_instance"]
    assert starts[1] > max(creates)


def test_the_restart_policy_comes_only_after_the_cluster_has_formed(
    create, finish, world
):
    progress = finish(create())
    kinds = [step.kind for step in progress.steps]
    assert kinds.index("set_restart_policy") > kinds.index("await_health")


def test_the_log_has_no_gaps_and_one_end(create, finish):
    operation = create()
    finish(operation)
    numbers = list(Event.objects.values_list("number", flat=True).order_by("number"))
    assert numbers == list(range(1, len(numbers) + 1))
    codes = list(Event.objects.values_list("code", flat=True))
    assert codes.count("operation_succeeded") == 1


def test_the_plan_is_frozen_with_its_predicted_identities(create, finish):
    operation = create(cluster_token="etcd-cluster")
    finish(operation)
    operation = Operation.objects.get(pk=operation.pk)
    assert operation.plan["member_ids"]["etcd1"] == "ade526d28b1f92f7"
    assert operation.plan["cluster_id"] == "8f2a2ec5c0087dcb"


def test_a_second_cluster_with_the_same_member_names_runs_beside_it(
    create, finish, world
):
    assert finish(create("a")).state == "succeeded"
    assert finish(create("b")).state == "succeeded"
    assert len(world.things()["instances"]) == 6


def test_an_operation_goes_on_after_its_wait(create, finish, world):
    world.form_after(1.0)
    assert finish(create()).state == "succeeded"


def test_delete_leaves_nothing_and_does_not_touch_the_neighbour(
    create, finish, delete, world
):
    finish(create("a"))
    finish(create("b"))
    before = world.things()
    progress = finish(delete("a"))
    assert progress.state == "succeeded"
    assert world.things() == {
        kind: [name for name in names if name.startswith("b-")]
        for kind, names in before.items()
    }
    assert list(Cluster.objects.values_list("name", flat=True)) == ["b"]


def test_an_operation_outlives_its_cluster(create, finish, delete):
    made = create()
    finish(made)
    gone = delete()
    finish(gone)
    for operation in (made, gone):
        progress = queries.operation_progress(operation.pk)
        assert (progress.cluster, progress.cluster_exists) == ("a", False)
        assert len(queries.events_after(operation.pk)) == progress.last_event
