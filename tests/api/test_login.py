"""Programs come with tokens, browsers with sessions; nobody comes without."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from clusters import actions
from clusters.models import ApiToken, Operation
from tests.api.conftest import PASSWORD

BODY = {"name": "shop", "hosts": ["local"]}


def with_token(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_token_lets_its_user_in(token):
    assert with_token(token).get("/api/v1/clusters/").status_code == 200


@pytest.mark.parametrize("word", ["bearer", "BEARER"])
def test_the_word_bearer_is_read_in_any_case(token, word):
    client = Client(headers={"Authorization": f"{word} {token}"})

    assert client.get("/api/v1/clusters/").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer pnl_wrong",
        "Bearer",
        "Bearer a b",
        "Bearer \xff\xfe",
        "Bearer ' OR 1=1",
        "Bearer a%00b",
        "Bearer " + "x" * 5000,
        "Token {token}",
        "Basic YW5uOnB3",
        "{token}",
    ],
)
def test_anything_else_in_the_header_is_refused(token, header):
    client = Client(headers={"Authorization": header.format(token=token)})

    answer = client.get("/api/v1/clusters/")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["token", "access_token", "Authorization", "api_key"])
def test_a_token_in_the_query_is_refused_even_beside_a_good_one(token, name):
    path = f"/api/v1/clusters/?{name}={token}"

    assert Client().get(path).status_code == 401
    beside = with_token(token).get(path)
    assert beside.status_code == 400
    assert token not in beside.content.decode()


def test_a_token_dies_with_its_time_its_deletion_and_its_user(user, token):
    client = with_token(token)

    get_user_model().objects.update(is_active=False)
    assert client.get("/api/v1/clusters/").status_code == 401
    get_user_model().objects.update(is_active=True)
    assert client.get("/api/v1/clusters/").status_code == 200

    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/clusters/").status_code == 401

    fresh = with_token(actions.create_token("ann", "fresh"))
    assert fresh.get("/api/v1/clusters/").status_code == 200
    ApiToken.objects.all().delete()
    assert fresh.get("/api/v1/clusters/").status_code == 401


def test_only_a_digest_of_a_token_is_stored(token):
    row = ApiToken.objects.values().get()

    secret = token.removeprefix(row["token_key"])
    assert len(secret) > 32
    assert secret not in str(row)


def test_a_browser_comes_with_its_session(user, host):
    client = Client()
    client.force_login(user)

    assert client.get("/api/v1/clusters/").status_code == 200


def test_a_change_with_a_session_wants_the_csrf_token(user, host):
    client = Client(enforce_csrf_checks=True)
    client.login(username="ann", password=PASSWORD)

    refused = client.post("/api/v1/clusters/", BODY, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"
    assert "CSRF" in refused.json()["detail"]

    client.cookies["csrftoken"] = "c" * 32  # as any page with a form sets it
    accepted = client.post(
        "/api/v1/clusters/",
        BODY,
        content_type="application/json",
        headers={"X-CSRFToken": "c" * 32},
    )
    assert accepted.status_code == 202
    assert Operation.objects.get().actor_name == "ann"


def test_a_foreign_page_can_not_use_the_session(user, host):
    client = Client(enforce_csrf_checks=True)
    client.login(username="ann", password=PASSWORD)

    answer = client.post(
        "/api/v1/clusters/",
        BODY,
        content_type="application/json",
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    assert not Operation.objects.exists()


def test_a_token_counts_and_not_the_session_beside_it(user, token, host):
    other = get_user_model().objects.create_user("bob", password=PASSWORD)
    client = Client(enforce_csrf_checks=True)
    client.force_login(other)

    answer = client.post(
        "/api/v1/clusters/",
        BODY,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 202
    assert Operation.objects.get().actor_name == "ann"


def test_a_session_dies_with_its_user_and_its_password(user):
    client = Client()
    client.force_login(user)
    user.set_password("another long one")
    user.save()

    assert client.get("/api/v1/clusters/").status_code == 401
