"""The bootstrap modes in the create form: cards, fields, versions, stores, zones."""

import pytest

from clusters.core.spec import BootstrapMode
from clusters.models import Cluster, Operation, Store
from clusters.web import words
from tests import builders
from tests.web import discovering

pytestmark = pytest.mark.usefixtures("docker")

URL = "http://etcd-discovery:2379/v2/keys/discovery/6c007a14875d53d9bf0ef5a6fc0257c8"


def card(page, mode):
    return page.root.id(f"mode-{mode}").parent


def plan(page):
    return page.root.id("plan").text


@pytest.mark.parametrize("mode", list(BootstrapMode))
def test_every_mode_is_a_card_with_a_sentence_and_a_picture(visitor, mode):
    shown = card(visitor.get("/clusters/new/"), mode)
    assert str(words.MODE_TITLES[mode]) in shown.text
    assert str(words.MODE_SENTENCES[mode]) in shown.text
    picture = shown.one("svg", cls="mode-picture")
    assert picture["aria-hidden"] == "true"
    assert picture.all("circle")


def test_members_are_told_in_advance_unless_it_is_said_otherwise(visitor):
    page = visitor.get("/clusters/new/")
    assert page.answers["bootstrap"] == ["static"]


def test_a_form_that_names_no_mode_means_static(visitor):
    answers = visitor.answers(name="demo")
    del answers["bootstrap"]
    assert visitor.post("/clusters/new/", answers).status == 302
    assert Cluster.objects.get().bootstrap == "static"


def test_a_mode_that_does_not_exist_is_told_beside_the_cards(visitor):
    page = visitor.create(bootstrap="gossip")
    assert page.status == 422
    assert "Choose one of: static" in page.notes("bootstrap")


@pytest.mark.parametrize(
    ("version", "mode", "reason"),
    [
        ("3.7.3", "discovery_v2", "etcd 3.7 has no v2 discovery any more"),
        ("3.7.3", "discovery_public", "the service speaks v2 discovery only"),
        ("3.5.35", "discovery_v3", "etcd 3.5 has no v3 discovery"),
        ("3.4.45", "discovery_v3", "etcd 3.4 has no v3 discovery"),
        ("3.4.45", "dns_srv", "only with TLS"),
    ],
)
def test_a_mode_that_the_version_can_not_do_stays_and_says_why(
    visitor, version, mode, reason
):
    page = visitor.preview(version=version)
    assert page.root.id(f"mode-{mode}").has("disabled")
    assert reason in card(page, mode).text
    page = visitor.preview(version=version, bootstrap=mode)
    assert not page.root.id(f"mode-{mode}").has("disabled")
    assert reason in page.notes("bootstrap")
    assert visitor.create(version=version, bootstrap=mode).status == 422


@pytest.mark.parametrize(
    ("mode", "offered"),
    [
        ("discovery_v2", ["3.6.16", "3.5.35", "3.4.45"]),
        ("discovery_v3", ["3.7.3", "3.6.16"]),
        ("dns_srv", ["3.7.3", "3.6.16", "3.5.35"]),
    ],
)
def test_the_versions_are_those_that_can_do_the_mode(visitor, mode, offered):
    page = visitor.preview(bootstrap=mode)
    options = [o["value"] for o in page.root.id("id_version").all("option")]
    assert options == ["", *offered]
    assert page.root.id("version-rest").text


def test_a_version_that_no_longer_fits_stays_chosen_and_is_marked(visitor):
    page = visitor.preview(bootstrap="discovery_v2", version="3.7.3")
    chosen = [o for o in page.root.id("id_version").all("option") if o.has("selected")]
    assert "not for these hosts and this mode" in chosen[0].text


def test_without_a_store_one_click_is_offered(visitor):
    page = visitor.preview(bootstrap="discovery_v2")
    assert "There is no discovery store for v2 yet." in page.notes("discovery.store")
    choice = page.root.id("store-choice")
    assert choice.one("button", value="make_store").text == "Make one now"
    assert "docker" in choice.text


def test_one_click_makes_a_store_and_the_answers_come_back(visitor):
    answers = visitor.answers(
        name="orders",
        size="5",
        bootstrap="discovery_v2",
        member_names="a,b,c,d,e",
        network="etcd-net",
    )
    page = visitor.post("/clusters/new/", answers, intent="make_store")
    operation = Operation.objects.get()
    assert page.status == 302
    assert f"making={operation.pk}" in page.leads_to
    store = Store.objects.get()
    assert (store.name, store.protocol) == ("etcd-discovery", "v2")
    spec = store.cluster.to_spec()
    assert (spec.serves, spec.network, spec.version) == ("v2", "etcd-net", "3.5.35")
    assert (spec.members[0].client_port, spec.members[0].peer_port) == (23790, 23800)
    back = visitor.get(page.leads_to)
    assert back.answers["name"] == ["orders"]
    assert back.answers["size"] == ["5"]
    assert back.answers["member_names"] == ["a,b,c,d,e"]
    assert back.answers["bootstrap"] == ["discovery_v2"]
    assert back.answers["making"] == [str(operation.pk)]
    assert (
        "The store etcd-discovery is being made." in back.root.id("store-choice").text
    )
    assert back.root.id("plan")["data-again"] == "1"
    assert not back.root.id("plan").has("data-fingerprint")
    assert not Cluster.objects.filter(name="orders").exists()


