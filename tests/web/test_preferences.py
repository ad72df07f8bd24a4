"""Light or dark, English or Chinese: remembered in the browser."""

import pytest


def theme(page):
    return page.root.one("html")["data-theme"]


def offered(page):
    buttons = page.root.all("button", name="theme")
    return [b["value"] for b in buttons if not b.has("hidden")]


def test_the_system_decides_until_somebody_does(visitor):
    page = visitor.get("/")
    assert theme(page) == "auto"
    assert offered(page) == ["light"]


@pytest.mark.parametrize(
    ("chosen", "following"), [("light", "dark"), ("dark", "auto"), ("auto", "light")]
)
def test_three_presses_lead_round(visitor, chosen, following):
    answer = visitor.post("/theme/", theme=chosen, next="/hosts/")
    assert answer.leads_to == "/hosts/"
    page = visitor.get("/hosts/")
    assert theme(page) == chosen
    assert offered(page) == [following]


def test_nonsense_is_not_remembered(visitor):
    visitor.post("/theme/", theme='"><script>')
    assert theme(visitor.get("/")) == "auto"
    visitor.client.cookies["theme"] = "purple"
    assert theme(visitor.get("/")) == "auto"


def test_a_stranger_may_choose_too(stranger):
    stranger.post("/theme/", theme="dark", next="/accounts/login/")
    assert theme(stranger.get("/accounts/login/")) == "dark"


def test_the_language_is_switched_from_any_page(visitor):
    button = visitor.get("/").root.one("button", name="language")
    assert (button["value"], "简体中文" in button.text) == ("zh-hans", True)
    visitor.post("/i18n/setlang/", language="zh-hans", next="/")
    page = visitor.get("/")
    assert page.root.one("html")["lang"] == "zh-Hans"
    assert page.root.one("button", name="language")["value"] == "en"
