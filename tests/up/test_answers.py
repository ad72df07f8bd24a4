"""What every answer carries, on plain http and behind TLS."""

import json
import os
import subprocess
import sys

import pytest

from etcdpanel.home import ROOT
from tests.up.test_settings import PRODUCTION

ASK = """
import json, django
django.setup()
from django.test import Client
client = Client(headers={"host": "panel.example.org"})
answers = {
    "login": client.get("/accounts/login/", secure=True),
    "plain": client.get("/accounts/login/"),
    "health": client.get("/healthz"),
    "stranger": Client(headers={"host": "evil.example"}).get("/", secure=True),
}
cookies = {c.key: {**c} for c in client.cookies.values()}
print(json.dumps({
    "cookies": cookies,
    **{k: {"status": a.status_code, **a.headers} for k, a in answers.items()},
}))
"""


@pytest.fixture(scope="module")
def behind_tls(tmp_path_factory):
    """Asked in a process of its own: settings are read once."""
    home = tmp_path_factory.mktemp("home")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ETCDPANEL_")}
    environment = {
        **inherited,
        **PRODUCTION,
        "ETCDPANEL_DATABASE_URL": "",
        "ETCDPANEL_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "etcdpanel.settings",
    }
    for command in (["-m", "etcdpanel.up.prepare", "static"], ["-c", ASK]):
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_behind_tls_cookies_belong_to_this_host_alone(behind_tls):
    cookie = behind_tls["cookies"]["__Host-csrftoken"]

    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_behind_tls_browsers_are_told_to_come_back_by_tls(behind_tls):
    promise = behind_tls["login"]["Strict-Transport-Security"]

    assert promise == "max-age=31536000; includeSubDomains; preload"
    assert behind_tls["plain"]["status"] == 301
    assert behind_tls["plain"]["Location"].startswith("https://panel.example.org/")


def test_a_health_check_needs_no_tls(behind_tls):
    assert behind_tls["health"]["status"] in {200, 503}


def test_a_name_that_is_not_the_panels_is_refused(behind_tls):
    assert behind_tls["stranger"]["status"] == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/", "/nothing-here", "/admin/"])
def test_every_answer_carries_the_same_protection(client, path):
    answer = client.get(path)

    policy = answer.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_on_plain_http_cookies_still_work(client):
    cookie = client.get("/accounts/login/").cookies["csrftoken"]

    assert not cookie["secure"]
    assert cookie["httponly"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/i18n/setlang/", "/accounts/password/"])
def test_nothing_but_health_language_and_login_is_open(client, path):
    answer = client.get(path)

    assert answer.status_code in {302, 405}
    if answer.status_code == 302 and path != "/i18n/setlang/":
        assert answer.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.django_db
def test_health_is_told_to_anybody(client):
    assert client.get("/healthz").json() == {"status": "ok"}
