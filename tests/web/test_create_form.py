"""The create form as it is first shown."""

import pytest

from clusters.core.options import OPTIONS
from tests import builders


def test_it_comes_filled_in_with_its_plan(visitor, docker):
    page = visitor.get("/clusters/new/")
    assert page.status == 200
    assert page.root.id("id_name")["value"] == "cluster-1"
    plan = page.root.id("plan").text
    assert "3 members of etcd 3.7.3, survives 1 failure" in plan
    assert "etcd1" in plan
    assert "127.0.0.1:23791" in plan
    assert "http://etcd3:2380" in plan
    assert "cluster-1-net" in plan
    assert "quay.io/coreos/etcd:v3.7.3" in plan


def test_the_plan_predicts_the_tutorials_identities(visitor, docker):
    page = visitor.preview(name="demo", cluster_token="etcd-cluster")
    plan = page.root.id("plan").text
    for name, identity in (
        ("etcd1", "ade526d28b1f92f7"),
        ("etcd2", "d282ac2ce600c1ce"),
        ("etcd3", "bd388e7810915853"),
    ):
        assert f"{name} {identity}" in plan


def test_each_step_of_the_plan_has_its_cause(visitor, docker):
    plan = visitor.get("/clusters/new/").root.id("plan").text
    assert "Check docker – nothing may be in the way before the first change" in plan
    assert "Create the network cluster-1-net – members reach one another" in plan
    assert "Start etcd1, etcd2, etcd3 – not started" in plan
    assert "Wait until all of cluster-1 serves – every one of 3 members" in plan


def test_the_suggested_name_is_one_that_is_free(visitor, docker):
    builders.cluster_row("cluster-1")
    assert visitor.get("/clusters/new/").root.id("id_name")["value"] == "cluster-2"


def test_nothing_is_written_before_create_is_pressed(visitor, docker):
    from clusters.models import Cluster, Operation, PortLease

    visitor.get("/clusters/new/")
    visitor.preview(name="demo")
    visitor.post("/clusters/new/", visitor.answers(), intent="plan")
    for model in (Cluster, Operation, PortLease):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("size", "survives"),
    [
        (1, "survives no failure"),
        (3, "survives 1 failure"),
        (5, "survives 2 failures"),
        (7, "survives 3 failures"),
    ],
)
def test_each_size_says_what_it_survives(visitor, docker, size, survives):
    root = visitor.get("/clusters/new/").root
    card = root.one("input", type="radio", value=str(size)).parent
    assert survives in card.text


def test_even_sizes_are_apart_and_say_why(visitor, docker):
    root = visitor.get("/clusters/new/").root
    apart = root.one("input", type="radio", value="4").parent.parent.parent
    assert apart.tag == "details"
    assert not apart.has("open")
    assert "survives no more failures than the odd size below it" in apart.text


def test_an_engine_is_chosen_before_processes(visitor, docker, local):
    assert visitor.get("/clusters/new/").answers["hosts"] == ["docker"]


def test_processes_are_chosen_when_no_engine_can_be_used(visitor, local):
    builders.host_row(
        "docker",
        usable=False,
        versions=(),
        code="socket_absent",
        reason=builders.say("No engine answers."),
        cure=builders.say("Start Docker."),
    )
    page = visitor.get("/clusters/new/")
    assert page.answers["hosts"] == ["local"]
    card = page.root.one("input", type="checkbox", value="docker")
    assert card.has("disabled")
    assert "No engine answers. Start Docker." in card.parent.text
    assert "can not be used" in card.parent.text


def test_without_any_host_the_form_says_what_it_waits_for(visitor):
    page = visitor.get("/clusters/new/")
    assert "No host is known yet" in page.text
    assert "Choose at least one host." in page.notes("hosts")
    assert page.root.id("plan")["data-again"] == "3"


def test_versions_are_those_of_the_chosen_hosts(visitor):
    builders.host_row("docker", versions=("3.5.35",), pullable=("3.7.3", "3.6.16"))
    builders.host_row("local", "process", versions=("3.5.1",))
    select = visitor.get("/clusters/new/").root.id("id_version")
    options = [option.text for option in select.all("option")]
    assert options == [
        "The newest: 3.7.3",
        "3.7.3 · will be pulled",
        "3.6.16 · will be pulled",
        "3.5.35 · is there",
    ]
    page = visitor.preview(hosts="local")
    options = [o.text for o in page.root.id("id_version").all("option")]
    assert options[1].startswith("3.5.1 · is there · can corrupt data")


def test_an_image_that_is_not_there_is_pulled_says_the_plan(visitor):
    builders.host_row("docker", versions=(), pullable=("3.7.3",))
    plan = visitor.get("/clusters/new/").root.id("plan").text
    assert "Pull the image of etcd 3.7.3" in plan


def test_every_option_that_may_be_set_has_a_field_with_help_and_bounds(visitor, docker):
    root = visitor.get("/clusters/new/").root
    for name, option in OPTIONS.items():
        field = root.one(name=f"options.{name}")
        words = root.id(f"help-options.{name}").text
        assert str(option.help) in words
        assert root.one("label", **{"for": field["id"]}).text == option.flag
        if option.high:
            assert field["max"] == str(option.high)
            assert f"{option.low:,} … {option.high:,}" in words
            assert option.unit in field.parent.text


def test_advanced_is_closed_until_something_in_it_was_filled_in(visitor, docker):
    def advanced(page):
        return page.root.one("details", cls="advanced")

    assert not advanced(visitor.get("/clusters/new/")).has("open")
    answers = visitor.answers(cluster_token="t", intent="plan")
    assert advanced(visitor.post("/clusters/new/", answers)).has("open")
