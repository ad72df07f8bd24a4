"""Discovery stores: asked for, remembered, changed, let go."""

import pytest

from clusters import actions
from clusters.core.errors import (
    ConflictError,
    IdempotencyError,
    NotFoundError,
    SpecError,
)
from clusters.core.meeting import StoreAccess
from clusters.core.request import DiscoveryRequest, StoreRequest
from clusters.models import Cluster, Operation, PortLease, Store
from tests.builders import asker, end

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(docker, ann):
    """Ask for a store that the panel runs."""

    def ask(name="meet", *, key="", **asked):
        wanted = {"protocol": "v2", "host": "docker", **asked}
        request = StoreRequest(name=name, **wanted)
        return actions.create_managed_store(asker(ann, key=key), request)

    return ask


@pytest.fixture
def add(ann):
    """Ask the panel to remember a store that is there already."""

    def ask(name="far", **asked):
        wanted = {"protocol": "v3", "member_url": "http://s.test:2379", **asked}
        request = StoreRequest(name=name, **wanted)
        return actions.add_external_store(asker(ann), request)

    return ask


def problems(ask, *args, **asked):
    with pytest.raises(SpecError) as error:
        ask(*args, **asked)
    return [f"{problem.field}: {problem.code}" for problem in error.value.problems]


def ports():
    return tuple(PortLease.objects.values_list("port", flat=True).order_by("port"))


# Managed


def test_a_managed_store_is_a_cluster_of_one_named_like_it(make, ann):
    operation = make()
    store = Store.objects.get()
    spec = store.cluster.to_spec()
    assert (operation.kind, operation.cluster_name) == ("create", "meet")
    assert (spec.size, spec.serves, spec.version) == (1, "v2", "3.5.35")
    assert [m.name for m in spec.members] == ["meet"]
    assert spec.instance(spec.members[0]) == "meet"
    assert spec.volume(spec.members[0]) == "meet-data"
    assert (store.protocol, store.anonymous, store.created_by) == ("v2", False, ann)
    assert ports() == (23790, 23800)


def test_everything_of_a_store_can_be_named(make):
    make(
        "etcd-discovery",
        client_port=23900,
        peer_port=23901,
        network="etcd-net",
        volume="discovery.data",
        version="3.4.45",
        bind_address="127.0.0.2",
    )
    spec = Store.objects.get().cluster.to_spec()
    assert (spec.network_name, spec.owns_network) == ("etcd-net", False)
    assert spec.volume(spec.members[0]) == "discovery.data"
    assert (spec.version, spec.bind_address) == ("3.4.45", "127.0.0.2")
    assert ports() == (23900, 23901)


def test_a_second_store_gets_other_ports(make):
    make("one")
    make("two")
    assert len(set(ports())) == 4


@pytest.mark.parametrize(
    ("named", "lent"),
    [
        ({"client_port": 23790}, (23790, 23800)),
        ({"peer_port": 23800}, (23790, 23800)),
        ({"client_port": 23999}, (23800, 23999)),
    ],
)
def test_one_port_may_be_named_without_the_other(make, named, lent):
    make(**named)
    assert ports() == lent


@pytest.mark.parametrize("named", [{"client_port": 23800}, {"peer_port": 23790}])
def test_a_port_that_is_named_is_not_proposed_for_the_other(make, named):
    make(**named)
    assert len(set(ports())) == 2
    assert {*named.values()} < set(ports())


def test_a_v3_store_is_of_the_newest_release(make):
    make(protocol="v3")
    assert Store.objects.get().cluster.version == "3.7.3"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"protocol": "v4"}, ["protocol: store_protocol_unknown"]),
        ({"version": "3.6.16"}, ["version: store_without_v2"]),
        ({"version": "3.7.3"}, ["version: store_without_v2"]),
        ({"host": "none"}, ["host: host_unknown"]),
        ({"host": ""}, ["host: host_missing"]),
        ({"client_port": 80}, ["client_port: port_out_of_range"]),
        ({"peer_port": 40000}, ["peer_port: port_out_of_range"]),
        ({"volume": "a b"}, ["volume: volume_invalid"]),
        ({"network": "a b"}, ["network: network_invalid"]),
        ({"bind_address": "0.0.0.0"}, ["bind_address: published_beyond_loopback"]),
        ({"bind_address": "x"}, ["bind_address: address_invalid"]),
        ({"version": "3.5.1"}, ["version: release_corrupting"]),
    ],
)
def test_problems_of_a_managed_store_stand_at_its_own_fields(make, asked, said):
    assert problems(make, **asked) == said
    assert not Store.objects.exists()


@pytest.mark.parametrize("name", ["A", "", "new", "a_b", "x" * 41])
def test_the_name_of_a_store_is_a_label(make, name):
    assert {said.split(":")[0] for said in problems(make, name)} == {"name"}


def test_a_warning_that_is_accepted_is_made(make):
    make(bind_address="0.0.0.0", accept=("published_beyond_loopback",))
    assert Store.objects.get().cluster.accepted == ["published_beyond_loopback"]


def test_stores_and_clusters_share_their_names(make, create, add):
    end(create("a"))
    assert problems(make, "a") == ["name: name_taken"]
    assert problems(add, "a") == ["name: name_taken"]
    end(make("meet"))
    assert problems(create, "meet") == ["name: name_taken"]
    assert problems(add, "meet") == ["name: name_taken"]
    add("far")
    assert problems(create, "far") == ["name: name_taken"]
    assert problems(make, "far") == ["name: name_taken"]
    assert problems(add, "far") == ["name: name_taken"]


def test_the_same_key_makes_one_store(make):
    assert make(key="k").pk == make(key="k").pk
    assert Store.objects.count() == 1