def test_the_form_goes_on_when_the_store_is_ready(visitor):
    answers = visitor.answers(name="orders", bootstrap="discovery_v2")
    page = visitor.post("/clusters/new/", answers, intent="make_store")
    builders.end(Operation.objects.get())
    back = visitor.get(page.leads_to)
    assert "The store etcd-discovery is ready." in back.root.id("store-choice").text
    assert "etcd-discovery" in plan(back)
    assert back.root.id("plan")["data-fingerprint"]
    assert visitor.post("/clusters/new/", back.answers).status == 302
    assert Cluster.objects.get(name="orders").ticket["store"] == "etcd-discovery"


def test_a_store_that_was_not_made_says_why_and_can_be_made_again(visitor):
    answers = visitor.answers(name="orders", bootstrap="discovery_v2")
    page = visitor.post("/clusters/new/", answers, intent="make_store")
    why = builders.say("Port 23790 is in use.").as_json()
    builders.end(Operation.objects.get(), "rejected", explanation=why)
    Cluster.objects.get().delete()
    back = visitor.get(page.leads_to).root.id("store-choice")
    assert "was not made" in back.text
    assert "Port 23790 is in use." in back.text
    assert back.one("button", value="make_store")


def test_pressed_twice_it_is_one_store(visitor):
    answers = visitor.answers(name="orders", bootstrap="discovery_v3")
    first = visitor.post("/clusters/new/", answers, intent="make_store")
    second = visitor.post("/clusters/new/", answers, intent="make_store")
    assert first.leads_to == second.leads_to
    assert Store.objects.count() == 1


def test_a_store_that_can_not_be_made_is_told_beside_the_choice(visitor):
    answers = visitor.answers(bootstrap="discovery_v2", hosts="moon")
    page = visitor.post("/clusters/new/", answers, intent="make_store")
    assert page.status == 422
    assert "There is no host moon." in page.notes("discovery.store")


def test_the_stores_are_those_of_the_modes_protocol_with_their_state(visitor):
    discovering.managed()
    discovering.external(usable=False)
    page = visitor.preview(bootstrap="discovery_v2")
    options = [o.text for o in page.root.id("id_discovery.store").all("option")]
    assert options == [
        "Choose for me: etcd-discovery",
        "etcd-discovery · usable · docker",
    ]
    page = visitor.preview(bootstrap="discovery_v3")
    options = [o.text for o in page.root.id("id_discovery.store").all("option")]
    assert options[1] == "prod · 10.1.2.3:2379 does not answer."


def test_a_store_of_another_protocol_stays_chosen_and_is_told(visitor):
    discovering.managed()
    discovering.external()
    page = visitor.preview(
        **{"bootstrap": "discovery_v3", "discovery.store": "etcd-discovery"}
    )
    assert "etcd-discovery is a store for v2 discovery" in page.notes("discovery.store")
    assert "etcd-discovery · not for this mode" in page.root.id("store-choice").text


def test_ids_that_hang_on_a_token_are_said_to_be_known_later(visitor):
    discovering.managed()
    page = visitor.preview(bootstrap="discovery_v2")
    assert "known when the token is made" in plan(page)
    assert "Get a token of etcd-discovery" in plan(page)
    assert "Wait until all have registered in etcd-discovery" in plan(page)


def test_with_a_token_of_ones_own_the_ids_are_predicted(visitor):
    discovering.managed()
    page = visitor.preview(**{"bootstrap": "discovery_v2", "discovery.url": URL})
    assert URL in plan(page)
    assert "known when the token is made" not in plan(page)
    created = visitor.create(
        **{"name": "demo", "bootstrap": "discovery_v2", "discovery.url": URL}
    )
    assert created.status == 302
    ticket = Cluster.objects.get(name="demo").ticket
    assert (ticket["url"], ticket["is_own"]) == (URL, True)


