"""The form of a new discovery store: one that the panel runs, or one that is there."""

import pytest

from clusters.models import Operation, Store
from tests import builders
from tests.web import discovering

pytestmark = pytest.mark.usefixtures("docker")

PEM = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"


@pytest.fixture
def asked():
    return {
        "kind": "managed",
        "protocol": "v2",
        "name": "etcd-discovery",
        "host": "docker",
    }


@pytest.fixture
def outside():
    return {
        "kind": "external",
        "protocol": "v3",
        "name": "prod",
        "member_url": "http://10.1.2.3:2379",
    }


def test_it_comes_filled_in_with_its_plan(visitor):
    page = visitor.get("/stores/new/")
    assert page.root.id("id_name")["value"] == "etcd-discovery"
    assert page.root.id("kind-managed").has("checked")
    plan = page.root.id("plan").text
    for words in (
        "1 member of etcd 3.5.35",
        "127.0.0.1:23790",
        "23800",
        "etcd-discovery-net",
    ):
        assert words in plan


def test_only_versions_that_can_serve_v2_are_offered_for_it(visitor, asked):
    page = visitor.post("/stores/new/preview/", asked)
    options = [o["value"] for o in page.root.id("id_version").all("option")]
    assert options == ["", "3.5.35", "3.4.45"]
    assert "does not serve /v2/keys" in page.root.id("version-rest").text
    page = visitor.post("/stores/new/preview/", asked, protocol="v3")
    options = [o["value"] for o in page.root.id("id_version").all("option")]
    assert options[1] == "3.7.3"


def test_a_filled_in_form_becomes_an_operation(visitor, asked):
    page = visitor.post(
        "/stores/new/",
        asked,
        client_port="21790",
        peer_port="21800",
        network="etcd-net",
        volume="my-volume",
        anonymous="on",
    )
    operation = Operation.objects.get()
    assert page.leads_to == f"/operations/{operation.pk}/"
    store = Store.objects.get()
    spec = store.cluster.to_spec()
    assert store.anonymous
    assert (spec.network, spec.store_volume, spec.serves) == (
        "etcd-net",
        "my-volume",
        "v2",
    )
    assert (spec.members[0].client_port, spec.members[0].peer_port) == (21790, 21800)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Bad_Name", "Use a-z, 0-9 and hyphens"),
        ("name", "new", "is reserved"),
        ("protocol", "v9", "Choose one of: v2, v3."),
        ("host", "moon", "There is no host moon."),
        ("host", "", "Choose at least one host."),
        ("version", "3.6.16", "does not serve /v2/keys"),
        ("version", "4.9.9", "is not a release this panel knows"),
        ("client_port", "70000", "70000"),
        ("client_port", "many", "Enter a whole number."),
        ("network", "a b", "Use letters, digits"),
        ("volume", "a b", "Use letters, digits"),
        ("bind_address", "here", "Use an IP address of the host"),
        ("image", "etcd:latest", "“latest” changes under a running cluster"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visitor, asked, field, value, words):
    page = visitor.post("/stores/new/", asked, **{field: value})
    assert page.status == 422
    assert words in page.notes(field)
    assert "Nothing was made." in page.root.id("refused").text
    assert not Store.objects.exists()


def test_a_taken_name_is_told_while_typing(visitor, asked):
    discovering.managed()
    page = visitor.post("/stores/new/preview/", asked)
    assert "There is a cluster etcd-discovery already" in page.notes("name")
    page = visitor.get("/stores/new/")
    assert page.root.id("id_name")["value"] == "etcd-discovery-2"


def test_a_warning_is_a_box(visitor, asked):
    page = visitor.post("/stores/new/", asked, bind_address="0.0.0.0")
    assert page.status == 422
    box = page.root.one("input", name="accept")
    assert "I accept" in page.notes("bind_address")
    page = visitor.post(
        "/stores/new/", asked, bind_address="0.0.0.0", accept=box["value"]
    )
    assert page.status == 302


