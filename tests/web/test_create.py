"""Creating through the form: errors at their fields, boxes, doubles, stale plans."""

import pytest

from clusters.core.topology import FIRST_CLIENT_PORT
from clusters.models import Cluster, Operation
from tests import builders

pytestmark = pytest.mark.usefixtures("docker")


def test_a_filled_in_form_becomes_an_operation(visitor):
    page = visitor.create(name="demo")
    operation = Operation.objects.get()
    assert (page.status, page.leads_to) == (302, f"/operations/{operation.pk}/")
    assert (operation.kind, operation.cluster_name) == ("create", "demo")
    assert (operation.actor_name, operation.via) == ("ann", "form")
    assert operation.cluster.to_spec().members[0].client_port == FIRST_CLIENT_PORT


def test_every_advanced_field_reaches_the_definition(visitor):
    visitor.create(
        name="demo",
        size="3",
        other_version="3.5.35",
        cluster_token="etcd-cluster",
        member_names="n1, n2,n3",
        client_ports="21001-21003",
        peer_ports="22001 22002;22003",
        network="shared",
        image="registry.local:5000/etcd:v3.5.35",
        keep_on_failure="on",
        **{
            "options.heartbeat_interval": "200",
            "options.election_timeout": "2000",
            "options.pre_vote": "false",
            "options.auto_compaction_mode": "periodic",
            "options.auto_compaction_retention": "1h",
        },
    )
    spec = Cluster.objects.get().to_spec()
    assert (spec.version, spec.token, spec.network) == (
        "3.5.35",
        "etcd-cluster",
        "shared",
    )
    assert [(m.name, m.client_port, m.peer_port) for m in spec.members] == [
        ("n1", 21001, 22001),
        ("n2", 21002, 22002),
        ("n3", 21003, 22003),
    ]
    assert spec.image == "registry.local:5000/etcd:v3.5.35"
    assert dict(spec.options) == {
        "heartbeat_interval": 200,
        "election_timeout": 2000,
        "pre_vote": False,
        "auto_compaction_mode": "periodic",
        "auto_compaction_retention": "1h",
    }
    assert Operation.objects.get().keep


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Bad_Name", "Use a-z, 0-9 and hyphens"),
        ("name", "new", "is reserved"),
        ("name", "", "Use a-z, 0-9 and hyphens"),
        ("size", "9", "Choose 1, 3, 5 or 7 members."),
        ("size", "many", "Enter a whole number."),
        ("hosts", "moon", "There is no host moon."),
        ("other_version", "4.9.9", "is not a release this panel knows"),
        ("member_names", "n1,n1,n2", "Two members are called n1"),
        ("member_names", "n1,n2", "2 names for 3 members."),
        ("client_ports", "70000,1,2", "70000"),
        ("client_ports", "one", "“one” is not a port."),
        ("peer_ports", "21001,21001,21002", "Port 21001 is named twice."),
        ("bind_address", "here", "Use an IP address of the host"),
        ("image", "etcd:latest", "“latest” changes under a running cluster"),
        ("network", "a b", "Use letters, digits"),
        ("cluster_token", "a b", "Use letters, digits"),
        ("options.heartbeat_interval", "1", "Use a whole number from 10 to 10000 ms."),
        ("options.heartbeat_interval", "fast", "Enter a whole number."),
        ("options.election_timeout", "100", "at least five times"),
        ("options.auto_compaction_retention", "soon", "Use a time such as 1h"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visitor, field, value, words):
    page = visitor.create(**{field: value})
    assert page.status == 422
    assert words in page.notes(field)
    assert "Nothing was made." in page.root.id("refused").text
    assert page.root.id("refused").all("a", href=f"#notes-{field}")
    assert not Cluster.objects.exists()


def test_what_was_typed_stays(visitor):
    page = visitor.create(name="Bad", cluster_token="t-9", size="5")
    assert page.root.id("id_name")["value"] == "Bad"
    assert page.root.id("id_name")["aria-invalid"] == "true"
    assert page.root.id("id_cluster_token")["value"] == "t-9"
    assert page.answers["size"] == ["5"]


def test_all_that_is_wrong_is_told_at_once(visitor):
    page = visitor.create(name="Bad", client_ports="one", size="4")
    assert page.notes("name")
    assert page.notes("client_ports")
    assert "I accept" in page.notes("size")


