"""Discovery stores and their tokens in the admin site."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from clusters import actions
from clusters.core.meeting import StoreAccess
from clusters.core.request import StoreRequest
from clusters.core.text import say
from clusters.models import Cluster, DiscoveryToken, Observation, Operation, Store
from tests.admin.conftest import ASKER, change_url, delete_url, end

LIST = reverse("admin:clusters_store_changelist")
ADD = reverse("admin:clusters_store_add")
TOKENS = reverse("admin:clusters_discoverytoken_changelist")
CLUSTERS = reverse("admin:clusters_cluster_changelist")
NEW_CLUSTER = reverse("admin:clusters_cluster_add")
THEIRS = "http://10.0.0.5:2379"
CANARY = "canary-7c1e"
SECRETS = {
    name: f"{CANARY}-{name}" for name in ("password", "ca", "cert", "secret_key")
}


@pytest.fixture
def send(root, hosts):
    def press(**changes):
        once = root.get(ADD).value_of("once")
        return root.post(ADD, once=once, **{"name": "meet", "protocol": "v2"} | changes)

    return press


@pytest.fixture
def managed(hosts):
    request = StoreRequest(name="meet", host="docker", version="3.5.35")
    end(actions.create_managed_store(ASKER, request))
    return Store.objects.get(name="meet")


@pytest.fixture
def external(db):
    request = StoreRequest(name="ours", protocol="v3", member_url=THEIRS)
    return actions.add_external_store(ASKER, request)


def test_one_that_the_panel_runs_leads_to_its_operation(send):
    page = send(
        host="docker",
        version="3.5.35",
        client_port="23790",
        peer_port="23800",
        network="etcd-net",
        volume="meeting",
        anonymous="on",
    )
    operation = Operation.objects.get()
    assert page.leads_to == f"/operations/{operation.pk}/"
    assert (operation.actor_name, operation.via) == ("root", "admin")
    cluster = Cluster.objects.get()
    assert (cluster.serves, cluster.network, cluster.store_volume) == (
        "v2",
        "etcd-net",
        "meeting",
    )
    assert Store.objects.get().anonymous
    member = cluster.members.get()
    assert (member.client_port, member.peer_port) == (23790, 23800)


def test_pressing_twice_makes_one(root, send):
    once = root.get(ADD).value_of("once")
    answers = {"name": "meet", "protocol": "v2", "host": "docker", "version": "3.5.35"}
    first, again = (root.post(ADD, once=once, **answers) for _ in "12")
    assert first.leads_to == again.leads_to
    assert Store.objects.count() == 1


def test_one_that_is_there_is_remembered_with_its_login(send, root):
    page = send(name="ours", protocol="v3", member_url=THEIRS, user="panel", **SECRETS)
    assert page.leads_to == LIST
    store = Store.objects.get()
    assert (store.member_url, store.created_by.username) == (THEIRS, "root")
    assert store.access == StoreAccess(
        user="panel",
        password=f"{CANARY}-password",
        ca=f"{CANARY}-ca",
        cert=f"{CANARY}-cert",
        key=f"{CANARY}-secret_key",
    )
    for path in (LIST, change_url(store), delete_url(store)):
        shown = root.get(path)
        assert shown.status == 200
        assert CANARY not in shown.html


def test_secrets_do_not_come_back_with_a_form_that_is_refused(send):
    page = send(name="A B", protocol="v3", member_url=THEIRS, user="panel", **SECRETS)
    assert page.error_at("name")
    assert CANARY not in page.html


def test_fields_of_both_kinds_are_refused_at_their_fields(send):
    page = send(name="ours", host="docker", member_url=THEIRS)
    assert page.error_at("host").startswith("This is of a store that the panel runs")
    assert not Store.objects.exists()
    assert send(user="panel", password="x").error_at("member_url")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"host": "docker", "name": "A B"}, "name"),
        ({}, "host"),
        ({"host": "docker", "version": "3.6.16"}, "version"),
        (
            {"host": "docker", "version": "3.5.35", "client_port": "70000"},
            "client_port",
        ),
        ({"member_url": "10.0.0.5"}, "member_url"),
        ({"member_url": THEIRS, "protocol": "v3", "cert": "x"}, "secret_key"),
    ],
)
def test_what_the_desk_refuses_stands_at_its_field(send, wrong, field):
    page = send(**wrong)
    assert page.status == 200
    assert page.error_at(field)
    assert not Store.objects.exists()


def test_only_who_gets_tokens_may_be_changed(root, managed):
    page = root.get(change_url(managed))
    assert 'name="anonymous"' in page.html
    assert 'name="protocol"' not in page.html
    root.post(change_url(managed), anonymous="on", name="other", protocol="v3")
    managed.refresh_from_db()
    assert (managed.anonymous, managed.name, managed.protocol) == (True, "meet", "v2")


def test_the_addresses_are_shown_of_one_that_the_panel_runs_too(root, managed):
    port = managed.cluster.members.get().client_port
    page = root.get(change_url(managed))
    assert "http://meet:2379" in page.text
    assert f"http://127.0.0.1:{port}" in page.text


def test_why_it_can_not_be_used_is_told(root, external):
    reason = {"reason": say("No answer.").as_json(), "code": "x"}
    Observation.keep("unusable", reason, store=external)
    assert "No answer." in root.get(change_url(external)).text
    assert "unusable" in root.get(LIST).text
    observations = root.get(reverse("admin:clusters_observation_changelist"))
    assert "ours" in observations.text


def test_a_look_is_asked_of_a_worker(root, external):
    page = root.act(LIST, "look", external, follow=True)
    assert page.told == [("success", "A worker looks at ours now.")]


def test_one_that_the_panel_runs_goes_once_its_name_is_typed(root, managed):
    page = root.get(delete_url(managed))
    assert "container meet" in page.text
    refused = root.post(delete_url(managed), confirm="x", confirmed="yes")
    assert refused.error_at("confirm").startswith("Type meet to confirm")
    page = root.post(delete_url(managed), confirm="meet", confirmed="yes")
    operation = Operation.objects.get(kind="delete")
    assert page.leads_to == f"/operations/{operation.pk}/"
    assert Store.objects.exists()
    assert LogEntry.objects.filter(action_flag=3).count() == 1


def test_one_of_ones_own_is_forgotten(root, external):
    assert "nothing happens to the store itself" in root.get(delete_url(external)).text
    page = root.post(delete_url(external), confirm="ours", follow=True)
    assert page.told[0][1].startswith("Forgotten: ours.")
    assert not Store.objects.exists()
    assert LogEntry.objects.filter(action_flag=3, object_repr="ours").exists()


def test_one_is_kept_while_members_register_there(root, managed, ask):
    ask("shop")
    Cluster.objects.filter(name="shop").update(ticket={"store": "meet"})
    page = root.post(delete_url(managed), confirm="meet")
    assert "Members of shop are registering in meet just now." in page.text
    assert not Operation.objects.filter(kind="delete").exists()


def test_several_are_never_deleted_at_once(root, external):
    assert "delete_selected" not in root.get(LIST).html
    root.act(LIST, "delete_selected", external, post="yes")
    assert Store.objects.exists()


def test_staff_may_only_what_they_were_allowed(staff, external):
    sam = staff("view_store")
    assert sam.get(LIST).status == 200
    assert sam.get(ADD).status == 403
    assert sam.post(delete_url(external), confirm="ours").status == 403
    assert sam.post(change_url(external), anonymous="on").status == 403
    assert Store.objects.filter(anonymous=False).exists()


# Clusters


def test_the_cluster_of_a_store_is_shown_as_such(root, managed, idle):
    idle("shop")
    page = root.get(CLUSTERS)
    assert page.text.count("discovery store (v2)") == 1
    assert "discovery store (v2)" in root.get(change_url(managed.cluster)).text


def test_the_form_of_a_cluster_says_where_members_meet(root, managed, hosts):
    key = root.get(NEW_CLUSTER).value_of("key")
    answers = {"key": key, "name": "a", "size": 3, "hosts": ["docker"]}
    page = root.post(
        NEW_CLUSTER,
        **answers,
        version="3.5.35",
        bootstrap="discovery_v2",
        discovery_store="meet",
        extra_members="1",
    )
    assert page.leads_to, page.text
    cluster = Cluster.objects.get(name="a")
    assert cluster.ticket["store"] == "meet"
    assert [m.role for m in cluster.members.all()] == ["voter"] * 3 + ["proxy"]
    assert "meet" in root.get(change_url(cluster)).text


def test_lists_of_discovery_are_parted_by_blanks_and_commas(root, hosts):
    key = root.get(NEW_CLUSTER).value_of("key")
    answers = {"key": key, "name": "a", "size": 3, "hosts": ["docker"]}
    page = root.post(
        NEW_CLUSTER,
        **answers,
        bootstrap="dns_srv",
        discovery_domain="etcd.example",
        discovery_dns="external",
        discovery_name_servers="10.0.0.1, 10.0.0.2",
    )
    assert page.leads_to, page.text
    servers = Cluster.objects.get().ticket["name_servers"]
    assert servers == ["10.0.0.1", "10.0.0.2"]


def test_what_is_wrong_with_discovery_stands_at_its_field(root, hosts):
    key = root.get(NEW_CLUSTER).value_of("key")
    answers = {"key": key, "name": "a", "size": 3, "hosts": ["docker"]}
    page = root.post(NEW_CLUSTER, **answers, bootstrap="dns_srv")
    assert page.error_at("discovery_domain").startswith("Name the domain")
    page = root.post(NEW_CLUSTER, **answers, bootstrap="static", discovery_url=THEIRS)
    assert page.error_at("discovery_url") == "The mode static does not use this."


# Tokens


@pytest.fixture
def token(managed):
    rows = [{"member_id": "a1", "name": "etcd1", "peer_urls": ["http://etcd1:2380"]}]
    return DiscoveryToken.objects.create(
        mode="discovery_v2",
        store=managed,
        place="meet",
        size=3,
        address="http://meet:2379/v2/keys/_etcd/registry/t",
        registrations=rows,
    )


def test_a_token_tells_who_registered(root, token):
    assert "1 of 3" in root.get(TOKENS).text
    page = root.get(change_url(token))
    assert "etcd1 a1 http://etcd1:2380" in page.text
    assert 'type="submit"' not in page.html.partition("content-main")[2]


def test_a_fresh_one_is_burnt_and_only_once(root, token):
    page = root.act(TOKENS, "burn", token, follow=True)
    assert page.told == [("success", f"Burnt: {token.address}")]
    token.refresh_from_db()
    assert token.state == "burnt"
    page = root.act(TOKENS, "burn", token, follow=True)
    assert page.told[0][0] == "error"


def test_who_may_only_look_burns_none(staff, token):
    sam = staff("view_discoverytoken")
    sam.act(TOKENS, "burn", token)
    token.refresh_from_db()
    assert token.state == "fresh"
