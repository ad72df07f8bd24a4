"""What every test may rely on."""

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import builders

# Nothing is written beside the code, and a busy machine is no failure.
hypothesis_settings.register_profile(
    "etcdpanel", database=None, deadline=None, max_examples=30, print_blob=True
)
hypothesis_settings.load_profile("etcdpanel")


@pytest.fixture(autouse=True)
def _read_in_english():
    """A test that changes the language changes it for itself only."""
    with translation.override("en"):
        yield


@pytest.fixture
def ann(db):
    return get_user_model().objects.create_user("ann")


@pytest.fixture
def bob(db):
    return get_user_model().objects.create_user("bob")


@pytest.fixture
def docker(db):
    """An engine of this machine that was looked at and can be used."""
    return builders.host_row()


@pytest.fixture
def local(db):
    """Processes of this machine."""
    return builders.host_row("local", "process")
