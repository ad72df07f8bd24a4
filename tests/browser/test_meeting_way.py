"""Stores, tokens and files, from the form to a healthy cluster, in Chromium."""

import re
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import parts
from tests.browser.conftest import Tab
from tests.browser.test_whole_way import LINE, MINUTE, Door, etcdctl, log_in, succeed
from tests.scenarios.panels import (
    PASSWORD,
    engine_client,
    home_of,
    ports,
    remove_containers,
    remove_members,
    unique,
)
from tests.up.panels import Panel, free_port


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    panel = Panel(
        home_of(tmp_path_factory.mktemp("meeting-way")),
        free_port(),
        ETCDPANEL_ETCD_DIRS=str(parts.etcd_dir(LINE)),
        ETCDPANEL_ADMIN_PASSWORD=PASSWORD,
        DOCKER_HOST=parts.engine("old"),
    )
    try:
        yield panel.start()
    finally:
        panel.end()
        remove_members(panel)


@pytest.fixture
def tab(chromium, panel):
    tab = Tab(chromium, Door(panel), None)
    log_in(tab)
    yield tab
    tab.close()


@pytest.fixture
def names():
    """Names that begin alike; whatever is called so is gone afterwards."""
    prefix = unique("meet")
    yield lambda what: f"{prefix}-{what}"
    remove_containers(prefix)


@pytest.fixture
def network(names):
    client = engine_client()
    made = client.networks.create(names("net"))
    yield made.name
    for container in made.containers:
        made.disconnect(container, force=True)
    made.remove()
    client.close()


EXAMPLE = Path(__file__).parents[1] / "data/compose/static-official.yml"


def choose(page, title):
    page.locator("label.choice", has_text=title).click()


