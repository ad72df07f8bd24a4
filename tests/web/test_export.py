"""A cluster in forms that run without the panel: read, copied, downloaded."""

import pytest

from clusters.core.meeting import Ticket
from clusters.queries.exports import FORMATS
from tests import builders
from tests.web import discovering

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture(autouse=True)
def demo(docker):
    return builders.cluster_row("demo")


def test_the_page_of_a_cluster_leads_to_every_form(visitor):
    menu = visitor.get("/clusters/demo/").root.id("export-menu")
    links = [a["href"] for a in menu.all("a")]
    assert links == [f"/clusters/demo/export/{form}/" for form in FORMATS]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_shown_copied_and_downloaded(visitor, form):
    page = visitor.get(f"/clusters/demo/export/{form}/")
    assert page.status == 200
    nav = page.root.one("nav", cls="tabs")
    assert nav.one("a", **{"aria-current": "page"})["href"].endswith(f"{form}/")
    shown = page.root.id("text-1").text
    assert "etcd1" in shown
    assert page.root.one("button", **{"data-copy": "text-1"})
    link = next(a["href"] for a in page.root.all("a") if a.has("download"))
    answer = visitor.client.get(link)
    assert answer.status_code == 200
    name = link.rsplit("/", 1)[-1]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert " ".join(answer.content.decode().split()) == shown


def test_a_file_that_is_none_of_them_is_not_found(visitor):
    assert visitor.get("/clusters/demo/export/compose/passwd").status == 404


def test_a_form_that_is_none_is_refused(visitor):
    page = visitor.get("/clusters/demo/export/tarball/")
    assert page.status == 422
    assert "Choose one of: compose" in page.text


def test_a_cluster_that_is_not_there_has_no_export(visitor):
    assert visitor.get("/clusters/none/export/compose/").status == 404


def test_a_cluster_that_met_by_a_store_shows_its_ticket(visitor):
    discovering.managed()
    url = "http://etcd-discovery:2379/v2/keys/discovery/6c007a14875d53d9bf0ef5a6fc0257"
    ticket = Ticket(store="etcd-discovery", url=url, is_own=True)
    builders.cluster_row(
        "orders",
        bootstrap="discovery_v2",
        ticket=ticket.as_json(),
        version="3.5.35",
        first_port=22_000,
    )
    page = visitor.get("/clusters/orders/")
    met = page.root.id("met").parent.parent
    assert url in met.text
    assert met.all("a", href="/stores/etcd-discovery/")
    assert "Own store, v2" in page.text


def test_a_cluster_that_met_by_a_zone_shows_its_lines(visitor):
    ticket = Ticket(domain="etcd.example.com", dns="external", subnet="10.9.8.0/24")
    row = builders.cluster_row(
        "zoned", bootstrap="dns_srv", ticket=ticket.as_json(), first_port=22_000
    )
    for number, member in enumerate(row.members.all()):
        member.address = f"10.9.8.{11 + number}"
        member.save()
    page = visitor.get("/clusters/zoned/")
    assert "kept by you" in page.text
    assert "_etcd-server._tcp.etcd.example.com." in page.root.id("zone-lines").text
    assert page.root.one("button", **{"data-copy": "zone-lines"})


def test_a_static_cluster_has_nothing_to_say_of_a_ticket(visitor):
    assert not visitor.get("/clusters/demo/").root.all(id="met")


def test_proxies_stand_apart_from_the_members_that_vote(visitor, demo):
    from clusters.models import Cluster, Observation

    Cluster.objects.filter(pk=demo.pk).update(size=2)
    proxy = demo.members.get(name="etcd3")
    proxy.role = "proxy"
    proxy.save()
    Observation.keep("proxy", {"role": "proxy"}, member=proxy)
    bodies = visitor.get("/clusters/demo/").root.id("members").all("tbody")
    assert "etcd3" not in bodies[0].text
    assert "Proxies" in bodies[1].text
    line = next(r for r in bodies[1].all("tr") if r.get("data-key") == "etcd3")
    assert "proxy" in line.text


def test_a_member_that_is_down_says_its_last_words(visitor, demo):
    from clusters.core.text import say
    from clusters.models import Observation

    facts = {
        "why": say("Two members registered under one name.").as_json(),
        "advice": say("Give each a name of its own.").as_json(),
        "evidence": ["found duplicate name"],
    }
    Observation.keep("crash_loop", facts, member=demo.members.first())
    text = visitor.get("/clusters/demo/").root.id("members").text
    assert "under one name. Give each a name of its own." in text
    assert "Its own last words found duplicate name" in text
