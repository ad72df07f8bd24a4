"""Chromium, a web process, and somebody who is logged in."""

import contextlib
import os

import pytest
from django.conf import settings  # noqa: TID251 (the name of the cookie)
from django.db import connection
from django.test import Client
from playwright.sync_api import Error, expect, sync_playwright

from tests import parts
from tests.browser.web import Web

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 15_000
# A test that makes a Docker network changes the machine's addresses, and Chromium then
# drops whatever it was loading.
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"


@pytest.fixture(scope="session")
def chromium():
    binary = parts.chromium()
    # Playwright's own loop makes Django believe that the tests are asynchronous.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=binary, args=ARGUMENTS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _server(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        database = connection.settings_dict
    home = tmp_path_factory.mktemp("web")
    server = Web(home, database)
    server.prepare()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def web(_server, chromium, transactional_db):
    """The server, running; a test may stop it."""
    yield _server
    if _server.process is None:
        _server.start()


class Tab:
    """One tab of somebody who is logged in, and everything it complained about."""

    def __init__(self, chromium, web, user, **look):
        look = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **look}
        self.web = web
        self.has_script = look.get("java_script_enabled", True)
        self.context = chromium.new_context(**look)
        self.context.set_default_timeout(PATIENCE)
        if user is not None:
            self.context.add_cookies([_session(web, user)])
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def open(self, path):
        """Load a page until its scripts run."""
        for _ in range(5):
            with contextlib.suppress(Error):
                self.page.goto(f"{self.web.url}{path}", wait_until="domcontentloaded")
                if not self.has_script:
                    return self.page
                self.page.wait_for_selector("html.scripted", timeout=4000)
                return self.page
        pytest.fail(f"{path} does not load")

    def close(self):
        self.context.close()
        heard = [c for c in self.complaints if NETWORK_CHANGED not in c]
        assert not heard, heard


def _session(web, user):
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": web.url}


@pytest.fixture
def tab(chromium, web, ann):
    tab = Tab(chromium, web, ann)
    yield tab
    tab.close()


@pytest.fixture
def tab_with(chromium, web, ann):
    """More tabs: `tab_with(viewport=…)`, `tab_with(java_script_enabled=False)`."""
    tabs = []

    def open_tab(**look):
        tabs.append(Tab(chromium, web, ann, **look))
        return tabs[-1]

    yield open_tab
    for one in tabs:
        one.close()
