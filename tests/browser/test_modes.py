"""The bootstrap modes, stores and imports as one chooses and types."""

import pytest
from playwright.sync_api import expect

from clusters.models import Cluster, Operation, StepRecord, Store
from tests import builders
from tests.web import discovering
from tests.web.test_import import compose

pytestmark = pytest.mark.usefixtures("web", "docker")


@pytest.fixture
def page(tab):
    return tab.open("/clusters/new/")


def choose(page, title):
    page.locator("label.choice", has_text=title).click()


def plan(page):
    return page.locator("#plan")


def fields(page):
    """The fields of modes that are to be seen."""
    shown = page.locator("#meeting [name^='discovery.']:visible")
    return {field.get_attribute("name") for field in shown.all()}


def test_each_mode_shows_its_own_fields_at_once(page):
    assert fields(page) == set()
    choose(page, "Own store, v2")
    expect(page.locator("#id_discovery\\.store")).to_be_visible()
    choose(page, "Public service")
    expect(page.locator("#id_discovery\\.service")).to_be_visible()
    expect(page.locator("#id_discovery\\.store")).to_be_hidden()
    choose(page, "DNS records")
    expect(page.locator("#id_discovery\\.domain")).to_be_visible()
    expect(page.locator("#id_discovery\\.service")).to_be_hidden()
    choose(page, "Told in advance")
    expect(page.locator("#id_discovery\\.domain")).to_be_hidden()


def test_a_token_of_ones_own_is_asked_where_the_mode_has_one(page):
    choose(page, "Own store, v3")
    page.get_by_text("A token or URL of your own").click()
    expect(page.locator("#id_discovery\\.token")).to_be_visible()
    expect(page.locator("#id_discovery\\.url")).to_be_hidden()
    choose(page, "Public service")
    expect(page.locator("#id_discovery\\.url")).to_be_visible()
    expect(page.locator("#id_discovery\\.token")).to_be_hidden()


def test_modes_can_be_chosen_with_the_keyboard_alone(page):
    page.locator("#mode-static").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#mode-discovery_v2")).to_be_checked()
    expect(page.locator("#notes-discovery\\.store")).to_contain_text(
        "There is no discovery store"
    )


def test_the_plan_of_a_v2_store_follows_the_token(page):
    discovering.managed()
    choose(page, "Own store, v2")
    expect(plan(page)).to_contain_text("Get a token of etcd-discovery")
    expect(plan(page)).to_contain_text("known when the token is made")
    page.get_by_text("A token or URL of your own").click()
    page.fill("#id_discovery\\.token", "my-token")
    expect(plan(page)).to_contain_text("/v2/keys/_etcd/registry/my-token")
    expect(plan(page)).not_to_contain_text("known when the token is made")


def test_the_plan_of_a_v3_store(page):
    discovering.external()
    choose(page, "Own store, v3")
    expect(plan(page)).to_contain_text("Get a token of prod")
    expect(page.locator("#id_version")).to_contain_text("The newest: 3.7.3")
    expect(page.locator("#version-rest")).to_contain_text("3.5 has no v3 discovery")


def test_the_plan_of_the_public_service(page):
    choose(page, "Public service")
    expect(plan(page)).to_contain_text("https://discovery.etcd.io")
    page.fill("#id_discovery\\.service", "http://discovery.example.com")
    expect(plan(page)).to_contain_text("http://discovery.example.com")


def test_the_lines_of_a_zone_come_as_soon_as_there_is_a_domain(page):
    choose(page, "DNS records")
    expect(page.locator("#notes-discovery\\.domain")).to_contain_text("Name the domain")
    page.fill("#id_discovery\\.domain", "etcd.example.com")
    zone = page.locator("#zone")
    expect(zone).to_contain_text("What the panel's name server cluster-1-dns")
    choose(page, "The panel prints the lines")
    expect(zone).to_contain_text("Add these lines to the zone")
    expect(zone).to_contain_text("_etcd-server._tcp.etcd.example.com.")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    zone.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0].startswith("_etcd-server._tcp.etcd.example.com.")


def test_a_version_rules_modes_out_and_back_in(page):
    page.select_option("#id_version", "3.5.35")
    v3 = page.locator("#mode-discovery_v3")
    expect(v3).to_be_disabled()
    expect(page.locator("label.choice", has=v3)).to_contain_text("no v3 discovery")
    page.select_option("#id_version", "")
    expect(v3).to_be_enabled()


def test_what_was_typed_for_one_mode_is_still_there_after_another(page):
    choose(page, "DNS records")
    page.fill("#id_discovery\\.domain", "etcd.example.com")
    choose(page, "Told in advance")
    expect(plan(page)).to_contain_text("3 members of etcd")
    choose(page, "DNS records")
    expect(page.locator("#id_discovery\\.domain")).to_have_value("etcd.example.com")


