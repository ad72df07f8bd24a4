"""Stores and their tokens as workers find them, and tokens that scripts ask for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clusters import actions, queries, tasks
from clusters.core.errors import NotFoundError, PanelError, SpecError
from clusters.core.meeting import StoreAccess
from clusters.core.request import DiscoveryRequest
from clusters.engine import minting, sweep, watch_stores
from clusters.models import Cluster, DiscoveryToken, Operation, Store
from tests.engine.conftest import ASKER

V2 = {"bootstrap": "discovery_v2", "version": "3.5.35"}
V3 = {"bootstrap": "discovery_v3", "version": "3.7.3"}


@pytest.fixture
def store(create_store):
    return create_store()


@pytest.fixture
def impatient(monkeypatch):
    """Whoever asks for a token waits for a moment only: no worker hears a bell here."""
    monkeypatch.setattr("clusters.actions.discovery_tokens.LONGEST_WAIT", 0.05)


@pytest.fixture
def served(monkeypatch):
    """The bell of a token is a worker that is there at once."""
    ring = "clusters.actions.discovery_tokens.ring_token"
    monkeypatch.setattr(ring, minting.settle)


def look(name="meet"):
    watch_stores.look_at_all()
    return queries.store_page(name)


# How stores are


def test_a_store_that_was_made_is_usable_at_once(store):
    page = queries.store_page("meet")
    assert (page.usable, page.verdict.state) == (True, "healthy")


@pytest.mark.usefixtures("store")
def test_a_store_that_went_away_is_unusable_with_its_reason(world):
    world.stop_registry()
    page = look()
    assert (page.usable, page.code) == (False, "store_unreachable")
    assert "does not answer" in page.reason
    assert page.cure
    world.start_registry()
    assert look().usable


def test_one_store_that_can_not_be_read_does_not_hide_the_others(store, settings):
    sealed = Store(name="far", protocol="v3", member_url="http://s.test:2379")
    sealed.seal_access(StoreAccess(user="u", password="p")).save()
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    watch_stores.look_at_all()
    assert look("far").code == "secret_key_lost"
    assert look("meet").usable


def test_a_cluster_is_watched_and_deleted_although_its_stores_key_is_lost(
    create, create_store, finish, delete, settings
):
    store = create_store(protocol="v3")
    assert finish(create(**V3)).state == "succeeded"
    store.seal_access(StoreAccess(user="u", password="p")).save()
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    sweep.look_at_clusters()
    assert queries.cluster_page("a").verdict.state == "healthy"
    assert finish(delete("a")).state == "succeeded"


def test_a_lost_key_stops_a_create_before_anything_is_touched(
    create, create_store, finish, world, settings
):
    store = create_store(protocol="v3")
    before = world.things()
    operation = create(**V3)
    store.seal_access(StoreAccess(user="u", password="p")).save()
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    progress = finish(operation)
    assert (progress.state, progress.code) == ("rejected", "secret_key_lost")
    assert "ETCDPANEL_SECRET_KEY_FALLBACKS" in progress.advice
    assert world.things() == before


def test_a_store_that_is_gone_is_not_looked_at(store):
    store.cluster.delete()
    watch_stores.look_at(store.pk)
    assert not Store.objects.exists()


# Tokens for scripts


@pytest.mark.parametrize(
    ("protocol", "mode"), [("v2", "discovery_v2"), ("v3", "discovery_v3")]
)
@pytest.mark.usefixtures("served")
def test_a_token_is_written_into_its_store(create_store, world, protocol, mode):
    store = create_store(protocol=protocol)
    token = actions.new_token(ASKER, size=3, store="meet")
    assert (token.state, token.mode, token.store) == ("fresh", mode, store)
    key = token.pk.hex
    url = f"http://127.0.0.1:{store.to_offer().client_port}"
    v2 = f"{url}/v2/keys/_etcd/registry/{key}"
    assert token.address == (v2 if protocol == "v2" else key)


@pytest.mark.usefixtures("store", "impatient")
def test_a_token_that_nobody_writes_in_time_is_not_ready_and_never_written(world):
    with pytest.raises(PanelError) as error:
        actions.new_token(ASKER, size=3)
    assert error.value.code == "token_not_ready"
    row = DiscoveryToken.objects.get()
    minting.settle(row.pk)
    row.refresh_from_db()
    assert (row.state, row.address) == ("refused", "")


def test_the_sweep_writes_a_token_whose_bell_was_lost(store):
    row = DiscoveryToken.objects.create(
        mode="discovery_v2", store=store, place="meet", size=3, state="asked"
    )
    assert sweep.waiting_tokens() == ()
    old = timezone.now() - timedelta(seconds=10)
    DiscoveryToken.objects.update(created_at=old)
    assert sweep.waiting_tokens() == (row.pk,)
    tasks.reconcile()
    row.refresh_from_db()
    assert (row.state, row.address != "") == ("fresh", True)
    assert sweep.waiting_tokens() == ()


@pytest.mark.usefixtures("store", "served")
def test_a_store_that_does_not_answer_refuses_with_its_reason(world):
    world.stop_registry()
    with pytest.raises(PanelError) as error:
        actions.new_token(ASKER, size=3)
    assert error.value.code == "token_not_ready"
    assert "does not answer" in str(error.value.text)
    assert DiscoveryToken.objects.get().state == "refused"


@pytest.mark.usefixtures("store", "served")
def test_a_token_that_is_written_twice_is_one_token(world):
    token = actions.new_token(ASKER, size=3)
    DiscoveryToken.objects.update(state="asked")
    minting.settle(token.pk)
    again = DiscoveryToken.objects.get()
    assert (again.address, again.state) == (token.address, "fresh")


@pytest.mark.parametrize("size", [0, -1, 8, 1000])
def test_a_token_is_for_a_size_that_can_be(store, size):
    with pytest.raises(SpecError) as error:
        actions.new_token(ASKER, size=size)
    assert error.value.code == "size_invalid"


def test_without_a_store_there_is_no_token(host):
    with pytest.raises(NotFoundError) as error:
        actions.new_token(ASKER, size=3)
    assert error.value.code == "no_such_store"


@pytest.mark.usefixtures("served")
def test_nobody_in_particular_gets_tokens_of_open_stores_only(store):
    for named in ("", "meet", "none"):
        with pytest.raises(PanelError) as error:
            actions.new_token(ASKER, size=3, store=named, anonymous=True)
        assert error.value.code == "login_needed"
    actions.change_store(ASKER, "meet", anonymous=True)
    assert actions.new_token(ASKER, size=3, anonymous=True).state == "fresh"
    with pytest.raises(PanelError) as error:
        actions.new_token(ASKER, size=3, store="none", anonymous=True)
    assert error.value.code == "login_needed"


@pytest.mark.usefixtures("served")
def test_a_script_reaches_a_store_at_the_name_by_which_it_reached_the_panel(store):
    Cluster.objects.filter(name="meet").update(bind_address="0.0.0.0")
    token = actions.new_token(ASKER, size=3, reached_as="panel.test")
    assert token.address.startswith("http://panel.test:23790/v2/keys/")
    Cluster.objects.filter(name="meet").update(bind_address="127.0.0.1")
    token = actions.new_token(ASKER, size=3, reached_as="panel.test")
    assert token.address.startswith("http://127.0.0.1:23790/v2/keys/")


@pytest.mark.usefixtures("store", "served")
def test_a_token_that_was_discarded_leaves_its_store(world):
    token = actions.new_token(ASKER, size=3)
    gone = actions.discard_token(ASKER, token.pk)
    assert gone.state == "burnt"
    with pytest.raises(PanelError) as error:
        actions.discard_token(ASKER, token.pk)
    assert error.value.code == "token_not_fresh"


@pytest.mark.usefixtures("store", "served")
def test_members_that_a_script_started_are_seen_under_its_token(world):
    token = actions.new_token(ASKER, size=3)
    world.register(token.address, "3", ["x", "y"])
    look()
    row = queries.token_row(token.pk)
    assert (row.state, [r.name for r in row.registrations]) == ("used", ["x", "y"])


@pytest.mark.usefixtures("store", "served")
def test_members_that_a_script_starts_later_are_seen_too(world):
    """The first that registers makes it used; the others come after."""
    token = actions.new_token(ASKER, size=3)
    world.register(token.address, "3", ["x"])
    look()
    world.register(token.address, "3", ["y", "z"])
    look()
    row = queries.token_row(token.pk)
    assert [r.name for r in row.registrations] == ["x", "y", "z"]


@pytest.mark.usefixtures("served")
def test_a_token_given_to_a_script_may_be_brought_to_a_create(
    create, store, finish, world
):
    token = actions.new_token(ASKER, size=3)
    path = token.address.partition("/v2/")[2]
    own = DiscoveryRequest(url=f"http://meet:2379/v2/{path}")
    assert finish(create(**V2, discovery=own)).state == "succeeded"
    look()
    token.refresh_from_db()
    assert token.state == "used"


# Stores and clusters


def test_two_clusters_meet_in_one_store_under_tokens_of_their_own(
    create, store, finish
):
    first, second = create("a", **V2), create("b", **V2)
    assert finish(first).state == "succeeded"
    assert finish(second).state == "succeeded"
    rows = DiscoveryToken.objects.order_by("cluster_name")
    assert [(row.cluster_name, row.state) for row in rows] == [
        ("a", "used"),
        ("b", "used"),
    ]
    assert rows[0].address != rows[1].address


def test_a_store_that_goes_between_plan_and_start_rejects_the_create(
    create, store, finish, world
):
    operation = create(**V2)
    world.remove("meet")
    world.stop_registry()
    store.cluster.delete()
    progress = finish(operation)
    assert progress.state == "rejected", progress
    assert not Cluster.objects.exists()


# The public service

PUBLIC = {"bootstrap": "discovery_public", "version": "3.6.16"}


@pytest.fixture
def image(world):
    world.offer_image("quay.io/coreos/etcd:v3.6.16")


@pytest.mark.usefixtures("image")
def test_a_service_that_does_not_answer_rejects_before_anything(create, finish, world):
    world.stop_registry()
    progress = finish(create(**PUBLIC))
    assert (progress.state, progress.code) == ("rejected", "store_unreachable")
    assert world.counts() == {}


@pytest.mark.usefixtures("image")
def test_a_service_that_hangs_up_is_asked_again_and_the_first_token_is_nobodys(
    create, finish, world
):
    world.drop_answer("registry_new")
    progress = finish(create(**PUBLIC))
    assert progress.state == "succeeded", progress
    row = DiscoveryToken.objects.get()
    assert (row.state, row.expires_at is not None) == ("used", True)
    assert Cluster.objects.get(name="a").ticket["url"] == row.address


@pytest.mark.usefixtures("image")
def test_a_service_that_refuses_fails_and_leaves_nothing(create, finish, world):
    world.refuse("registry_new", code="service_answer_invalid")
    progress = finish(create(**PUBLIC))
    assert (progress.state, progress.code) == ("failed", "service_answer_invalid")
    assert world.things()["instances"] == []
    assert not DiscoveryToken.objects.exists()
    failed = Operation.objects.get()
    assert finish(actions.retry_operation(ASKER, failed.pk)).state == "succeeded"


@pytest.mark.usefixtures("image")
def test_identities_of_a_public_token_are_unknown_when_the_plan_is_frozen(
    create, finish
):
    operation = create(**PUBLIC)
    assert finish(operation).state == "succeeded"
    operation.refresh_from_db()
    assert operation.plan["cluster_id"] == ""
    assert set(operation.plan["member_ids"].values()) == {""}
