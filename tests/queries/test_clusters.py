import pytest
from django.utils import timezone

from clusters import queries
from clusters.core.errors import NotFoundError
from tests.builders import cluster_row, end, host_row, operation_row

pytestmark = pytest.mark.django_db


def names(**asked):
    rows, after = queries.cluster_list(**asked)
    return [row.name for row in rows], after


@pytest.fixture
def five(docker):
    for number, name in enumerate(["orders", "a", "b-test", "c", "b"]):
        cluster_row(name, first_port=20_000 + 20 * number)


# The list


def test_an_empty_list_is_empty(db):
    assert names() == ([], None)


def test_the_list_is_by_name(five):
    assert names() == (["a", "b", "b-test", "c", "orders"], None)


def test_the_list_comes_in_pages_and_each_names_where_the_next_begins(five):
    assert names(limit=2) == (["a", "b"], "b")
    assert names(limit=2, after="b") == (["b-test", "c"], "c")
    assert names(limit=2, after="c") == (["orders"], None)
    assert names(limit=5) == (["a", "b", "b-test", "c", "orders"], None)


def test_a_page_begins_after_a_name_that_is_gone(five):
    assert names(after="aa")[0] == ["b", "b-test", "c", "orders"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("b", ["b", "b-test"]), ("TEST", ["b-test"]), ("%", []), ("_", []), ("zz", [])],
)
def test_the_list_is_searched_by_a_part_of_the_name(words, found, five):
    assert names(search=words)[0] == found


def test_search_and_pages_go_together(five):
    assert names(search="b", limit=1) == (["b"], "b")
    assert names(search="b", limit=1, after="b") == (["b-test"], None)


def test_the_list_is_filtered_by_the_state_it_shows(five, observe):
    observe("a")
    observe("b", serving=2)
    observe("c")
    operation_row("c", kind="delete")
    operation_row("orders", kind="create", state="queued")
    observe("b-test", serving=0)
    shown = {row.name: row.verdict.state for row in queries.cluster_list()[0]}
    assert shown == {
        "a": "healthy",
        "b": "degraded",
        "b-test": "unreachable",
        "c": "deleting",
        "orders": "creating",
    }
    for name, state in shown.items():
        assert names(state=state)[0] == [name]
    assert names(state="unknown")[0] == []


def test_what_was_not_looked_at_is_unknown(five):
    assert len(names(state="unknown")[0]) == 5


def test_a_line_of_the_list_says_what_is_asked_and_what_is_seen(docker, observe):
    cluster_row(version="3.5.1")
    observe(serving=2)
    row = queries.cluster_row("a")
    assert (row.size, row.serving, row.hosts) == (3, 2, ("docker",))
    assert row.verdict.what == "2 of 3 members healthy; survives 0 more failures."
    assert row.verdict.why == "1 member does not serve: unreachable."
    assert row.verdict.do.startswith("Look at the member's last lines")
    assert [mark.code for mark in row.marks][:1] == ["release_corrupting"]
    assert row.marks[0].source.startswith("https://")
    assert (row.operation, row.operation_kind) == (None, None)


def test_a_line_before_the_first_look_says_so(docker):
    cluster_row()
    row = queries.cluster_row("a")
    assert (row.verdict.state, row.verdict.what) == ("unknown", "Not looked at yet.")
    assert (row.serving, row.seen_at, row.marks) == (None, None, ())


def test_a_line_names_the_operation_that_runs(docker, observe):
    cluster_row()
    observe()
    end(operation_row())
    running = operation_row(kind="repair")
    row = queries.cluster_row("a")
    assert (row.operation, row.operation_kind) == (str(running.pk), "repair")
    assert row.verdict.state == "healthy"


# The page


def test_the_page_shows_the_whole_definition(docker, ann, observe):
    cluster_row(
        token="etcd-cluster",
        created_by=ann,
        options={"pre_vote": True},
        accepted=["size_even"],
        generation=4,
        hands_off=True,
    )
    page = queries.cluster_page("a")
    assert (page.token, page.created_by, page.generation) == ("etcd-cluster", "ann", 4)
    assert (page.options, page.accepted) == ({"pre_vote": True}, ("size_even",))
    assert (page.hands_off, page.quorum, page.failures_survived) == (True, 2, 1)
    assert (page.cluster_id, page.network) == ("8f2a2ec5c0087dcb", "a-net")
    assert page.endpoints == ("127.0.0.1:20000", "127.0.0.1:20001", "127.0.0.1:20002")
    assert page.etcdctl == (
        "etcdctl --endpoints=127.0.0.1:20000,127.0.0.1:20001,127.0.0.1:20002"
        " member list -w table"
    )


def test_processes_have_no_network_to_show(local):
    cluster_row(host=local)
    page = queries.cluster_page("a")
    assert page.network == ""
    assert page.members[0].peer_urls == ("http://127.0.0.1:20010",)


