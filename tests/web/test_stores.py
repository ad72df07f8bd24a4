"""Discovery stores: the list, one with its tokens, its switches and its end."""

import uuid

import pytest

from clusters.models import Cluster, DiscoveryToken, Operation, Store
from tests import builders
from tests.web import discovering

pytestmark = pytest.mark.usefixtures("docker")


def row(page, name):
    return next(r for r in page.root.all("tr") if r.get("data-key") == name)


def joining(name="orders", store="etcd-discovery"):
    """A cluster whose members may be registering just now."""
    builders.cluster_row(name, ticket={"store": store}, bootstrap="discovery_v2")
    return builders.operation_row(name)


def test_without_stores_the_page_says_what_they_are_for(visitor):
    page = visitor.get("/stores/")
    assert "No discovery stores yet" in page.text
    assert page.root.id("stores").one("a", href="/stores/new/")


def test_the_list_says_where_each_is_and_how(visitor):
    store = discovering.managed()
    discovering.token(store)
    discovering.token(store, "used", "etcd1")
    discovering.external(usable=False)
    joining()
    page = visitor.get("/stores/")
    ours = row(page, "etcd-discovery").text
    for words in (
        "usable",
        "v2",
        "etcd 3.5.35",
        "docker",
        "run by the panel",
        "http://etcd-discovery:2379",
        "orders",
        "1",
    ):
        assert words in ours
    theirs = row(page, "prod").text
    for words in (
        "can not be used",
        "10.1.2.3:2379 does not answer. Start it.",
        "external",
        "http://10.1.2.3:2379",
    ):
        assert words in theirs


def test_a_store_that_is_being_made_leads_to_its_operation(visitor):
    discovering.managed(usable=None)
    running = builders.operation_row("etcd-discovery")
    page = visitor.get("/stores/")
    assert "being created" in row(page, "etcd-discovery").text
    assert page.root.all("a", href=f"/operations/{running.pk}/")


def test_the_page_of_a_store_says_both_addresses_and_its_ports(visitor):
    discovering.managed()
    text = visitor.get("/stores/etcd-discovery/").text
    for words in (
        "disposable",
        "For members http://etcd-discovery:2379",
        "For the panel http://127.0.0.1:23790",
        "client 23790",
        "Volume etcd-discovery-data",
    ):
        assert words in text


def test_a_store_that_can_not_be_used_says_why_and_the_cure(visitor):
    discovering.external(usable=False)
    page = visitor.get("/stores/prod/")
    notice = page.root.id("store").one("div", cls="notice")
    assert "10.1.2.3:2379 does not answer. Start it." in notice.text
    assert "Get a token" not in page.text
    assert "Forget this store" in page.text


def test_the_tokens_of_a_store_say_who_registered_and_from_where(visitor):
    store = discovering.managed()
    token = discovering.token(store, "in_use", "etcd1", "etcd3", cluster_name="orders")
    line = row(visitor.get("/stores/etcd-discovery/"), str(token.pk)).text
    for words in (
        "in use",
        "2 of 3",
        "etcd1 http://etcd1:2380",
        "etcd3 http://etcd3:2380",
        "orders",
        token.address,
    ):
        assert words in line


def test_the_script_line_names_this_panel(visitor):
    discovering.managed()
    page = visitor.get("/stores/etcd-discovery/")
    assert page.root.id("curl").text == 'curl "http://testserver/new?size=3"'
    assert "Authorization: Bearer" in page.text


def test_tokens_can_be_given_to_anybody_and_to_those_who_log_in_again(visitor):
    discovering.managed()
    page = visitor.post("/stores/etcd-discovery/anonymous/", anonymous="on")
    assert (page.status, page.leads_to) == (302, "/stores/etcd-discovery/")
    assert Store.objects.get().anonymous
    assert "tokens for anybody" in visitor.get("/stores/etcd-discovery/").text
    visitor.post("/stores/etcd-discovery/anonymous/", anonymous="off")
    assert not Store.objects.get().anonymous


def test_a_token_that_was_just_made_is_shown_with_a_copy_button(visitor):
    store = discovering.managed()
    token = discovering.token(store, size=5)
    page = visitor.get("/stores/etcd-discovery/", token=str(token.pk))
    assert page.root.id("fresh-token").text == token.address
    assert "A token for 5 members" in page.text
    assert page.root.one("button", **{"data-copy": "fresh-token"})


def test_a_token_that_no_worker_made_is_said_to_be_missing(visitor, monkeypatch):
    monkeypatch.setattr("clusters.actions.discovery_tokens.LONGEST_WAIT", 0.05)
    discovering.managed()
    page = visitor.post("/stores/etcd-discovery/token/", size="3")
    assert page.status >= 400
    assert "There is no token yet" in page.root.id("fresh").text
    assert "Ask again in a moment" in page.root.id("fresh").text


def test_a_size_that_is_none_is_refused(visitor):
    discovering.managed()
    page = visitor.post("/stores/etcd-discovery/token/", size="many")
    assert page.status == 422
    assert "Choose a size" in page.text


def test_a_look_again_is_asked_of_a_worker(visitor):
    discovering.managed()
    page = visitor.post("/stores/etcd-discovery/look/")
    assert (page.status, page.leads_to) == (302, "/stores/etcd-discovery/")


