"""What the database keeps of a store's secrets, and what is left without a key."""

import pytest
from django.core.management import call_command
from django.db import connection

from clusters.core.meeting import OPEN_ACCESS, StoreAccess
from clusters.models import Store
from clusters.models.sealed import SealBrokenError, seal, unseal

SECRETS = StoreAccess(
    user="panel", password="hunter2", ca="CA-TEXT", cert="CERT-TEXT", key="KEY-TEXT"
)


@pytest.fixture
def store(db):
    store = Store(name="far", protocol="v3", member_url="https://s.test:2379")
    store.seal_access(SECRETS).save()
    return Store.objects.get(name="far")


def test_what_was_sealed_is_read_again(store):
    assert store.access == SECRETS
    assert store.lost_key is None


def test_nothing_is_sealed_as_nothing():
    assert seal({"user": "", "skip_verify": False}) == ""
    assert unseal("") == {}
    assert Store(name="a", protocol="v2").seal_access(OPEN_ACCESS).sealed_access == ""


def test_that_a_certificate_is_not_verified_is_kept_too():
    access = StoreAccess(skip_verify=True)
    assert Store(name="a", protocol="v3").seal_access(access).access == access


def test_the_same_secret_never_looks_the_same_twice():
    assert seal({"password": "x"}) != seal({"password": "x"})


def test_a_dump_of_the_database_holds_no_secret(store, capsys):
    call_command("dumpdata", "clusters.store")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM clusters_store")
        kept = capsys.readouterr().out + repr(cursor.fetchall())
    assert "s.test" in kept
    for secret in ("hunter2", "CA-TEXT", "CERT-TEXT", "KEY-TEXT"):
        assert secret not in kept


def test_an_earlier_key_still_opens(store, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    assert store.access == SECRETS
    again = Store(name="b", protocol="v3").seal_access(SECRETS)
    settings.SECRET_KEY_FALLBACKS = []
    assert again.access == SECRETS


def test_a_lost_key_is_said_with_what_to_do(store, settings):
    settings.SECRET_KEY = "another key, long enough to be one" * 2
    with pytest.raises(SealBrokenError) as error:
        _ = store.access
    assert error.value.code == "secret_key_lost"
    assert "ETCDPANEL_SECRET_KEY_FALLBACKS" in str(error.value.advice)
    assert str(store.lost_key) == str(error.value)
    assert "gAAAA" not in str(error.value)


@pytest.mark.parametrize("sealed", ["x", "gAAAAABno", "é"])
def test_what_is_no_seal_is_a_lost_key_and_no_accident(sealed):
    with pytest.raises(SealBrokenError):
        unseal(sealed)
