import pytest

from clusters import actions, queries
from clusters.core.errors import ConflictError, PanelError, SpecError
from clusters.core.text import say
from clusters.models import (
    Cluster,
    Event,
    Host,
    Member,
    Observation,
    Operation,
    PortLease,
)
from clusters.models.operation import Via
from tests.builders import asker, cluster_row, end, facts, host_row, operation_row
from tests.builders import request as asked
from tests.racing import at_once

pytestmark = pytest.mark.django_db
WRITTEN = (Cluster, Member, PortLease, Operation, Event)


def counts():
    return {model.__name__: model.objects.count() for model in WRITTEN}


def refused(ask, error=SpecError):
    """What went wrong; nothing at all was written."""
    before = counts()
    with pytest.raises(error) as caught:
        ask()
    assert counts() == before
    return caught.value


def codes(error):
    return [f"{problem.field}: {problem.code}" for problem in error.problems]


# What is written


def test_a_create_writes_definition_leases_operation_and_first_line(create, ann):
    operation = create(options={"pre_vote": True}, cluster_token="t")
    cluster = Cluster.objects.get()
    assert (cluster.name, cluster.size, cluster.version) == ("a", 3, "3.7.3")
    assert (cluster.token, cluster.host_kind) == ("t", "docker")
    assert (cluster.options, cluster.created_by) == ({"pre_vote": True}, ann)
    assert (cluster.generation, cluster.hands_off) == (1, False)
    members = cluster.members.values_list("name", "client_port", "peer_port")
    assert list(members) == [
        ("etcd1", 23791, 23801),
        ("etcd2", 23792, 23802),
        ("etcd3", 23793, 23803),
    ]
    leased = PortLease.objects.order_by("port").values_list("port", flat=True)
    assert list(leased) == [23791, 23792, 23793, 23801, 23802, 23803]
    operation.refresh_from_db()
    assert (operation.kind, operation.state, operation.cluster) == (
        "create",
        "queued",
        cluster,
    )
    (line,) = queries.events_after(operation.pk)
    assert (line.number, line.code) == (1, "asked")
    assert line.message == "ann asked for create of a"


@pytest.mark.parametrize("via", [v for v in Via if v != Via.PANEL])
def test_an_operation_remembers_who_asked_and_through_which_door(via, docker, ann):
    operation = actions.create_cluster(asker(ann, via=via), asked())
    assert (operation.actor, operation.actor_name, operation.via) == (ann, "ann", via)


def test_a_command_needs_no_user(docker):
    operation = actions.create_cluster(asker(via=Via.COMMAND), asked())
    assert (operation.actor, operation.actor_name) == (None, "(command)")


def test_the_request_is_kept_as_it_was_asked(create):
    operation = create(size=4, accept=("size_even",), keep_on_failure=True)
    assert operation.keep
    assert operation.request["accept"] == ["size_even"] or operation.request[
        "accept"
    ] == ("size_even",)
    assert Cluster.objects.get().accepted == ["size_even"]


def test_members_go_to_their_hosts_in_turn(create):
    host_row("engine-2", address="tcp://10.0.0.2:2376")
    create(hosts=("docker", "engine-2"), network="overlay")
    hosts = Member.objects.order_by("ordinal").values_list("host__name", flat=True)
    assert list(hosts) == ["docker", "engine-2", "docker"]


def test_the_next_cluster_gets_the_next_ports(create):
    create("a")
    create("b")
    ports = Member.objects.filter(cluster__name="b").values_list("client_port")
    assert list(ports) == [(23811,), (23812,), (23813,)]


def test_processes_and_the_engine_of_one_machine_share_its_ports(create, local):
    create("a")
    create("b", hosts=("local",))
    member = Member.objects.filter(cluster__name="b").first()
    assert member.client_port == 23811


def test_another_machine_has_ports_of_its_own(create):
    host_row("far", address="tcp://10.0.0.2:2376")
    create("a")
    create("b", hosts=("far",))
    member = Member.objects.filter(cluster__name="b").first()
    assert member.client_port == 23791


# What is refused


def test_an_impossible_request_writes_nothing(create):
    error = refused(lambda: create("A", size=2, hosts=("moon",)))
    assert codes(error) == [
        "name: name_invalid",
        "size: size_even",
        "hosts: host_unknown",
    ]


def test_a_name_that_is_taken_is_refused_at_its_field(create):
    end(create("a"))
    error = refused(lambda: create("a"))
    assert codes(error) == ["name: name_taken"]
    assert str(error) == "There is a cluster a already; choose another name."


