"""From login to a healthy cluster and to its end, in Chromium, on real parts."""

import socket

import pytest
from playwright.sync_api import expect

from tests import parts
from tests.browser.conftest import Tab
from tests.scenarios.panels import (
    PASSWORD,
    etcdctl,
    etcds_of,
    home_of,
    ports,
    remove_containers,
    remove_members,
    unique,
)
from tests.up.panels import Panel, free_port

LINE = "3.6"
MINUTE = 90_000


class Door:
    """Where a tab finds the whole panel."""

    def __init__(self, panel):
        self.url = f"http://127.0.0.1:{panel.port}"


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    panel = Panel(
        home_of(tmp_path_factory.mktemp("whole-way")),
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
def name():
    chosen = unique("way")
    yield chosen
    remove_containers(chosen)


@pytest.fixture
def tab(chromium, panel):
    tab = Tab(chromium, Door(panel), None)
    yield tab
    tab.close()


def log_in(tab):
    page = tab.open("/")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Clusters", exact=True)).to_be_visible()


def fill_in(tab, name, host):
    page = tab.open("/clusters/new/")
    for other in {"local", "docker"} - {host}:
        page.get_by_label(other).uncheck()
    page.get_by_label(host).check()
    page.get_by_label("Name", exact=True).fill(name)
    page.select_option("#id_version", parts.etcd_dir(LINE).name)
    page.get_by_text("Advanced").click()
    page.get_by_label("Cluster token").fill("etcd-cluster")
    for field, numbers in ports().items():
        page.fill(f"#id_{field}", ", ".join(map(str, numbers)))
    expect(page.locator("#plan")).to_contain_text(f"{numbers[-1]}")
    expect(page.locator("#check")).to_contain_text("The hosts are ready")
    return page


def shown_members(page):
    rows = page.locator("#members tbody tr[data-key]").all()
    return {row.locator("td code").first.inner_text(): row for row in rows}


def succeed(page, title):
    """Watch an operation to its good end."""
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    over = page.locator("#operation[data-state=succeeded]")
    expect(over).to_be_visible(timeout=MINUTE)
    expect(page.locator("#log li").last).to_contain_text("succeeded")
    expect(page.locator(".step.is-running, .step.is-queued")).to_have_count(0)


def compare_members(page, predicted):
    """What was planned, what the page shows, and what the real etcdctl says."""
    expect(page.get_by_text("3 of 3 members healthy")).to_be_visible(timeout=MINUTE)
    expect(page.locator("#members .badge", has_text="started")).to_have_count(3)
    expect(page.locator("#members .tag", has_text="leader")).to_have_count(1)
    members = shown_members(page)
    endpoint = page.locator("#endpoints").inner_text().split(",")[0]
    listed = etcdctl(LINE, endpoint)
    assert set(members) == set(listed) == predicted
    for identity, row in members.items():
        expect(row.locator("th")).to_contain_text(listed[identity])


def delete(page, name):
    page.get_by_role("link", name="Delete…").click()
    page.get_by_label(f"Type {name} to confirm").fill(name)
    page.get_by_role("button", name="Delete the cluster and its data").click()


@pytest.mark.parametrize("host", ["local", "docker"])
def test_from_login_to_a_healthy_cluster_and_to_its_end(
    tab, panel, name, host, tmp_path
):
    log_in(tab)
    page = fill_in(tab, name, host)
    planned = page.locator(".plan-members li").all()
    predicted = {row.locator("code").first.inner_text() for row in planned}
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.get_by_role("button", name="Create cluster").click()
    succeed(page, f"Create {name}")
    created = page.url.removeprefix(tab.web.url)
    page.screenshot(path=tmp_path / "created.png", full_page=True)
    page.get_by_role("link", name="Open the cluster").click()
    compare_members(page, predicted)
    page.screenshot(path=tmp_path / "cluster.png", full_page=True)
    delete(page, name)
    succeed(page, f"Delete {name}")
    assert not etcds_of(panel)
    page = tab.open(f"/clusters/{name}/")
    expect(page.get_by_text(f"There is no cluster {name}.")).to_be_visible()
    page = tab.open(created)
    expect(page.locator("#log li").last).to_contain_text("succeeded")


def test_a_create_that_can_not_be_done_says_why_and_leaves_nothing(tab, panel, name):
    """The port is taken by a stranger after the plan was shown."""
    log_in(tab)
    page = fill_in(tab, name, "local")
    taken = int(page.locator("#id_client_ports").input_value().split(",")[1])
    with socket.create_server(("127.0.0.1", taken)):
        page.get_by_role("button", name="Create cluster").click()
        expect(page.locator("#operation[data-state=rejected]")).to_be_visible(
            timeout=MINUTE
        )
    expect(page.locator("#operation")).to_contain_text(f"Port {taken}")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page = tab.open("/")
    expect(page.locator("#trouble")).to_contain_text(f"Create {name}")
    assert not etcds_of(panel)
