"""Chromium on the pages of a running panel, logged in as a person does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Error, Page, sync_playwright

from tests import parts
from tests.scenarios.panels import PASSWORD, Driven

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000
TRIES = 5


@contextmanager
def logged_in(driven: Driven) -> Iterator[Page]:
    binary = parts.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=ARGUMENTS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        try:
            opened(page, driven, "/accounts/login/")
            page.fill("#id_username", "admin")
            page.fill("#id_password", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url("**/")
            yield page
        finally:
            browser.close()


def opened(page: Page, driven: Driven, path: str) -> Page:
    """Load a page. A Docker network that is made meanwhile changes the machine's
    addresses, and Chromium then drops what it was loading."""
    address = f"http://127.0.0.1:{driven.panel.port}{path}"
    for _ in range(TRIES):
        with suppress(Error):
            page.goto(address, wait_until="domcontentloaded")
            return page
    raise AssertionError(f"{path} does not load")