def put(port, key, value):
    """As somebody does it with curl, beside the panel."""
    body = urllib.parse.urlencode({"value": value}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v2/keys/{key}", data=body, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 201


def make_store(tab, name, network):
    """A store for v2 by the form, on a network that is there."""
    page = tab.open("/stores/new/")
    page.fill("#id_name", name)
    page.select_option("#id_host", "docker")
    client, peer = free_port(), free_port()
    page.fill("#id_client_port", str(client))
    page.fill("#id_peer_port", str(peer))
    page.get_by_text("Network, volume, image").click()
    page.fill("#id_network", network)
    expect(page.locator("#plan")).to_contain_text(network)
    page.get_by_role("button", name="Add the store").click()
    succeed(page, f"Create {name}")
    return client


def on_docker(tab, name):
    page = tab.open("/clusters/new/")
    page.get_by_label("local").uncheck()
    page.get_by_label("docker").check()
    page.get_by_label("Name", exact=True).fill(name)
    return page


def with_ports(page, numbers):
    if not page.locator("#id_client_ports").is_visible():
        page.get_by_text("Advanced").click()
    for field, given in numbers.items():
        page.fill(f"#id_{field}", ", ".join(map(str, given)))


def all_healthy(page, line):
    """What the page says is what the real etcdctl says."""
    page.get_by_role("link", name="Open the cluster").click()
    expect(page.get_by_text("3 of 3 members healthy")).to_be_visible(timeout=MINUTE)
    endpoint = page.locator("#endpoints").inner_text().split(",")[0]
    listed = etcdctl(line, endpoint)
    shown = page.locator("#members tbody tr[data-key]").all()
    assert {row.locator("td code").first.inner_text() for row in shown} == set(listed)


def ask_for(tab, name, network, url):
    """A cluster on a network that is there, with a discovery URL of one's own."""
    page = on_docker(tab, name)
    choose(page, "Own store, v2")
    page.get_by_text("A token or URL of your own").click()
    page.fill("#id_discovery\\.url", url)
    with_ports(page, ports())
    page.fill("#id_network", network)
    expect(page.locator("#plan")).to_contain_text(url)
    return page


def test_members_join_through_a_store_with_a_token_of_ones_own(
    tab, names, network, tmp_path
):
    """As tutorials have it: a store on a network, and /v2/keys/discovery/UUID."""
    store, cluster = names("store"), names("orders")
    port = make_store(tab, store, network)
    token = uuid.uuid4().hex
    put(port, f"discovery/{token}/_config/size", "3")
    url = f"http://{store}:2379/v2/keys/discovery/{token}"
    page = ask_for(tab, cluster, network, url)
    expect(page.locator("#check")).to_contain_text("The hosts are ready")
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.get_by_role("button", name="Create cluster").click()
    succeed(page, f"Create {cluster}")
    page.screenshot(path=tmp_path / "created.png", full_page=True)
    all_healthy(page, "3.6")
    expect(page.locator("section", has=page.locator("#met"))).to_contain_text(url)
    page.screenshot(path=tmp_path / "cluster.png", full_page=True)
    page = tab.open(f"/stores/{store}/")
    expect(page.locator("#tokens tbody tr").first).to_contain_text("used")
    page.screenshot(path=tmp_path / "store.png", full_page=True)
    # A used token is refused before anything starts.
    page = ask_for(tab, names("late"), network, url)
    expect(page.locator("#check")).to_contain_text("Something is in the way")
    gone(tab, "clusters", cluster, "Delete the cluster and its data")
    gone(tab, "stores", store, "Delete the store")


def gone(tab, kind, name, words):
    page = tab.open(f"/{kind}/{name}/delete/")
    page.get_by_label(f"Type {name} to confirm").fill(name)
    page.get_by_role("button", name=words).click()
    succeed(page, f"Delete {name}")


def test_one_click_makes_a_store_and_a_cluster_meets_there(tab, names):
    cluster = names("clicked")
    page = tab.open("/clusters/new/")
    page.get_by_label("docker").uncheck()
    page.get_by_label("local").check()
    page.get_by_label("Name", exact=True).fill(cluster)
    choose(page, "Own store, v3")
    page.get_by_role("button", name="Make one now").click()
    ready = page.locator("#store-choice").get_by_text("is ready.")
    expect(ready).to_be_visible(timeout=MINUTE)
    expect(page.get_by_label("Name", exact=True)).to_have_value(cluster)
    expect(page.locator("#check")).to_contain_text("The hosts are ready")
    page.get_by_role("button", name="Create cluster").click()
    succeed(page, f"Create {cluster}")
    all_healthy(page, LINE)
    store = page.locator("section", has=page.locator("#met")).get_by_role("link")
    name = store.inner_text()
    store.click()
    expect(page.locator("#tokens tbody tr").first).to_contain_text("3 of 3")
    page.get_by_role("button", name="Get a token").click()
    expect(page.locator("#fresh-token")).not_to_be_empty()
    page.get_by_role("button", name="Burn").first.click()
    expect(page.locator("#tokens tbody tr").first).to_contain_text("burnt")
    gone(tab, "clusters", cluster, "Delete the cluster and its data")
    gone(tab, "stores", name, "Delete the store")


def test_the_panels_own_name_server_leads_members_to_one_another(tab, names):
    parts.coredns_image("old")
    cluster = names("zoned")
    page = on_docker(tab, cluster)
    choose(page, "DNS records")
    page.fill("#id_discovery\\.domain", "etcd.test")
    with_ports(page, ports())
    expect(page.locator("#zone")).to_contain_text(f"{cluster}-dns")
    expect(page.locator("#check")).to_contain_text("The hosts are ready")
    page.get_by_role("button", name="Create cluster").click()
    succeed(page, f"Create {cluster}")
    all_healthy(page, LINE)
    gone(tab, "clusters", cluster, "Delete the cluster and its data")


def test_the_example_of_tutorials_is_imported_and_leaves_again(tab, names, tmp_path):
    """Its ports are those of everybody; here each test has its own."""
    cluster = names("imported")
    published = [port for pair in zip(*ports().values(), strict=True) for port in pair]
    fresh = iter(published)
    text = re.sub(
        r'"\d{5}:(23\d\d)"', lambda m: f'"{next(fresh)}:{m[1]}"', EXAMPLE.read_text()
    )
    page = tab.open("/clusters/import/")
    page.fill("#id_compose", text)
    page.get_by_label("Name", exact=True).fill(cluster)
    page.get_by_label("Version").fill(parts.etcd_dir(LINE).name)
    page.select_option("#id_host", "docker")
    expect(page.locator("#plan")).to_contain_text(f"127.0.0.1:{published[0]}")
    expect(page.locator("#plan")).to_contain_text("ade526d28b1f92f7")
    page.screenshot(path=tmp_path / "import.png", full_page=True)
    page.get_by_role("button", name="Create cluster").click()
    succeed(page, f"Create {cluster}")
    all_healthy(page, LINE)
    page.locator("#export-menu summary").click()
    page.get_by_role("link", name="Compose file").click()
    expect(page.locator("#text-1")).to_contain_text(
        "--initial-cluster-token=etcd-cluster"
    )
    gone(tab, "clusters", cluster, "Delete the cluster and its data")