def test_a_taken_name_is_told_while_typing(visitor):
    builders.cluster_row("demo")
    page = visitor.preview(name="demo")
    assert "There is a cluster demo already" in page.notes("name")


def test_a_warning_is_a_box_and_nothing_is_made_without_it(visitor):
    page = visitor.create(size="4")
    assert page.status == 422
    box = page.root.one("input", name="accept", value="size_even")
    assert not box.has("checked")
    words = page.notes("size")
    assert "4 members need 3 to agree." in words
    assert "I accept: an even number of members" in words
    assert "Tick the box, or choose otherwise." in words
    assert "4 members of etcd" in page.root.id("plan").text
    assert not Cluster.objects.exists()


def test_an_accepted_warning_stays_ticked_and_becomes_a_mark(visitor):
    shown = visitor.preview(size="4", accept="size_even")
    assert shown.root.one("input", name="accept").has("checked")
    page = visitor.create(name="demo", size="4", accept="size_even")
    assert page.status == 302
    assert Cluster.objects.get().accepted == ["size_even"]


def test_a_corrupting_release_waits_for_its_box_too(visitor):
    builders.host_row("local", "process", versions=("3.5.1",))
    page = visitor.create(hosts="local")
    assert "can corrupt data when a member is killed" in page.notes("version")
    page = visitor.create(hosts="local", accept="release_corrupting")
    assert page.status == 302


def test_sent_twice_it_is_one_operation(visitor):
    answers = visitor.answers(name="demo")
    first = visitor.post("/clusters/new/", answers)
    second = visitor.post("/clusters/new/", answers)
    assert first.leads_to == second.leads_to
    assert Operation.objects.count() == 1


def test_sent_twice_with_named_ports_it_is_one_operation(visitor):
    ports = {"client_ports": "21001-21003", "peer_ports": "22001-22003"}
    answers = visitor.answers(name="demo", **ports)
    first = visitor.post("/clusters/new/", answers)
    assert visitor.post("/clusters/new/", answers).leads_to == first.leads_to


def test_a_form_that_was_sent_and_then_changed_gets_a_new_key(visitor):
    answers = visitor.answers(name="demo")
    visitor.post("/clusters/new/", answers)
    page = visitor.post("/clusters/new/", answers, name="other")
    assert page.status == 409
    assert page.answers["key"] != answers["key"]
    assert page.root.id("id_name")["value"] == "other"
    assert visitor.post("/clusters/new/", page.answers).status == 302


def test_a_plan_that_changed_meanwhile_is_shown_with_the_difference(visitor):
    answers = visitor.answers(name="demo", cluster_token="keep-me", intent="plan")
    answers = visitor.post("/clusters/new/", answers).answers
    visitor.create(name="neighbour")
    page = visitor.post("/clusters/new/", answers)
    assert page.status == 409
    told = page.root.id("refused").text
    assert "What would be made has changed since the plan was shown." in told
    first = FIRST_CLIENT_PORT
    assert f"client port was {first} is now {first + 20}" in told
    assert f"127.0.0.1:{first + 20}" in page.root.id("plan").text
    assert page.root.id("id_cluster_token")["value"] == "keep-me"
    assert not Cluster.objects.filter(name="demo").exists()
    assert visitor.post("/clusters/new/", page.answers).status == 302


def test_answers_changed_after_the_plan_was_shown_are_no_stale_plan(visitor):
    answers = visitor.answers()
    page = visitor.post("/clusters/new/", answers, name="demo", size="5")
    assert page.status == 302
    assert Cluster.objects.get().size == 5


def test_nonsense_in_the_hidden_fields_harms_nobody(visitor):
    answers = visitor.answers(name="demo")
    visitor.create(name="neighbour")
    for seen in ("{", "[1, {}]", '{"a": 1}', "", "[" * 5000):
        page = visitor.post("/clusters/new/", answers, seen=seen)
        assert page.status in {302, 409}
    page = visitor.post(
        "/clusters/new/", answers, key="x" * 500, hosts="\x00", check="nonsense"
    )
    assert page.status == 422


def test_a_name_that_is_being_built_leads_to_its_operation(visitor):
    builders.cluster_row("demo")
    running = builders.operation_row("demo")
    page = visitor.create(name="demo")
    assert page.status == 409
    assert "ann started create of demo" in page.root.id("refused").text
    assert page.root.all("a", href=f"/operations/{running.pk}/")