def test_a_store_leads_to_a_form_that_uses_it(visitor):
    discovering.managed()
    page = visitor.get("/stores/etcd-discovery/")
    link = page.root.one("a", cls="primary")["href"]
    form = visitor.get(link)
    assert form.answers["bootstrap"] == ["discovery_v2"]
    assert form.answers["discovery.store"] == ["etcd-discovery"]


def test_a_delete_says_what_will_be_gone_and_wants_the_name(visitor):
    store = discovering.managed()
    discovering.token(store)
    page = visitor.get("/stores/etcd-discovery/delete/")
    for words in ("etcd-discovery-data", "23790", "Fresh tokens 1"):
        assert words in page.text
    page = visitor.post("/stores/etcd-discovery/delete/", confirm="etcd")
    assert page.status == 422
    assert "Type etcd-discovery to confirm" in page.root.id("notes-confirm").text
    page = visitor.post("/stores/etcd-discovery/delete/", confirm="etcd-discovery")
    assert page.leads_to == f"/operations/{Operation.objects.get().pk}/"


def test_a_store_that_is_needed_is_not_deleted(visitor):
    discovering.managed()
    joining()
    page = visitor.get("/stores/etcd-discovery/delete/")
    assert "Members of orders register here just now" in page.text
    page = visitor.post("/stores/etcd-discovery/delete/", confirm="etcd-discovery")
    assert page.status == 409
    assert "Members of orders are registering" in page.text
    assert Store.objects.exists()


def test_an_external_store_is_only_forgotten(visitor):
    discovering.external()
    assert "Forget prod?" in visitor.get("/stores/prod/delete/").text
    page = visitor.post("/stores/prod/delete/", confirm="prod")
    assert page.leads_to == "/stores/"
    assert not Store.objects.exists()


@pytest.mark.parametrize(
    "path", ["/stores/none/", "/stores/none/delete/", "/stores/none/?part=live"]
)
def test_a_store_that_is_not_there_is_not_found(visitor, path):
    page = visitor.get(path)
    assert page.status == 404
    assert "There is no discovery store none." in page.text


@pytest.mark.parametrize(("path", "part"), [("/stores/", "stores")])
def test_an_open_page_asks_for_what_changes(visitor, path, part):
    discovering.managed()
    page = visitor.get(path, part="live")
    assert page.root.id(part)
    assert not page.root.all("html")


def test_the_live_part_of_a_store_has_its_state_and_its_tokens(visitor):
    discovering.managed()
    page = visitor.get("/stores/etcd-discovery/", part="live")
    assert page.root.id("store")
    assert page.root.id("tokens")


def test_the_cluster_of_a_store_says_so_and_is_in_no_list(visitor):
    discovering.managed()
    page = visitor.get("/clusters/etcd-discovery/")
    assert "This is a discovery store for v2" in page.text
    assert page.root.all("a", href="/stores/etcd-discovery/")
    assert "etcd-discovery" not in visitor.get("/").root.id("clusters").text


def test_all_tokens_can_be_sifted_by_store(visitor):
    one, other = discovering.managed(), discovering.external()
    first, second = discovering.token(one), discovering.token(other, "burnt")
    page = visitor.get("/tokens/")
    assert first.address in page.text
    assert second.address in page.text
    page = visitor.get("/tokens/", store="prod")
    assert first.address not in page.text
    assert "burnt" in row(page, str(second.pk)).text


def test_older_tokens_are_on_the_next_page(visitor):
    store = discovering.managed()
    for _ in range(51):
        discovering.token(store)
    page = visitor.get("/tokens/")
    assert len(page.root.id("tokens").all("tr")) == 51
    older = next(a for a in page.root.all("a") if a.text == "Older")
    page = visitor.get(
        f"/tokens/{older['href']}".replace("/tokens//tokens/", "/tokens/")
    )
    assert len(page.root.id("tokens").all("tr")) == 2
    assert visitor.get("/tokens/", before="nonsense").status == 200


def test_a_fresh_token_can_be_burnt_and_no_other(visitor):
    store = discovering.managed()
    fresh, used = discovering.token(store), discovering.token(store, "used")
    page = visitor.get("/tokens/")
    assert row(page, str(fresh.pk)).all("form", action=f"/tokens/{fresh.pk}/burn/")
    assert not row(page, str(used.pk)).all("form")
    page = visitor.post(f"/tokens/{fresh.pk}/burn/")
    assert page.leads_to == "/stores/etcd-discovery/"
    assert DiscoveryToken.objects.get(pk=fresh.pk).state == "burnt"
    page = visitor.post(f"/tokens/{used.pk}/burn/")
    assert page.status == 409
    assert "Only a fresh token can be burnt" in page.text


def test_a_token_that_is_not_there_can_not_be_burnt(visitor):
    assert visitor.post(f"/tokens/{uuid.uuid4()}/burn/").status == 404


def test_a_stranger_changes_no_store(stranger):
    discovering.managed()
    stranger.post("/stores/etcd-discovery/anonymous/", anonymous="on")
    stranger.post("/stores/etcd-discovery/delete/", confirm="etcd-discovery")
    assert not Store.objects.get().anonymous
    assert not Operation.objects.exists()
    assert Cluster.objects.exists()
