"""Every page in Simplified Chinese, whole: no English is left on it."""

import re

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from clusters.core.text import say
from clusters.models import Observation
from tests import builders
from tests.engine.conftest import create, delete, finish, host, world  # noqa: F401
from tests.web.markup import parse

# Names, protocols, formats and units. What is code stands in <code> or <pre>.
KEPT = {
    *("etcd", "etcdctl", "etcdpanel", "Docker", "Compose", "systemd", "CoreDNS"),
    *("static", "PEM", "CA", "NTP"),
    *("root", "demo", "world", "pretended", "engine"),
    *("REST", "API", "OpenAPI", "JSON", "RFC", "HTTP", "Bearer", "JavaScript"),
    *("URL", "ID", "IP", "DNS", "SRV", "TLS", "raft", "WAL", "UTC"),
    *("MiB", "GiB", "GB", "MB", "KB", "ms", "bytes"),
}
SHOWN = ("title", "aria-label", "placeholder", "alt", "data-label", "data-word")
CODE = {"code", "pre", "script", "style", "title"}
WORD = re.compile(r"(?<![\w./:@={-])[A-Za-z]{2,}(?!\w|[./:@=}-]+\w|})")

# The admin site shows codes of lines, and signs whose words Django does not translate.
KEPT_THERE = KEPT | {"Etcd", "asked", "planned", "True", "False", "Search"}


def english(page, kept=KEPT):
    """The words on a page that only somebody who reads English understands."""
    root = parse(page)
    assert root.one("html").get("lang") in {"zh-Hans", "zh-hans"}
    found = (word for text in texts(root) for word in WORD.findall(text))
    return sorted({word for word in found if word not in kept})


def texts(element):
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif not is_code(child):
            yield from attributes(child)
            yield from texts(child)


def is_code(element):
    is_value = element.tag == "option" and element.text == element.get("value")
    return is_value or element.tag in CODE or element.get("lang") == "en"


def attributes(element):
    for name, value in element.attributes.items():
        if name in SHOWN or name.startswith("data-say"):
            yield value
    if element.tag == "input" and element.get("type") == "submit":
        yield element.get("value")


class Reader:
    """Somebody whose browser asks for Simplified Chinese."""

    def __init__(self, user=None):
        self.client = Client(headers={"accept-language": "zh-CN,zh;q=0.9"})
        if user:
            self.client.force_login(user)

    def get(self, path, **query):
        return self.client.get(path, query).content.decode()

    def post(self, path, **data):
        return self.client.post(path, data).content.decode()


@pytest.fixture
def reader(transactional_db):
    make = get_user_model().objects.create_superuser
    return Reader(make("root", password="a long enough one"))


@pytest.fixture
def demo(create, finish):  # noqa: F811 (the fixtures)
    """A cluster that was really made, in the pretended world."""
    return finish(create("demo"))


# The pages


def test_the_other_language_is_offered_in_its_own_words(reader):
    offer = parse(reader.get("/")).one("button", name="language")
    assert (offer["value"], offer["lang"]) == ("en", "en")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/hosts/", "/operations/", "/clusters/new/", "/accounts/password/"),
        *("/nothing/here/", "/clusters/n-1/"),
    ],
)
def test_a_page_of_an_empty_panel_is_chinese(reader, path):
    assert english(reader.get(path)) == []


def test_the_login_is_chinese_also_when_it_is_refused(db):
    somebody = Reader()
    assert english(somebody.get("/accounts/login/", next="/hosts/")) == []
    refused = somebody.post("/accounts/login/", username="a", password="b")
    assert english(refused) == []


@pytest.mark.parametrize(
    "path",
    ["/", "/hosts/", "/operations/", "/clusters/demo/", "/clusters/demo/delete/"],
)
def test_a_page_about_a_cluster_is_chinese(reader, demo, path):
    assert english(reader.get(path)) == []


def test_the_page_for_programs_is_chinese_but_for_what_programs_read(reader):
    root = parse(reader.get("/api/v1/docs/")).one("main")
    alone = [text for text in texts(root) if not re.search("[\u4e00-\u9fff]", text)]
    assert not [text for text in alone if len(WORD.findall(text)) > 1]


def test_a_form_that_is_refused_is_chinese(reader, demo):
    page = reader.post(
        "/clusters/new/",
        name="demo",
        size="4",
        hosts="nowhere",
        image="latest!",
        bind_address="0.0.0.0",
        client_ports="1,1",
        member_names="a,a,Ü",
    )
    assert len(parse(page).all("p", cls="wrong")) >= 5
    assert english(page, KEPT | {"nowhere", "latest"}) == []


def test_an_operation_is_chinese_with_its_whole_log(reader, demo):
    page = reader.get(f"/operations/{demo.id}/")
    assert english(page) == []
    assert "所有成员都在服务" in page


def test_a_deletion_is_chinese_to_its_end(reader, demo, delete, finish):  # noqa: F811
    gone = finish(delete("demo"))
    assert english(reader.get(f"/operations/{gone.id}/")) == []


def test_a_failure_is_chinese_beside_the_words_of_its_member(
    reader,
    create,  # noqa: F811 (the fixtures)
    finish,  # noqa: F811
    world,  # noqa: F811
):
    words = "listen tcp 127.0.0.1:20000: bind: address already in use"
    world.die_on_start("demo-etcd2", [words])
    failed = finish(create("demo"))
    page = reader.get(f"/operations/{failed.id}/")
    assert english(page) == []
    assert "另一个程序正在监听 127.0.0.1:20000" in page
    assert parse(page).one("pre", cls="evidence").text == words
    assert english(reader.get("/")) == []


def test_what_is_in_the_way_is_chinese_as_evidence_too(
    reader,
    create,  # noqa: F811 (the fixtures)
    finish,  # noqa: F811
):
    failed = finish(create("demo", network="shared"))
    page = reader.get(f"/operations/{failed.id}/")
    assert "world 上没有网络 shared" in parse(page).one("pre", cls="evidence").text


def test_a_cluster_that_is_not_well_is_chinese(reader, docker):
    cluster = builders.cluster_row("demo")
    why = say(
        "{count} members do not serve: {statuses}.",
        count=2,
        statuses="crash_loop, unreachable",
    )
    Observation.keep("no_quorum", {"what": why.as_json()}, cluster=cluster)
    for number, status in enumerate(("crash_loop", "lost", "started")):
        member = cluster.members.get(ordinal=number)
        Observation.keep(status, {}, member=member)
    page = reader.get("/clusters/demo/")
    assert english(page, KEPT | {"docker"}) == []
    assert "崩溃循环、不可达" in page


# The admin site


@pytest.mark.parametrize("model", [*apps.get_app_config("clusters").get_models()])
def test_the_admin_site_is_chinese(reader, demo, model):
    name = f"admin:clusters_{model._meta.model_name}"
    page = reader.get(reverse(f"{name}_changelist"))
    assert english(page, KEPT_THERE) == []
    for row in model.objects.all()[:3]:
        page = reader.get(reverse(f"{name}_change", args=[row.pk]))
        assert english(page, KEPT_THERE) == [], row


@pytest.mark.parametrize("name", ["index", "clusters_cluster_add", "clusters_host_add"])
def test_what_is_asked_at_the_admin_site_is_chinese(reader, demo, name):
    assert english(reader.get(reverse(f"admin:{name}")), KEPT_THERE) == []
