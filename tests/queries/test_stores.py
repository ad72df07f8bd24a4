"""Discovery stores and tokens as pages show them."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from clusters import queries
from clusters.core.errors import NotFoundError
from clusters.core.meeting import StoreAccess
from clusters.core.text import say
from clusters.models import Cluster, DiscoveryToken, Observation, Store
from clusters.queries import store_list, store_page, token_list, token_row
from tests.builders import cluster_row, end, host_row, operation_row

pytestmark = pytest.mark.django_db
URL = "http://meet:2379/v2/keys/_etcd/registry/"


def external(name="far", **columns):
    asked = {"protocol": "v3", "member_url": "https://s.test:2379", **columns}
    return Store.objects.create(name=name, **asked)


@pytest.fixture
def managed(docker):
    cluster = cluster_row(
        "meet",
        host=docker,
        members=1,
        serves="v2",
        version="3.5.35",
        network="etcd-net",
    )
    return Store.objects.create(name="meet", protocol="v2", cluster=cluster)


def token(store, number=0, **columns):
    key = f"{number:032x}"
    asked = {
        "mode": "discovery_v2",
        "store": store,
        "place": store.name if store else "http://public.test",
        "size": 3,
        "address": f"{URL}{key}",
        **columns,
    }
    return DiscoveryToken.objects.create(**asked)


# Stores


def test_a_managed_store_has_the_addresses_of_members_and_of_the_panel(managed):
    page = store_page("meet")
    assert (page.is_managed, page.protocol, page.version) == (True, "v2", "3.5.35")
    assert page.member_url == "http://meet:2379"
    assert page.panel_url == "http://127.0.0.1:20000"
    assert (page.client_port, page.peer_port) == (20000, 20010)
    assert (page.network, page.volume, page.host) == ("etcd-net", "meet-data", "docker")
    assert (page.usable, page.generation, page.needed_by) == (None, 1, ())


def test_a_store_of_processes_is_dialled_at_its_port(local):
    cluster = cluster_row("meet", host=local, members=1, serves="v2")
    Store.objects.create(name="meet", protocol="v2", cluster=cluster)
    page = store_page("meet")
    assert page.member_url == page.panel_url == "http://127.0.0.1:20000"
    assert page.network == ""


def test_an_external_store_says_what_is_known_of_it():
    store = external(panel_url="https://10.0.0.5:2379")
    why = {"code": "store_unreachable", "reason": say("It sleeps.").as_json()}
    Observation.keep("unusable", why | {"cure": say("Wake it.").as_json()}, store=store)
    page = store_page("far")
    assert (page.usable, page.code) == (False, "store_unreachable")
    assert (page.reason, page.cure) == ("It sleeps.", "Wake it.")
    assert page.member_url == "https://s.test:2379"
    assert page.panel_url == "https://10.0.0.5:2379"
    assert (page.has_tls, page.has_login, page.verdict) == (True, False, None)


def test_secrets_are_on_no_page():
    store = external()
    store.seal_access(StoreAccess(user="u", password="hunter2", key="KEY")).save()
    page = store_page("far")
    assert page.has_login
    assert "hunter2" not in repr(page)
    assert "KEY" not in repr(page)


def test_a_lost_key_is_a_sentence_on_the_page_and_in_the_list(settings):
    store = external()
    store.seal_access(StoreAccess(user="u", password="p")).save()
    Observation.keep("usable", {}, store=store)
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    page = store_page("far")
    assert (page.usable, page.code) == (False, "secret_key_lost")
    assert "can not be read" in page.reason
    assert "ETCDPANEL_SECRET_KEY_FALLBACKS" in page.cure
    assert [row.code for row in store_list()] == ["secret_key_lost"]


def test_a_store_that_is_not_there_has_no_page():
    with pytest.raises(NotFoundError) as error:
        store_page("x" * 100)
    assert error.value.code == "no_such_store"


def test_stores_come_by_name(managed):
    external()
    assert [row.name for row in store_list()] == ["far", "meet"]


@pytest.mark.parametrize(
    ("kind", "state", "needs"),
    [
        ("create", "queued", ("a",)),
        ("create", "running", ("a",)),
        ("create", "succeeded", ()),
        ("delete", "running", ()),
        ("repair", "running", ()),
    ],
)
def test_a_store_is_needed_while_members_may_register(managed, kind, state, needs):
    cluster = cluster_row("a", first_port=21_000)
    Cluster.objects.filter(pk=cluster.pk).update(ticket={"store": "meet"})
    operation = operation_row("a", kind, "running")
    if state == "succeeded":
        end(operation)
    elif state == "queued":
        type(operation).objects.update(state=state)
    assert queries.store_page("meet").needed_by == needs


def test_places_for_members_to_meet_know_stores_and_lent_subnets(managed):
    external("zfar")
    cluster = cluster_row("a", first_port=21_000)
    Cluster.objects.filter(pk=cluster.pk).update(ticket={"subnet": "10.213.7.0/24"})
    found = queries.places()
    assert set(found.stores) == {"meet", "zfar"}
    assert found.stores["meet"].network == "etcd-net"
    assert found.subnets == ("10.213.7.0/24",)


# Tokens


def test_tokens_come_newest_first_and_in_pages(managed):
    now = timezone.now()
    made = [token(managed, n, created_at=now + timedelta(seconds=n)) for n in range(5)]
    newest = [str(row.pk) for row in reversed(made)]
    first, more = token_list(limit=2)
    assert [row.id for row in first] == newest[:2]
    second, more = token_list(limit=2, before=more)
    assert [row.id for row in second] == newest[2:4]
    last, none = token_list(limit=2, before=more)
    assert ([row.id for row in last], none) == (newest[4:], None)


def test_tokens_of_one_moment_are_on_one_page_each(managed):
    now = timezone.now()
    made = {str(token(managed, n, created_at=now).pk) for n in range(5)}
    seen, before = [], ""
    for _ in range(5):
        page, before = token_list(limit=2, before=before)
        seen += [row.id for row in page]
        if before is None:
            break
    assert (len(seen), set(seen)) == (5, made)


@pytest.mark.parametrize("before", ["x", "1", str(uuid.uuid4())])
def test_a_page_after_a_token_that_is_not_there_is_not_found(managed, before):
    with pytest.raises(NotFoundError) as error:
        token_list(before=before)
    assert error.value.code == "no_such_token"


def test_tokens_of_one_store_are_its_own(managed):
    mine, other = token(managed, 1), token(external(), 2)
    assert [row.id for row in token_list(store="meet")[0]] == [str(mine.pk)]
    assert [row.id for row in store_page("far").tokens] == [str(other.pk)]
    assert token_list(store="none")[0] == ()


def test_a_token_tells_who_registered_and_from_where(managed):
    kept = [{"member_id": "ab", "name": "etcd1", "peer_urls": ["http://e1:2380"]}]
    row = token_row(token(managed, registrations=kept).pk)
    assert (row.store, row.place, row.size) == ("meet", "meet", 3)
    (registered,) = row.registrations
    assert (registered.member_id, registered.name) == ("ab", "etcd1")
    assert registered.peer_urls == ("http://e1:2380",)


@pytest.mark.parametrize(
    ("state", "hours", "shown"),
    [
        ("fresh", -1, "expired"),
        ("fresh", 1, "fresh"),
        ("used", -1, "used"),
        ("burnt", -1, "burnt"),
        ("in_use", -1, "in_use"),
    ],
)
def test_a_fresh_token_of_the_public_service_expires(state, hours, shown):
    expires = timezone.now() + timedelta(hours=hours)
    row = token(None, state=state, expires_at=expires, mode="discovery_public")
    assert token_row(row.pk).state == shown


def test_a_token_outlives_its_store(managed):
    row = token(managed)
    managed.cluster.delete()
    assert not Store.objects.exists()
    assert (token_row(row.pk).store, token_row(row.pk).place) == ("", "meet")


def test_a_refused_token_says_why(managed):
    problem = say("The store sleeps.").as_json()
    row = token(managed, state="refused", problem=problem, address="")
    assert token_row(row.pk).problem == "The store sleeps."


def test_a_host_is_no_store():
    host_row("plain")
    assert store_list() == ()
