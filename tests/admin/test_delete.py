"""Clusters end through the desk, once their names were typed."""

from clusters import actions
from clusters.models import Cluster, Operation
from tests.admin.conftest import ASKER, LIST, delete_url


def typed(*clusters, **names):
    """The answers of the page: the right name for each, or what the test says."""
    answers = {"confirmed": "yes"}
    for cluster in clusters:
        answers[f"confirm_{cluster.pk}"] = names.get(cluster.name, cluster.name)
        answers[f"generation_{cluster.pk}"] = cluster.generation
    return answers


def deletes():
    found = Operation.objects.filter(kind="delete").order_by("cluster_name")
    return list(found.values_list("cluster_name", flat=True))


def test_the_page_lists_all_that_goes(root, idle):
    text = root.get(delete_url(idle("a", host="docker"))).text
    assert "Member etcd1 on docker: container a-etcd1, volume a-etcd1-data" in text
    assert "ports 23791, 23801" in text
    assert "Network a-net" in text


def test_a_network_that_was_there_before_is_said_to_stay(root, idle):
    text = root.get(delete_url(idle("a", host="docker", network="office"))).text
    assert "The network office stays" in text
    assert "Network a-net" not in text


def test_the_typed_name_starts_the_end_and_leads_to_it(root, idle):
    cluster = idle()
    page = root.post(delete_url(cluster), **typed(cluster))
    operation = Operation.objects.get(kind="delete")
    assert page.leads_to == f"/operations/{operation.pk}/"
    assert (operation.actor_name, operation.via) == ("root", "admin")
    assert Cluster.objects.filter(pk=cluster.pk).exists()


def test_another_name_stands_at_its_field_and_nothing_happens(root, idle):
    cluster = idle()
    page = root.post(delete_url(cluster), **typed(cluster, a="b"))
    assert "not its name" in page.error_at(f"confirm_{cluster.pk}")
    assert deletes() == []


def test_no_name_at_all_does_nothing(root, idle):
    cluster = idle()
    page = root.post(delete_url(cluster), **typed(cluster, a=""))
    assert "Type the name" in page.error_at(f"confirm_{cluster.pk}")
    assert deletes() == []


def test_a_cluster_that_changed_meanwhile_is_not_deleted(root, idle):
    cluster = idle()
    actions.set_hands_off(ASKER, "a", hands_off=True)
    page = root.post(delete_url(cluster), **typed(cluster))
    assert any("changed since" in words for _, words in page.told)
    assert page.value_of(f"generation_{cluster.pk}") == "2"
    assert deletes() == []


def test_while_something_else_runs_the_page_says_what(root, idle):
    cluster = idle()
    actions.delete_cluster(ASKER, "a", confirm="a")
    page = root.post(delete_url(cluster), **typed(cluster))
    assert any("(command) started delete of a" in words for _, words in page.told)
    assert deletes() == ["a"]


def test_a_create_that_runs_is_cancelled_instead(root, ask):
    operation = ask()
    cluster = Cluster.objects.get()
    page = root.post(delete_url(cluster), **typed(cluster))
    assert page.leads_to == f"/operations/{operation.pk}/"
    operation.refresh_from_db()
    assert operation.cancel_actor == "root"


def test_several_are_shown_before_any_is_deleted(root, idle):
    page = root.act(LIST, "delete_clusters", idle("a"), idle("b"))
    assert page.status == 200
    assert "Type a to delete it" in page.text
    assert "Type b to delete it" in page.text
    assert deletes() == []


def test_only_those_whose_name_was_typed_go(root, idle):
    chosen = [idle("a"), idle("b"), idle("c")]
    answers = typed(*chosen, b="")
    page = root.act(LIST, "delete_clusters", *chosen, follow=True, **answers)
    assert deletes() == ["a", "c"]
    assert [level for level, _ in page.told] == ["success", "success"]
    assert "Asked for: delete of a." in page.told[0][1]


def test_one_wrong_name_stops_them_all(root, idle):
    chosen = [idle("a"), idle("b")]
    page = root.act(LIST, "delete_clusters", *chosen, **typed(*chosen, b="a"))
    assert "Nothing was deleted" in page.error_at(f"confirm_{chosen[1].pk}")
    assert deletes() == []


def test_each_refusal_is_told_beside_the_others(root, idle):
    chosen = [idle("a"), idle("b")]
    actions.delete_cluster(ASKER, "a", confirm="a")
    page = root.act(LIST, "delete_clusters", *chosen, follow=True, **typed(*chosen))
    assert [level for level, _ in page.told] == ["error", "success"]
    assert "started delete of a" in page.told[0][1]
    assert deletes() == ["a", "b"]


def test_more_than_one_page_can_hold_are_refused(root, idle):
    chosen = [idle(f"c-{number}") for number in range(21)]
    page = root.act(LIST, "delete_clusters", *chosen, follow=True)
    assert page.told == [("error", "Choose at most 20 clusters at a time.")]


def test_the_end_is_in_the_history_of_the_site(root, idle):
    cluster = idle()
    root.post(delete_url(cluster), **typed(cluster))
    assert root.user.logentry_set.get().object_repr == "a"