@pytest.mark.parametrize(
    ("mode", "field", "value", "said"),
    [
        ("discovery_v2", "store", "moon", "There is no discovery store moon."),
        ("discovery_v2", "token", "a b", "Use letters, digits"),
        ("discovery_v2", "url", "ftp://x/y", ""),
        ("discovery_v2", "url", "http://127.0.0.1:2379/v2/keys/a", "container itself"),
        ("discovery_v3", "token", "a/b", "Use letters, digits"),
        ("discovery_public", "service", "nowhere", ""),
        ("discovery_public", "url", "https://discovery.etcd.io/x", "32 hexadecimal"),
        ("dns_srv", "domain", "", "Name the domain"),
        ("dns_srv", "domain", "1.2.3.4", "is a machine"),
        ("dns_srv", "service_name", "A b", "Use a-z"),
        ("dns_srv", "dns", "nobody", "Choose one of: managed, external."),
        ("dns_srv", "name_servers", "not an address", ""),
        ("dns_srv", "subnet", "10.0.0.0/33", ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visitor, mode, field, value, said):
    discovering.managed()
    discovering.external()
    answers = {"bootstrap": mode, "discovery.domain": "etcd.example.com"}
    page = visitor.create(**{**answers, f"discovery.{field}": value})
    assert page.status == 422
    notes = page.notes(f"discovery.{field}")
    assert notes
    assert said in notes
    assert page.root.id("refused").all("a", href=f"#notes-discovery.{field}")
    assert not Cluster.objects.filter(serves="").exists()


def test_addresses_must_be_one_a_member_and_in_their_subnet(visitor):
    asked = {"bootstrap": "dns_srv", "discovery.domain": "etcd.example.com"}
    asked["discovery.addresses"] = "10.1.1.11"
    page = visitor.preview(**asked)
    assert "Name the subnet" in page.notes("discovery.subnet")
    page = visitor.preview(**asked, **{"discovery.subnet": "10.1.1.0/24"})
    assert page.notes("discovery.addresses")


def test_what_was_typed_for_another_mode_does_not_count(visitor):
    page = visitor.create(
        **{
            "name": "demo",
            "bootstrap": "static",
            "discovery.domain": "etcd.example.com",
            "discovery.token": "t",
        }
    )
    assert page.status == 302
    assert Cluster.objects.get().ticket == {}


def test_the_public_service_is_shown_with_its_state(visitor):
    page = visitor.get("/clusters/new/", bootstrap="discovery_public")
    field = page.root.id("id_discovery.service")
    assert field["placeholder"] == "https://discovery.etcd.io"
    assert "often down" in page.root.id("meeting").text
    assert "discovery.etcd.io" in plan(page)


def test_the_lines_of_a_zone_can_be_copied_before_anything_is_made(visitor):
    page = visitor.preview(
        **{
            "bootstrap": "dns_srv",
            "discovery.domain": "etcd.example.com",
            "discovery.dns": "external",
        }
    )
    zone = page.root.id("zone")
    assert "Add these lines to the zone" in zone.text
    lines = page.root.id("zone-lines").text
    assert "_etcd-server._tcp.etcd.example.com." in lines
    assert "_etcd-client._tcp.etcd.example.com." in lines
    assert "etcd1.etcd.example.com." in lines
    assert zone.one("button")["data-copy"] == "zone-lines"


def test_a_zone_of_the_panels_own_is_chosen_where_it_can_be(visitor):
    page = visitor.preview(
        **{"bootstrap": "dns_srv", "discovery.domain": "etcd.example.com"}
    )
    keeper = page.root.id("zone-keeper")
    assert keeper.one("input", value="managed").has("checked")
    assert "What the panel's name server cluster-1-dns will answer" in page.text
    assert "Pull the image of the name server" in plan(page)


def test_processes_need_a_zone_of_ones_own(visitor, local):
    page = visitor.preview(
        **{
            "bootstrap": "dns_srv",
            "hosts": "local",
            "discovery.domain": "etcd.example.com",
        }
    )
    keeper = page.root.id("zone-keeper")
    assert keeper.one("input", value="external").has("checked")


def test_proxies_are_offered_for_old_releases_only(visitor):
    page = visitor.preview(extra_members="1", version="3.5.35")
    assert "etcd4 proxy" in plan(page)
    assert "3 members of etcd 3.5.35" in plan(page)
    page = visitor.create(extra_members="1", version="3.6.16")
    assert page.status == 422
    assert "etcd 3.6.16 has no proxies" in page.notes("extra_members")


def test_proxies_reach_the_definition(visitor):
    visitor.create(name="demo", extra_members="1", version="3.5.35")
    spec = Cluster.objects.get().to_spec()
    assert (spec.size, [m.name for m in spec.proxies]) == (3, ["etcd4"])


def test_return_in_a_field_makes_no_store(visitor):
    """The first button of a form is what a browser presses on Return."""
    page = visitor.post(
        "/clusters/new/", visitor.answers(bootstrap="discovery_v2"), intent="plan"
    )
    form = page.root.one("form", action="/clusters/new/")
    first = form.all("button", type="submit")[0]
    assert first["value"] == "create"


def test_the_fields_of_a_mode_come_without_a_script(visitor):
    """They are all on the page; the style shows those of the mode that is chosen."""
    root = visitor.get("/clusters/new/").root
    for name in ("store", "token", "url", "service", "domain", "dns", "subnet"):
        field = root.all(name=f"discovery.{name}")[0]
        while "for-mode" not in field.classes:
            field = field.parent
        assert field.classes
