"""The interface does what its description says, whatever is sent to it."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from clusters.actions import discovery_tokens
from clusters.api import throttles
from clusters.api.schema import openapi
from clusters.models import Check, Cluster, DiscoveryToken, Store


def not_a_fault(context, response, case):
    """Here no worker writes tokens; whoever asks for one is told when to come again."""
    if "retry-after" not in response.headers:
        not_a_server_error(context, response, case)


CHECKS = (
    not_a_fault,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)

described = schemathesis.openapi.from_dict(openapi())
described.app = get_wsgi_application()

bounded = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(create, monkeypatch):
    """Something to be found at every address."""
    monkeypatch.setattr(discovery_tokens, "LONGEST_WAIT", 0.0)  # no worker comes
    log = create("shop").end("failed")
    check = Check.objects.create(spec={})
    # A store that serves, of the same name as the cluster.
    store = Store.objects.create(
        name="shop", protocol="v2", cluster=Cluster.objects.get()
    )
    token = DiscoveryToken.objects.create(mode="discovery_v2", store=store, size=3)
    return {
        "name": "shop",
        "operation_id": log.id,
        "check_id": str(check.pk),
        "token_id": str(token.pk),
    }


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(monkeypatch):
    never = {"change": None, "check": None}
    monkeypatch.setattr(throttles.ChangeThrottle, "THROTTLE_RATES", never)
    monkeypatch.setattr(throttles.CheckThrottle, "THROTTLE_RATES", never)
    for throttle in (throttles.NewByUserThrottle, throttles.NewByAddressThrottle):
        monkeypatch.setattr(throttle, "rate", "1000000/min")


@pytest.fixture(autouse=True)
def _one_connection():
    """Requests share the transaction of their test, as Django's own client does it."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


def sent(case, token):
    # Streams are tested by themselves; here one would never end.
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    case.headers.pop("Accept", None)
    return case.call(headers=headers)


@described.parametrize()
@bounded
def test_whatever_is_sent_is_answered_as_described(case, token, known):
    case.validate_response(sent(case, token), checks=CHECKS)


@described.include(path_regex="{").parametrize()
@bounded
def test_whatever_is_sent_to_what_exists_is_answered_as_described(case, token, known):
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]

    case.validate_response(sent(case, token), checks=CHECKS)


@described.parametrize()
@settings(bounded, max_examples=3)
def test_without_a_login_nothing_is_answered(case, db):
    case.headers.clear()

    # Where everybody may be let in, a wrong method is told before that is decided.
    assert case.call().status_code in {401, 405}
