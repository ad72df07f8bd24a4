"""A user with a token, a host that can be used, and clusters on it."""

import json
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client

from clusters import actions
from clusters.core.observed import HostFacts
from clusters.core.request import ClusterRequest
from clusters.models import Host, Observation
from clusters.models.operation import Via
from tests.api.log import Log

PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def _no_request_is_counted_yet():
    cache.clear()


@pytest.fixture
def user(db):
    return get_user_model().objects.create_user("ann", password=PASSWORD)


@pytest.fixture
def token(user):
    return actions.create_token("ann", "test")


class Caller:
    """A program that speaks JSON."""

    def __init__(self, token):
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path, **headers):
        return self.client.get(f"/api/v1{path}", headers=_dashed(headers))

    def send(self, method, path, body=None, **headers):
        return self.client.generic(
            method,
            f"/api/v1{path}",
            data=body if isinstance(body, str | bytes) else _json(body),
            content_type="application/json",
            headers=_dashed(headers),
        )

    def post(self, path, body=None, **headers):
        return self.send("POST", path, body, **headers)

    def found(self, path):
        answer = self.get(path)
        assert answer.status_code == HTTPStatus.OK, answer.content
        return answer.json()


def _dashed(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _json(body):
    return "" if body is None else json.dumps(body)


@pytest.fixture
def api(token):
    return Caller(token)


@pytest.fixture
def host(db):
    return usable_host("local")


def usable_host(name, **facts):
    host = Host.objects.create(name=name, kind="process")
    seen = HostFacts(usable=True, versions=("3.5.35", "3.6.16"), **facts)
    Observation.keep("usable", seen.as_json(), host=host)
    return host


@pytest.fixture
def create(host, user):
    """Write a definition; its create waits for a worker that these tests have not."""

    def write(name="a", **wanted):
        request = ClusterRequest(name=name, hosts=("local",), **wanted)
        asker = actions.Asker(user=user, via=Via.REST)
        return Log(actions.create_cluster(asker, request))

    return write