def test_one_click_makes_a_store_and_the_form_goes_on(page):
    page.fill("#id_name", "orders")
    choose(page, "Own store, v2")
    page.get_by_role("button", name="Make one now").click()
    choice = page.locator("#store-choice")
    expect(choice).to_contain_text("The store etcd-discovery is being made.")
    expect(page.locator("#id_name")).to_have_value("orders")
    expect(page.locator("#mode-discovery_v2")).to_be_checked()
    operation = Operation.objects.get()
    for seq in range(2):
        StepRecord.objects.create(
            operation=operation,
            seq=seq,
            kind="start_member",
            target=str(seq),
            cause={},
            state="succeeded" if seq == 0 else "running",
        )
    expect(choice.locator("progress")).to_have_attribute("max", "2")
    page.fill("#id_name", "orders-2")
    builders.end(operation)
    expect(choice).to_contain_text("The store etcd-discovery is ready.")
    expect(page.locator("#id_name")).to_have_value("orders-2")
    expect(page.locator("#check")).to_contain_text("Looking at the hosts")
    page.get_by_role("button", name="Create cluster").click()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Cluster.objects.get(name="orders-2").ticket["store"] == "etcd-discovery"


def test_return_makes_a_cluster_and_never_a_store(page):
    choose(page, "Own store, v2")
    expect(page.get_by_role("button", name="Make one now")).to_be_visible()
    page.locator("#id_name").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_contain_text("Nothing was made.")
    assert not Store.objects.exists()


def test_modes_are_chosen_without_a_script_too(tab_with):
    page = tab_with(java_script_enabled=False).open("/clusters/new/")
    choose(page, "DNS records")
    page.fill("#id_discovery\\.domain", "etcd.example.com")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator("#zone-lines")).to_contain_text("_etcd-server._tcp")
    expect(plan(page)).to_contain_text("3 members of etcd")


def test_the_form_of_a_store_follows_what_is_typed(tab):
    page = tab.open("/stores/new/")
    page.fill("#id_name", "meet")
    expect(plan(page)).to_contain_text("meet-net")
    choose(page, "v3 discovery")
    expect(plan(page)).to_contain_text("1 member of etcd 3.7.3")
    choose(page, "It is there already")
    expect(page.locator("#id_member_url")).to_be_visible()
    expect(page.locator("#id_client_port")).to_be_hidden()
    page.fill("#id_member_url", "http://10.1.2.3:2379")
    expect(plan(page)).to_contain_text("a worker looks at it")
    page.get_by_role("button", name="Add the store").click()
    page.wait_for_url("**/stores/meet/", wait_until="domcontentloaded")
    assert Store.objects.get().member_url == "http://10.1.2.3:2379"


def test_a_store_shows_who_registers_while_one_looks(tab):
    store = discovering.managed()
    token = discovering.token(store, "in_use", "etcd1")
    page = tab.open("/stores/etcd-discovery/")
    tokens = page.locator("#tokens")
    expect(tokens).to_contain_text("1 of 3")
    token.registrations = [
        *token.registrations,
        {"member_id": "2", "name": "etcd3", "peer_urls": ["http://etcd3:2380"]},
    ]
    token.save()
    expect(tokens).to_contain_text("2 of 3")
    expect(tokens).to_contain_text("http://etcd3:2380")


def test_a_compose_file_is_read_as_it_is_pasted(tab):
    page = tab.open("/clusters/import/")
    page.fill("#id_compose", compose())
    page.fill("#id_name", "orders")
    expect(plan(page)).to_contain_text("3 members of etcd 3.6.16")
    expect(page.locator("#reading")).to_contain_text("It is the member etcd1.")
    page.get_by_role("button", name="Create cluster").click()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Cluster.objects.get().name == "orders"


def test_a_compose_file_of_this_computer_is_read(tab, tmp_path):
    file = tmp_path / "compose.yml"
    file.write_text(compose())
    page = tab.open("/clusters/import/")
    page.set_input_files("#id_file", file)
    expect(plan(page)).to_contain_text("3 members of etcd 3.6.16")
    page.fill("#id_compose", "")
    page.get_by_role("button", name="Create cluster").click()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Cluster.objects.get().version == "3.6.16"


def test_a_file_is_downloaded_as_it_is_shown(tab):
    builders.cluster_row("demo")
    page = tab.open("/clusters/demo/")
    page.locator("#export-menu summary").click()
    page.get_by_role("link", name="Compose file").click()
    expect(page.locator("#text-1")).to_contain_text("services:")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    assert waiting.value.suggested_filename == "compose.yml"


@pytest.mark.parametrize(
    "path",
    [
        "/clusters/new/?bootstrap=discovery_v2",
        "/clusters/new/?bootstrap=dns_srv&discovery.domain=etcd.example.com",
        "/stores/",
        "/stores/new/",
        "/stores/etcd-discovery/",
        "/stores/etcd-discovery/delete/",
        "/tokens/",
        "/clusters/import/",
        "/clusters/demo/",
        "/clusters/demo/export/compose/",
    ],
)
def test_no_page_is_wider_than_a_telephone(tab_with, path):
    store = discovering.managed()
    discovering.token(store, "in_use", "etcd1", "etcd2")
    builders.cluster_row("demo", first_port=22_000)
    page = tab_with(viewport={"width": 390, "height": 844}).open(path)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