def test_sent_twice_it_is_one_store(visitor, asked):
    key = visitor.get("/stores/new/").root.one("input", name="key")["value"]
    first = visitor.post("/stores/new/", asked, key=key)
    second = visitor.post("/stores/new/", asked, key=key)
    assert first.leads_to == second.leads_to
    assert Operation.objects.count() == 1


def test_a_key_that_was_used_for_another_store_is_told(visitor, asked):
    visitor.post("/stores/new/", asked, key="k")
    page = visitor.post("/stores/new/", asked, key="k", name="other")
    assert page.status == 409
    assert "idempotency key" in page.root.id("refused").text
    assert page.root.one("input", name="key")["value"] != "k"


def test_a_store_that_is_there_already_is_remembered(visitor, outside):
    page = visitor.post(
        "/stores/new/",
        outside,
        panel_url="http://127.0.0.1:2379",
        user="root",
        password="secret",
        cert="c",
        client_key=PEM,
    )
    assert (page.status, page.leads_to) == (302, "/stores/prod/")
    store = Store.objects.get()
    assert (store.protocol, store.member_url) == ("v3", "http://10.1.2.3:2379")
    assert store.panel_url == "http://127.0.0.1:2379"
    assert (store.access.user, store.access.password) == ("root", "secret")
    assert store.access.key == PEM.strip()
    shown = visitor.get("/stores/prod/").html
    assert "secret" not in shown
    assert "with a login" in shown
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("name", "Bad", "name"),
        ("member_url", "ftp://x", "member_url"),
        ("panel_url", "nowhere", "panel_url"),
        ("user", "root", "password"),
        ("cert", "c", "client_key"),
        ("protocol", "v9", "protocol"),
    ],
)
def test_what_is_wrong_with_an_outside_store_stands_beside_its_field(
    visitor, outside, field, value, at
):
    page = visitor.post("/stores/new/", outside, **{field: value})
    assert page.status == 422
    assert page.notes(at)
    assert not Store.objects.exists()


def test_an_outside_store_without_an_address_is_told_so(visitor, outside):
    page = visitor.post("/stores/new/", outside, member_url="")
    assert page.status == 422
    assert page.notes("member_url")
    assert not Store.objects.exists()


def test_v2_members_can_not_log_in(visitor, outside):
    page = visitor.post(
        "/stores/new/", outside, protocol="v2", user="root", password="p"
    )
    assert "no way to log in" in page.notes("user")


def test_secrets_are_never_written_back_into_the_form(visitor, outside):
    page = visitor.post(
        "/stores/new/", outside, name="Bad", password="secret", client_key=PEM
    )
    assert "secret" not in page.html
    assert "PRIVATE KEY" not in page.html


def test_the_plan_of_an_outside_store_is_a_look(visitor, outside):
    page = visitor.post("/stores/new/preview/", outside)
    assert "a worker looks at it" in page.root.id("plan").text
    page = visitor.post("/stores/new/preview/", outside, name="Bad")
    assert "Look at: Name" in page.root.id("plan").text


def test_without_a_script_the_plan_comes_by_a_button(visitor, asked):
    page = visitor.post("/stores/new/", asked, name="meet", intent="plan")
    assert page.status == 200
    assert "meet-net" in page.root.id("plan").text
    assert not Store.objects.exists()


def test_without_any_host_the_form_asks_again(visitor):
    from clusters.models import Host

    Host.objects.all().delete()
    page = visitor.get("/stores/new/")
    assert page.root.id("plan")["data-again"] == "3"


def test_a_name_that_is_being_built_leads_to_its_operation(visitor, asked):
    builders.cluster_row("etcd-discovery")
    running = builders.operation_row("etcd-discovery")
    page = visitor.post("/stores/new/", asked)
    assert page.status == 409
    assert page.root.all("a", href=f"/operations/{running.pk}/")
