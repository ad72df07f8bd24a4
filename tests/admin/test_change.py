"""What may change in a definition, and what only stands there."""

import pytest

from clusters import actions
from clusters.models import Cluster, Observation
from tests.admin.conftest import ASKER, LIST, change_url


def test_the_definition_is_there_to_read_only(root, idle):
    page = root.get(change_url(idle()))
    for name in ("name", "size", "version", "token", "options", "bind_address"):
        assert f'name="{name}"' not in page.html
    assert 'name="hands_off"' in page.html


def test_its_members_and_how_they_are_stand_on_the_page(root, idle):
    cluster = idle()
    facts = {"id": "ade526d28b1f92f7", "is_leader": True, "version": "3.7.3"}
    Observation.keep("started", facts, member=cluster.members.get(name="etcd1"))
    verdict = {"what": {"text": "3 of 3 members healthy.", "params": {}}}
    Observation.keep("healthy", verdict, cluster=cluster)
    text = root.get(change_url(cluster)).text
    assert "3 of 3 members healthy." in text
    assert "ade526d28b1f92f7" in text
    assert "(leader)" in text
    assert "(predicted)" in text
    assert "etcdctl --endpoints=127.0.0.1:23791" in text


def test_other_values_that_are_sent_change_nothing(root, idle):
    cluster = idle()
    root.post(change_url(cluster), seen_generation=1, size=5, version="3.6.16")
    cluster.refresh_from_db()
    assert (cluster.size, cluster.version, cluster.generation) == (3, "3.7.3", 1)


def test_hands_off_is_set_through_the_desk(root, idle):
    cluster = idle()
    page = root.post(change_url(cluster), seen_generation=1, hands_off="on")
    assert page.leads_to == LIST
    cluster.refresh_from_db()
    assert (cluster.hands_off, cluster.generation) == (True, 2)


def test_an_old_form_is_refused_with_what_differs(root, idle):
    cluster = idle()
    actions.set_hands_off(ASKER, "a", hands_off=True)
    page = root.post(change_url(cluster), seen_generation=1)
    assert page.status == 200
    assert "changed since this form was shown" in page.error_at_top
    assert "generation: 2 (on your form: 1)." in page.error_at_top
    assert "hands off: yes." in page.error_at_top
    cluster.refresh_from_db()
    assert cluster.hands_off


def test_saving_once_more_after_the_difference_was_shown_is_meant(root, idle):
    cluster = idle()
    actions.set_hands_off(ASKER, "a", hands_off=True)
    page = root.post(change_url(cluster), seen_generation=1)
    seen = page.value_of("seen_generation")
    assert root.post(change_url(cluster), seen_generation=seen).leads_to
    cluster.refresh_from_db()
    assert not cluster.hands_off


@pytest.mark.parametrize(
    ("action", "becomes", "words"),
    [("take_hands_off", True, "Hands off"), ("put_hands_on", False, "Hands on")],
)
def test_hands_off_is_set_for_several_at_once(root, idle, action, becomes, words):
    chosen = [idle("a"), idle("b")]
    Cluster.objects.update(hands_off=not becomes)
    page = root.act(LIST, action, *chosen, follow=True)
    assert page.told == [("success", f"{words}: a"), ("success", f"{words}: b")]
    assert set(Cluster.objects.values_list("hands_off", flat=True)) == {becomes}


def test_a_cluster_that_is_gone_leads_back_to_the_list(root, idle):
    cluster = idle()
    path = change_url(cluster)
    cluster.delete()
    assert root.get(path).status == 302