def test_the_same_key_with_another_store_is_refused(make):
    make(key="k")
    with pytest.raises(IdempotencyError):
        make("other", key="k")


def test_the_same_key_does_not_open_a_store_that_was_closed_since(make, ann):
    make(key="k", anonymous=True)
    actions.change_store(asker(ann), "meet", anonymous=False)
    make(key="k", anonymous=True)
    assert not Store.objects.get().anonymous


def test_a_create_that_failed_is_asked_again(make, ann):
    failed = end(make(volume="v"), "failed")
    Cluster.objects.all().delete()
    assert not Store.objects.exists()
    again = actions.retry_operation(asker(ann), failed.pk)
    store = Store.objects.get()
    assert (again.cluster_name, store.protocol) == ("meet", "v2")
    assert store.cluster.store_volume == "v"


# External


def test_an_external_store_is_remembered_with_sealed_secrets(add, ann):
    access = StoreAccess(user="u", password="hunter2")
    store = add(panel_url="http://10.0.0.5:2379", access=access)
    store.refresh_from_db()
    assert (store.name, store.protocol, store.created_by) == ("far", "v3", ann)
    assert store.access == access
    assert "hunter2" not in store.sealed_access
    assert not Operation.objects.exists()


V2 = {"protocol": "v2"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"protocol": "x"}, ["protocol: store_protocol_unknown"]),
        ({"name": "A"}, ["name: name_invalid"]),
        ({"name": "new"}, ["name: name_invalid"]),
        ({"member_url": "s.test:2379"}, ["member_url: store_address_invalid"]),
        ({"member_url": ","}, ["member_url: store_address_invalid"]),
        ({"member_url": "http://a:1,"}, ["member_url: store_address_invalid"]),
        ({"member_url": "http://u:p@a:1"}, ["member_url: store_address_invalid"]),
        ({"panel_url": "ftp://a"}, ["panel_url: store_address_invalid"]),
        ({"panel_url": "http://a:1,"}, ["panel_url: store_address_invalid"]),
        (
            V2 | {"member_url": "http://a:1,http://b:1"},
            ["member_url: store_address_invalid"],
        ),
        (V2 | {"access": StoreAccess(ca="x")}, ["user: access_unused"]),
        ({"access": StoreAccess(user="u")}, ["password: login_incomplete"]),
        ({"access": StoreAccess(password="p")}, ["password: login_incomplete"]),
        ({"access": StoreAccess(cert="c")}, ["key: certificate_incomplete"]),
    ],
)
def test_problems_of_an_external_store_stand_at_their_fields(add, asked, said):
    assert problems(add, **{"name": "far", **asked}) == said
    assert not Store.objects.exists()


def test_members_of_v3_may_be_given_several_endpoints(add):
    assert add(member_url="http://a:1,http://b:1").member_url == "http://a:1,http://b:1"


# Change


def test_a_store_is_opened_to_anybody_and_closed_again(make, ann):
    make()
    assert actions.change_store(asker(ann), "meet", anonymous=True).anonymous
    assert not actions.change_store(asker(ann), "meet", anonymous=False).anonymous


def test_what_is_not_there_can_not_be_changed_looked_at_or_deleted(ann):
    who = asker(ann)
    for ask in (
        lambda: actions.change_store(who, "x", anonymous=True),
        lambda: actions.look_at_store(who, "x"),
        lambda: actions.delete_store(who, "x", confirm="x"),
    ):
        with pytest.raises(NotFoundError) as error:
            ask()
        assert error.value.code == "no_such_store"


# Let go


def bootstrap(make, create, ann, **asked):
    end(make())
    wanted = {"bootstrap": "discovery_v2", "version": "3.5.35", **asked}
    return create("a", **wanted)


def test_a_store_that_members_register_in_is_not_deleted(make, create, ann):
    operation = bootstrap(make, create, ann)
    for delete in (actions.delete_store, actions.delete_cluster):
        with pytest.raises(ConflictError) as error:
            delete(asker(ann), "meet", confirm="meet")
        assert error.value.code == "store_needed"
        assert error.value.extra == {"clusters": ["a"]}
    end(operation)
    gone = actions.delete_store(asker(ann), "meet", confirm="meet")
    assert (gone.kind, gone.cluster_name) == ("delete", "meet")


def test_a_store_whose_token_somebody_brought_is_needed_too(make, create, ann):
    url = DiscoveryRequest(url="http://meet:2379/v2/keys/discovery/t")
    bootstrap(make, create, ann, discovery=url)
    with pytest.raises(ConflictError):
        actions.delete_store(asker(ann), "meet", confirm="meet")


def test_a_create_of_a_store_is_cancelled_by_its_deletion(make, ann):
    making = make()
    gone = actions.delete_store(asker(ann), "meet", confirm="meet")
    assert gone.pk == making.pk
    assert gone.cancel_requested_at is not None


def test_an_external_store_is_only_forgotten(add, ann):
    add()
    assert actions.delete_store(asker(ann), "far", confirm="far") is None
    assert not Store.objects.exists()


def test_a_store_is_deleted_by_its_name_only(add, ann):
    add()
    with pytest.raises(SpecError) as error:
        actions.delete_store(asker(ann), "far", confirm="Far")
    assert error.value.code == "not_confirmed"


def test_a_store_that_is_being_deleted_is_not_chosen_for_new_members(make, create, ann):
    end(make())
    actions.delete_store(asker(ann), "meet", confirm="meet")
    wanted = {"bootstrap": "discovery_v2", "version": "3.5.35"}
    assert problems(create, "a", **wanted) == ["discovery.store: store_missing"]
    named = wanted | {"discovery": DiscoveryRequest(store="meet")}
    assert problems(create, "a", **named) == ["discovery.store: store_unknown"]
