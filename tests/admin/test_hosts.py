"""Hosts are added, corrected and, once empty, removed."""

import pytest
from django.urls import reverse

from clusters.models import Host, Observation
from tests.admin.conftest import change_url, delete_url

ADD = reverse("admin:clusters_host_add")
LIST = reverse("admin:clusters_host_changelist")


def test_an_engine_is_added_with_its_address(root):
    root.post(ADD, name="rack-1", address="ssh://ops@10.0.0.5")
    host = Host.objects.get(name="rack-1")
    assert (host.name, host.kind, host.address) == (
        "rack-1",
        "docker",
        "ssh://ops@10.0.0.5",
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Use unix:///path"),
        ("10.0.0.5", "Use unix:///path"),
        ("http://127.0.0.1:2375", "Use unix:///path"),
        ("unix://", "Use unix:///path"),
        ("tcp://10.0.0.5:2375", "Whoever can reach this address would own the engine"),
    ],
)
def test_an_address_that_is_none_or_is_open_to_all_is_refused(root, address, words):
    page = root.post(ADD, name="rack-1", address=address)
    assert words in page.error_at("address")
    assert not Host.objects.filter(name="rack-1").exists()


@pytest.mark.parametrize("address", ["unix:///run/x.sock", "tcp://127.0.0.1:2375"])
def test_an_engine_of_this_machine_is_fine(root, address):
    root.post(ADD, name="rack-1", address=address)
    assert Host.objects.get(name="rack-1").address == address


def test_a_name_that_is_no_label_is_refused_at_its_field(root):
    page = root.post(ADD, name="Rack_1", address="unix:///run/x.sock")
    assert "begin with a letter" in page.error_at("name")


def test_a_taken_name_is_refused_at_its_field(root, hosts):
    page = root.post(ADD, name="local", address="unix:///run/x.sock")
    assert "already exists" in page.error_at("name")


def test_the_name_and_the_kind_stay_what_they_are(root, hosts):
    page = root.get(change_url(hosts[1]))
    assert 'name="name"' not in page.html
    assert 'name="kind"' not in page.html
    root.post(change_url(hosts[1]), name="x", kind="process", address="ssh://a@b")
    hosts[1].refresh_from_db()
    assert (hosts[1].name, hosts[1].kind) == ("docker", "docker")
    assert hosts[1].address == "ssh://a@b"


def test_processes_of_this_machine_have_no_address(root, hosts):
    page = root.get(change_url(hosts[0]))
    assert 'name="address"' not in page.html
    assert "3.7.3, 3.6.16" in page.text


def test_an_engine_that_is_found_by_itself_may_stay_without_address(root, hosts):
    assert root.post(change_url(hosts[1]), image_repository="mirror/etcd").leads_to
    hosts[1].refresh_from_db()
    assert hosts[1].image_repository == "mirror/etcd"


def test_the_list_tells_how_many_members_are_where(root, idle):
    idle()
    page = root.get(LIST)
    assert '<td class="field-member_count">3</td>' in page.html
    assert (
        "host__id__exact" in root.get(change_url(Host.objects.get(name="local"))).html
    )


def test_a_host_with_members_is_not_deleted_and_they_are_listed(root, idle, hosts):
    idle()
    page = root.get(delete_url(hosts[0]))
    assert "Cannot delete host" in page.text
    assert "local / a / etcd1" in page.text
    root.post(delete_url(hosts[0]), post="yes")
    assert Host.objects.filter(pk=hosts[0].pk).exists()


def test_nor_together_with_others(root, idle, hosts):
    idle()
    page = root.act(LIST, "delete_selected", *hosts, post="yes")
    assert "local / a / etcd1" in page.text
    assert Host.objects.count() == 2


def test_an_empty_host_goes_with_what_was_seen_of_it(root, hosts):
    page = root.post(delete_url(hosts[1]), post="yes")
    assert page.leads_to == LIST
    assert not Host.objects.filter(name="docker").exists()
    assert not Observation.objects.filter(host=hosts[1].pk).exists()


def test_who_may_not_delete_hosts_does_not(staff, hosts):
    sam = staff("view_host", "change_host")
    assert sam.post(delete_url(hosts[1]), post="yes").status == 403


def test_a_member_that_comes_meanwhile_is_a_sentence_and_no_fault(
    root, idle, hosts, monkeypatch
):
    from clusters.admin.hosts import HostAdmin

    idle()
    monkeypatch.setattr(
        HostAdmin, "get_deleted_objects", lambda *_: ([], {}, set(), [])
    )
    page = root.post(delete_url(hosts[0]), post="yes", follow=True)
    assert page.told[0][0] == "error"
    page = root.act(LIST, "delete_selected", hosts[0], post="yes", follow=True)
    assert page.told[0][0] == "error"
    assert Host.objects.filter(pk=hosts[0].pk).exists()


def test_what_is_wrong_with_a_host_and_the_cure_stand_on_its_page(root, hosts):
    Observation.keep(
        "unusable",
        {
            "usable": False,
            "reason": {"text": "Permission denied.", "params": {}},
            "cure": {"text": "Join the group.", "params": {}},
        },
        host=hosts[1],
    )
    assert (
        "unusable Permission denied. Join the group."
        in root.get(change_url(hosts[1])).text
    )
