import pytest

from clusters import actions, queries
from clusters.core.errors import SpecError
from clusters.models import Check, Cluster, Installation, Operation, PortLease
from tests.builders import asker, cluster_row, end, host_row, request

pytestmark = pytest.mark.django_db


def codes(asked):
    with pytest.raises(SpecError) as error:
        queries.preview_cluster(asked)
    return [f"{problem.field}: {problem.code}" for problem in error.value.problems]


def test_a_plan_shows_what_will_be_made_where_and_under_which_identities(docker):
    shown = queries.preview_cluster(request(cluster_token="etcd-cluster"))
    assert (shown.name, shown.version) == ("a", "3.7.3")
    assert shown.image == "quay.io/coreos/etcd:v3.7.3"
    assert (shown.network, shown.token) == ("a-net", "etcd-cluster")
    assert (shown.cluster_id, shown.quorum) == ("8f2a2ec5c0087dcb", 2)
    assert shown.failures_survived == 1
    assert [(m.name, m.id, m.endpoint) for m in shown.members] == [
        ("etcd1", "ade526d28b1f92f7", "127.0.0.1:23791"),
        ("etcd2", "d282ac2ce600c1ce", "127.0.0.1:23792"),
        ("etcd3", "bd388e7810915853", "127.0.0.1:23793"),
    ]
    first = shown.members[0]
    assert (first.client_port, first.peer_port) == (23791, 23801)
    assert (first.peer_url, first.client_url) == (
        "http://etcd1:2380",
        "http://etcd1:2379",
    )


def test_a_plan_prints_one_line_a_step(docker):
    shown = queries.preview_cluster(request(size=1))
    assert shown.text.splitlines()[:2] == [
        "check_host docker@docker: nothing may be in the way before the first change",
        "create_network a-net@docker: members reach one another by name",
    ]
    assert len(shown.text.splitlines()) == len(shown.steps)
    assert (shown.steps[0].kind, shown.steps[0].host) == ("check_host", "docker")


@pytest.mark.parametrize(
    ("asked", "pulls"),
    [
        ({}, False),
        ({"version": "3.6.16"}, False),
        ({"version": "3.6.14"}, True),
        ({"image": "127.0.0.1:5000/etcd:v3.6.16"}, True),
    ],
)
def test_a_plan_pulls_what_was_not_seen_on_the_host(asked, pulls, docker):
    shown = queries.preview_cluster(request(**asked))
    assert any(step.kind == "pull_image" for step in shown.steps) == pulls


def test_a_plan_of_processes_has_neither_image_nor_network(local):
    shown = queries.preview_cluster(request(hosts=("local",)))
    assert (shown.image, shown.network) == ("", "")
    assert shown.members[0].peer_url == "http://127.0.0.1:23801"


def test_a_plan_for_a_host_that_nobody_looked_at_names_no_image(db):
    host_row(looked_at=False)
    shown = queries.preview_cluster(request())
    assert (shown.image, shown.version) == ("", "3.7.3")


def test_a_plan_carries_the_marks_of_its_release(docker):
    shown = queries.preview_cluster(request(version="3.4.45"))
    assert [mark.code for mark in shown.marks] == ["release_end_of_life"]


def test_what_is_shown_is_what_is_made(docker, ann):
    asked = request(size=5, options={"pre_vote": False}, network="theirs")
    shown = queries.preview_cluster(asked)
    made = actions.create_cluster(asker(ann), asked, previewed=shown.fingerprint)
    assert made.cluster.to_spec().fingerprint() == shown.fingerprint


def test_looking_writes_nothing(docker):
    queries.preview_cluster(request())
    for model in (Cluster, Operation, PortLease, Check, Installation):
        assert not model.objects.exists()


def test_looking_twice_shows_the_same(docker):
    assert queries.preview_cluster(request()) == queries.preview_cluster(request())


def test_a_neighbour_changes_the_plan(docker):
    before = queries.preview_cluster(request("b")).fingerprint
    cluster_row("a", first_port=23791)
    after = queries.preview_cluster(request("b"))
    assert after.fingerprint != before
    assert after.members[0].client_port == 23811


def test_every_mistake_is_told_at_once_the_taken_name_too(docker):
    cluster_row("a")
    assert codes(request("a", size=2, bind_address="x")) == [
        "name: name_taken",
        "size: size_even",
        "bind_address: address_invalid",
    ]
    assert codes(request("a")) == ["name: name_taken"]


def test_a_taken_name_is_free_again_when_its_cluster_is_gone(docker, ann):
    operation = end(actions.create_cluster(asker(ann), request()), "cancelled")
    operation.cluster.delete()
    assert queries.preview_cluster(request()).name == "a"


# Warnings


def test_warnings_are_listed_whether_accepted_or_not(docker):
    asked = {"size": 4, "bind_address": "0.0.0.0", "version": "3.5.1"}
    for accept in ((), ("size_even",)):
        found = queries.warnings_of(request(**asked, accept=accept))
        assert sorted(problem.code for problem in found) == [
            "published_beyond_loopback",
            "release_corrupting",
            "size_even",
        ]


def test_the_version_that_would_be_chosen_is_warned_of_too(db):
    host_row("local", "process", versions=("3.5.1",))
    found = queries.warnings_of(request(hosts=("local",)))
    assert [problem.code for problem in found] == ["release_corrupting"]


def test_errors_are_no_warnings(docker):
    assert queries.warnings_of(request("A", size=0, hosts=("moon",))) == ()


def test_a_preview_takes_a_few_questions_whatever_the_neighbours(
    docker, django_assert_max_num_queries
):
    for number in range(20):
        cluster_row(f"c{number}", first_port=2000 + 20 * number)
    with django_assert_max_num_queries(6):
        queries.preview_cluster(request())
