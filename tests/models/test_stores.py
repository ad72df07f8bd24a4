"""Stores and tokens: what the database refuses, whoever writes it."""

import pytest
from django.db import IntegrityError, transaction

from clusters.models import DiscoveryToken, Observation, Store
from tests.builders import cluster_row
from tests.racing import at_once

pytestmark = pytest.mark.django_db
URL = "http://s.test:2379"


def refused(write):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return str(error.value)


def store(name="far", **columns):
    asked = {"protocol": "v3", "member_url": URL, **columns}
    return Store.objects.create(name=name, **asked)


def token(address="a", **columns):
    asked = {"mode": "discovery_v2", "place": "meet", "size": 3, **columns}
    return DiscoveryToken.objects.create(address=address, **asked)


@pytest.mark.parametrize("name", ["", "A", "1a", "-a", "a-", "a_b", "a.b", "a\n", "é"])
def test_the_name_of_a_store_is_a_label(name):
    assert "store_name_is_a_label" in refused(lambda: store(name))


def test_a_store_has_a_cluster_or_an_address_and_never_both(docker):
    cluster = cluster_row("meet", members=1)
    both = {"cluster": cluster, "member_url": URL}
    neither = {"cluster": None, "member_url": ""}
    for columns in (both, neither):
        said = refused(lambda columns=columns: store("meet", **columns))
        assert "store_is_managed_or_has_an_address" in said
    assert store("meet", cluster=cluster, member_url="").is_managed
    assert not store("far").is_managed


def test_a_name_is_there_once_and_a_cluster_serves_one_store(docker):
    cluster = cluster_row("meet", members=1)
    store("meet", cluster=cluster, member_url="")
    refused(lambda: store("meet"))
    refused(lambda: store("other", cluster=cluster, member_url=""))


def test_a_store_goes_with_its_cluster_and_its_tokens_stay(docker):
    cluster = cluster_row("meet", members=1)
    kept = token(store=store("meet", cluster=cluster, member_url=""))
    cluster.delete()
    kept.refresh_from_db()
    assert (kept.store, Store.objects.count()) == (None, 0)


def test_an_address_is_one_token_but_many_wait_for_theirs():
    token("x")
    refused(lambda: token("x"))
    token("", state="asked")
    token("", state="asked")
    assert DiscoveryToken.objects.count() == 3


def test_what_was_seen_of_a_store_is_kept_once():
    far = store()
    Observation.keep("usable", {}, store=far)
    Observation.keep("unusable", {"code": "x"}, store=far)
    assert Observation.objects.get().status == "unusable"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_one_address_one_gets_it():
    made = at_once(6, lambda _: token("x"))
    assert sum(isinstance(one, DiscoveryToken) for one in made) == 1
    assert DiscoveryToken.objects.count() == 1
