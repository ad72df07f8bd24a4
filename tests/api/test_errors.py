"""Every error has one shape, and tells nothing of the panel's inside."""

import json

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError, OperationalError
from django.test import Client

from clusters import queries
from clusters.api import throttles

FIELDS = {
    "type",
    "title",
    "status",
    "code",
    "detail",
    "advice",
    "errors",
    "request_id",
}


def problem(answer, status, code):
    """Check the whole shape once; the body."""
    body = answer.json()
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body.keys() >= FIELDS
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:etcdpanel:problem:{code}"
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body


def test_without_a_login_nothing_is_shown(db):
    for path in ("/clusters/", "/schema/", "/nowhere", "/operations/7/"):
        answer = Client().get(f"/api/v1{path}")
        problem(answer, 401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/nowhere/", "/clusters", "/", "/clusters/a/b/"])
def test_an_address_that_is_none_is_a_problem_too(api, path):
    problem(api.get(path), 404, "not_found")
    problem(api.post(path, {}), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_none_names_those_that_are(api, method):
    answer = api.send(method, "/clusters/")

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_what_can_not_be_answered_in_the_form_asked_for(api):
    problem(api.get("/clusters/", Accept="text/html"), 406, "not_acceptable")


def test_a_problem_is_json_whatever_the_client_accepts(api):
    path = "/operations/00000000-0000-0000-0000-000000000001/events/"

    answer = api.get(path, Accept="text/event-stream")

    problem(answer, 404, "no_such_operation")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_json_is_not_taken(api, kind):
    answer = api.client.post("/api/v1/clusters/", data="name=a", content_type=kind)

    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'name': 1}",
        '{"name": NaN}',
        b"\xff\xfe",
        "[" * 100_000,
        '{"size": ' + "9" * 10_000 + "}",
    ],
)
def test_a_body_that_can_not_be_read(api, body):
    problem(api.post("/clusters/", body), 400, "parse_error")


@pytest.mark.parametrize("body", ["[]", "7", '"a"', "null", "true"])
def test_a_body_that_is_no_object(api, body):
    found = problem(api.post("/clusters/", body), 400, "invalid")

    assert list(found["errors"]) == ["body"]


def test_a_body_beyond_all_bounds(api):
    body = json.dumps({"name": "a" * 1024 * 1024})

    problem(api.post("/clusters/", body), 413, "body_too_large")


def test_what_was_sent_is_not_sent_back_at_length(api):
    body = {f"{'x' * 5000}{n}": n for n in range(100)}

    answer = api.post("/clusters/", body)

    problem(answer, 400, "invalid")
    assert len(answer.content) < 20_000


def test_a_request_id_is_taken_over_when_it_is_sane(api):
    answer = api.get("/clusters/x_/", X_Request_ID="abc-1.2_3")

    assert problem(answer, 404, "no_such_cluster")["request_id"] == "abc-1.2_3"


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<b>", "é", ""])
def test_a_request_id_that_is_not_sane_is_replaced(api, given):
    answer = api.get("/clusters/", X_Request_ID=given)

    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_fault_of_the_panel_tells_nothing_but_its_number(api, monkeypatch, caplog):
    def broken(**_):
        raise RuntimeError("secret: postgres://ann:pw@db")

    monkeypatch.setattr(queries, "cluster_list", broken)

    answer = api.get("/clusters/")

    found = problem(answer, 500, "internal_error")
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert found["request_id"] in caplog.text
    assert "secret" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_told_with_a_time_to_come_back(
    api, monkeypatch, error
):
    def away(**_):
        raise error("could not connect to server: db.internal:5432")

    monkeypatch.setattr(queries, "cluster_list", away)

    answer = api.get("/clusters/")

    problem(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert "db.internal" not in answer.content.decode()


def test_a_login_that_can_not_be_looked_up_is_the_database_s_fault_too(
    api, monkeypatch
):
    def away(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(
        "clusters.api.authentication.BearerAuthentication.authenticate", away
    )

    problem(api.get("/clusters/"), 503, "database_unavailable")


def test_a_session_that_can_not_be_looked_up_is_a_problem_before_any_view(
    user, monkeypatch
):
    client = Client(raise_request_exception=False)
    client.force_login(user)

    def away(*_):
        raise OperationalError("could not connect to server: db.internal:5432")

    monkeypatch.setattr(SessionStore, "load", away)

    answer = client.get("/api/v1/clusters/")

    problem(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert "db.internal" not in answer.content.decode()


def test_a_wrong_host_name_is_a_problem_before_any_view(token):
    client = Client(raise_request_exception=False, SERVER_NAME="evil.example")

    problem(client.get("/api/v1/clusters/"), 400, "bad_request")
    assert client.get("/").headers["Content-Type"].startswith("text/html")


def test_too_many_changes_are_told_to_wait(api, host, monkeypatch):
    rates = {"change": "2/min", "check": "1/min"}
    monkeypatch.setattr(throttles.ChangeThrottle, "THROTTLE_RATES", rates)
    monkeypatch.setattr(throttles.CheckThrottle, "THROTTLE_RATES", rates)

    answers = [api.post("/clusters/", {"name": f"c{n}"}) for n in range(3)]

    problem(answers[2], 429, "throttled")
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    # Looking is never counted, and plans are counted for themselves.
    assert api.get("/clusters/").status_code == 200
    assert api.post("/clusters/?dry_run=true", {"name": "x"}).status_code == 400
    assert api.post("/clusters/?dry_run=true", {"name": "x"}).status_code == 429


def test_errors_are_told_in_the_reader_s_language(api, host):
    answer = api.post(
        "/clusters/",
        {"name": "Bad_", "hosts": ["local"]},
        Accept_Language="zh-hans",
    )

    assert problem(answer, 400, "name_invalid")
    assert answer.headers["Content-Language"] == "zh-hans"