def test_a_name_whose_cluster_is_just_being_made_is_a_conflict(create, bob, running):
    first = running(create("a"))
    first.steps.create(seq=0, kind="check_host", target="docker", state="succeeded")
    first.steps.create(seq=1, kind="pull_image", target="3.7.3", state="running")
    error = refused(lambda: create("a", by=bob), ConflictError)
    assert error.code == "operation_running"
    when = first.created_at.strftime("%H:%M:%S")
    assert str(error) == (f"ann started create of a at {when} UTC; 1 of 2 steps done.")
    assert str(error.advice) == "Wait for it to end, or cancel it."
    assert error.extra == {
        "operation": str(first.pk),
        "kind": "create",
        "actor": "ann",
        "steps_done": 1,
        "steps_total": 2,
        "created_at": first.created_at.isoformat(),
    }


def test_a_name_whose_cluster_is_just_being_forgotten_is_a_conflict(create):
    """The definition is gone already; the last words of its operation are not."""
    operation_row("a", kind="delete")
    error = refused(lambda: create("a"), ConflictError)
    assert error.code == "operation_running"


def test_a_name_may_be_used_again_when_its_cluster_is_gone(create, docker):
    operation_row("a", kind="delete", state="succeeded")
    assert create("a").cluster_name == "a"


def test_a_named_port_of_another_cluster_is_refused_with_its_owner(create, docker):
    cluster_row("orders", first_port=20_000)
    ports = {"client_ports": (20_000, 2001, 2002), "peer_ports": (3000, 3001, 3002)}
    error = refused(lambda: create(**ports))
    assert codes(error) == ["client_ports: port_leased"]
    assert "Port 20000 on docker belongs to the cluster orders." in str(error)


def test_a_host_that_can_not_be_used_is_refused_with_the_reason_and_the_cure(create):
    unusable = facts(
        usable=False,
        code="permission_denied",
        reason=say("The socket may not be opened."),
        cure=say("Join the group docker."),
    )
    Observation.keep("unusable", unusable.as_json(), host=Host.objects.get())
    error = refused(create)
    assert codes(error) == ["hosts: permission_denied"]
    assert "The socket may not be opened. Join the group docker." in str(error)


def test_somebody_who_may_not_log_in_may_not_ask(docker, ann):
    ann.is_active = False
    error = refused(lambda: actions.create_cluster(asker(ann), asked()), PanelError)
    assert error.code == "not_allowed"


# What was shown is what is made


def test_a_plan_that_still_holds_is_built(create):
    shown = queries.preview_cluster(asked())
    assert create(previewed=shown.fingerprint).cluster.to_spec() == shown.spec


def test_a_plan_that_no_longer_holds_is_shown_again(create):
    shown = queries.preview_cluster(asked("b"))
    create("a")
    error = refused(lambda: create("b", previewed=shown.fingerprint), ConflictError)
    assert error.code == "plan_changed"
    assert str(error.advice) == "Look at the new plan, then press Create again."
    assert error.extra["difference"][0] == {
        "member": "etcd1",
        "host": "docker",
        "client_port": 23811,
        "peer_port": 23821,
        "version": "3.7.3",
    }


def test_without_a_plan_in_hand_nothing_can_be_stale(create):
    create("a")
    assert create("b", previewed="").cluster.members.first().client_port == 23811


# Races


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_of_one_form_make_one_operation(create):
    outcomes = at_once(20, lambda _: create("a"))
    made = [one for one in outcomes if isinstance(one, Operation)]
    assert len(made) == Operation.objects.count() == Cluster.objects.count() == 1
    others = [one for one in outcomes if not isinstance(one, Operation)]
    assert {type(one) for one in others} == {ConflictError}
    assert {one.code for one in others} == {"operation_running"}


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_with_one_key_are_all_answered_with_the_one_operation(create):
    outcomes = at_once(20, lambda _: create("a", key="k"))
    assert {one.pk for one in outcomes} == {Operation.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_clusters_that_are_asked_for_at_once_get_ports_of_their_own(create):
    outcomes = at_once(8, lambda number: create(f"c{number}"))
    assert all(isinstance(one, Operation) for one in outcomes), outcomes
    ports = PortLease.objects.values_list("port", flat=True)
    assert len(ports) == len(set(ports)) == 8 * 6


@pytest.mark.django_db(transaction=True)
def test_of_two_that_name_the_same_port_at_once_one_is_refused(create):
    ports = {"client_ports": (2001, 2002, 2003), "peer_ports": (3001, 3002, 3003)}
    outcomes = at_once(2, lambda number: create(f"c{number}", **ports))
    error = next(one for one in outcomes if not isinstance(one, Operation))
    assert {problem.code for problem in error.problems} == {"port_leased"}
    assert Cluster.objects.count() == 1