def test_the_page_shows_the_newest_operations(docker):
    cluster_row()
    end(operation_row(kind="create"))
    newest = operation_row(kind="repair")
    operation_row("other")
    shown = queries.cluster_page("a").operations
    assert [row.kind for row in shown] == ["repair", "create"]
    assert shown[0].id == str(newest.pk)


@pytest.mark.parametrize("look", [queries.cluster_page, queries.cluster_row])
def test_what_is_not_there_is_not_found(look, db):
    with pytest.raises(NotFoundError) as error:
        look("gone")
    assert error.value.code == "no_such_cluster"


# The members


def members(name="a"):
    return {row.name: row for row in queries.cluster_page(name).members}


def test_before_the_first_look_members_have_their_predicted_identities(docker):
    cluster_row(token="etcd-cluster")
    found = members()
    assert {name: row.id for name, row in found.items()} == {
        "etcd1": "ade526d28b1f92f7",
        "etcd2": "d282ac2ce600c1ce",
        "etcd3": "bd388e7810915853",
    }
    first = found["etcd1"]
    assert (first.id_is_predicted, first.status) == (True, "unknown")
    assert (first.version, first.db_size, first.is_leader) == ("", None, False)
    assert (first.since, first.seen_at, first.why) == (None, None, "")
    assert (first.role, first.host) == ("voter", "docker")
    assert first.endpoint == "127.0.0.1:20000"
    assert first.peer_urls == ("http://etcd1:2380",)
    assert first.client_urls == ("http://etcd1:2379",)


def test_after_a_look_members_are_as_they_were_seen(docker, observe):
    cluster_row(token="etcd-cluster")
    before = timezone.now()
    observe(serving=2, leader="etcd2")
    found = members()
    second = found["etcd2"]
    assert (second.id, second.id_is_predicted) == ("d282ac2ce600c1ce", False)
    assert (second.status, second.is_leader, second.version) == (
        "started",
        True,
        "3.7.3",
    )
    assert (second.db_size, second.db_size_in_use, second.raft_index) == (
        20_480,
        16_384,
        9,
    )
    assert before <= second.since == second.seen_at
    third = found["etcd3"]
    assert (third.status, third.why) == ("unreachable", "refused")
    assert (third.id, third.id_is_predicted) == ("bd388e7810915853", True)
    assert not third.is_leader


def test_what_members_list_wins_over_what_was_asked(docker, observe):
    cluster = cluster_row()
    observe()
    seen = cluster.members.first().observation
    seen.facts["peer_urls"] = ["http://elsewhere:1"]
    seen.facts["role"] = "learner"
    seen.save()
    first = members()["etcd1"]
    assert (first.peer_urls, first.role) == (("http://elsewhere:1",), "learner")


# Names


def test_a_free_name_is_the_first_number_that_nobody_has(docker):
    assert queries.free_name("demo") == "demo-1"
    cluster_row("demo-1", first_port=20_000)
    cluster_row("demo-3", first_port=20_020)
    cluster_row("demo-x", first_port=20_040)
    assert queries.free_name("demo") == "demo-2"


# What a deletion removes


def test_a_removal_lists_everything_that_will_be_gone(docker):
    cluster_row(members=1, generation=2)
    view = queries.removal_of("a")
    assert (view.name, view.generation, view.running) == ("a", 2, None)
    assert (view.network, view.kept_network) == ("a-net", "")
    (member,) = view.members
    assert (member.instance, member.data) == ("a-etcd1", "a-etcd1-data")
    assert (member.host, member.ports) == ("docker", (20_000, 20_010))


def test_a_removal_keeps_a_network_that_is_not_its_own(docker):
    cluster_row(network="theirs")
    view = queries.removal_of("a")
    assert (view.network, view.kept_network) == ("", "theirs")


def test_a_removal_of_processes_has_no_network(local):
    cluster_row(host=local)
    view = queries.removal_of("a")
    assert (view.network, view.kept_network, view.in_containers) == ("", "", False)


def test_a_removal_says_what_runs(docker):
    cluster_row()
    end(operation_row())
    assert queries.removal_of("a").running is None
    operation_row(kind="repair")
    assert queries.removal_of("a").running.kind == "repair"


def test_a_removal_of_nothing_is_not_found(db):
    with pytest.raises(NotFoundError):
        queries.removal_of("gone")


# Cost


def test_a_list_of_fifty_takes_as_many_questions_as_a_list_of_five(
    docker, observe, django_assert_max_num_queries
):
    far = host_row("far", address="tcp://10.0.0.2:2376")
    for number in range(50):
        host = docker if number % 2 else far
        cluster_row(f"c{number}", host=host, first_port=2000 + 20 * number)
        observe(f"c{number}")
    with django_assert_max_num_queries(4):
        rows, _ = queries.cluster_list()
    assert len(rows) == 50
    assert all(row.verdict.state == "healthy" for row in rows)


def test_a_page_takes_a_few_questions_whatever_its_size(
    docker, observe, django_assert_max_num_queries
):
    cluster_row(members=7)
    observe(serving=7)
    for _ in range(20):
        end(operation_row())
    with django_assert_max_num_queries(7):
        queries.cluster_page("a")
