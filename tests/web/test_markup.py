"""What is true of every page: nothing inline, every field labelled, nothing twice."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from clusters.core.text import say
from tests import builders
from tests.web import discovering
from tests.web.test_operation import log, step

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "clusters/static/clusters"
OURS = [
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in {"admin", "api"}
]


@pytest.fixture
def addresses(docker):
    """One of each page, with something on it."""
    builders.cluster_row("demo", options={"pre_vote": True})
    running = builders.operation_row("demo")
    step(running, "pull_image", "3.7.3", "running", progress={"current": 1, "total": 2})
    log(running, "a line")
    failed = builders.operation_row("other")
    step(failed, "remove_member", "etcd1", "succeeded", rollback=True)
    builders.end(failed, "failed", explanation=say("why").as_json(), evidence=["e"])
    store = discovering.managed()
    for state in ("fresh", "in_use", "burnt"):
        discovering.token(store, state, "etcd1")
    discovering.external(usable=False)
    return [
        "/",
        "/hosts/",
        "/operations/",
        "/clusters/new/",
        "/clusters/demo/",
        "/clusters/demo/delete/",
        "/clusters/demo/export/compose/",
        "/clusters/import/",
        "/clusters/new/?bootstrap=discovery_v2",
        "/clusters/new/?bootstrap=dns_srv&discovery.domain=etcd.example.com",
        f"/clusters/new/?from={failed.pk}",
        "/clusters/etcd-discovery/",
        "/stores/",
        "/stores/new/",
        "/stores/new/?kind=external",
        "/stores/etcd-discovery/",
        "/stores/prod/",
        "/stores/etcd-discovery/delete/",
        "/tokens/",
        f"/operations/{running.pk}/",
        f"/operations/{failed.pk}/",
        "/accounts/password/",
        "/nothing/here/",
        "/clusters/nope/",
    ]


def test_nothing_is_inline(visitor, addresses):
    for address in addresses:
        for element in visitor.get(address).root.walk():
            assert element.tag != "style", address
            assert not element.has("style"), (address, element.attributes)
            assert not [name for name in element.attributes if name.startswith("on")]
            if element.tag == "script":
                assert element["src"].startswith("/static/")
                assert not element.text
            for name in ("href", "src", "action"):
                assert not element.get(name).startswith(("javascript:", "data:", "//"))


def test_nothing_is_loaded_from_elsewhere(visitor, addresses):
    for address in addresses:
        for element in visitor.get(address).root.walk():
            if element.tag in {"script", "link", "img", "use"}:
                assert (element.get("href") or element.get("src")).startswith(
                    "/static/"
                )


def test_an_id_is_given_once(visitor, addresses):
    for address in addresses:
        ids = [e["id"] for e in visitor.get(address).root.walk() if e.has("id")]
        assert len(ids) == len(set(ids)), address


def test_every_field_has_a_label_and_every_description_exists(visitor, addresses):
    for address in addresses:
        root = visitor.get(address).root
        labelled = {label.get("for") for label in root.all("label")}
        ids = {element.get("id") for element in root.walk()}
        for field in root.walk():
            if field.tag not in {"input", "select", "textarea"}:
                continue
            if field.get("type") in {"hidden", "submit"}:
                continue
            inside = field
            while inside and inside.tag != "label":
                inside = inside.parent
            assert inside or field.get("id") in labelled, (address, field.attributes)
            described = field.get("aria-describedby").split()
            assert set(described) <= ids, (address, described)


def test_every_page_has_one_heading_one_main_and_a_way_past_the_header(
    visitor, addresses
):
    for address in addresses:
        root = visitor.get(address).root
        assert len(root.all("h1")) == 1, address
        assert root.one("main")["id"] == "main"
        assert root.one("a", cls="skip")["href"] == "#main"
        assert root.one("html")["lang"] == "en"
        assert root.one("title").text.endswith("· etcdpanel")


def test_every_button_has_words(visitor, addresses):
    for address in addresses:
        for button in visitor.get(address).root.all("button"):
            assert button.text, (address, button.attributes)
            assert button.get("type") in {"submit", "button"}


def test_where_one_is_is_marked_in_the_header(visitor, addresses):
    for address, section in (
        ("/", "Clusters"),
        ("/clusters/demo/", "Clusters"),
        ("/operations/", "Operations"),
        ("/hosts/", "Hosts"),
        ("/stores/", "Discovery"),
        ("/stores/new/", "Discovery"),
        ("/tokens/", "Discovery"),
        ("/clusters/import/", "Clusters"),
        ("/clusters/demo/export/zone/", "Clusters"),
    ):
        nav = visitor.get(address).root.one("nav", cls="sections")
        assert nav.one("a", **{"aria-current": "page"}).text == section


def test_the_policy_of_the_headers_allows_no_inline_code(visitor):
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_fragment_is_used():
    sources = {path: path.read_text() for path in OURS}
    python = "".join(p.read_text() for p in (ROOT / "clusters/web").glob("*.py"))
    used = python + "".join(sources.values())
    for path in OURS:
        if path.name.startswith("_"):
            assert f'"{path.relative_to(TEMPLATES)}"' in used, path


def test_every_static_file_that_is_named_exists():
    sources = "".join(path.read_text() for path in OURS)
    named = set(re.findall(r'{% static "([^"]+)"', sources))
    assert named
    for name in named:
        assert finders.find(name), name


def test_every_sign_is_in_the_sprite():
    sprite = (STATIC / "icons.svg").read_text()
    known = set(re.findall(r'symbol id="(\w+)"', sprite))
    sources = "".join(path.read_text() for path in OURS)
    sources += (ROOT / "clusters/web/words.py").read_text()
    named = set(re.findall(r'{% icon "(\w+)"', sources))
    named |= set(re.findall(r'"(?:good|warn|bad|busy|idle)", "(\w+)"', sources))
    assert named <= known


def test_the_style_stays_small_and_refers_to_nothing_outside():
    sheets = [path.read_text() for path in (STATIC / "css").glob("*.css")]
    assert sum(map(len, sheets)) < 40_000
    for path in STATIC.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "sourceMappingURL" not in text
            assert "@import" not in text
            outside = text.replace("http://www.w3.org/2000/svg", "")
            assert "://" not in outside, path
