"""Every page: at any width, by keyboard, live, and without a script."""

import pytest
from playwright.sync_api import expect

from clusters.core.text import quote
from clusters.models import Cluster, Observation
from tests import builders
from tests.browser.running import Running
from tests.web.test_cluster import seen


@pytest.fixture
def paths(web, docker):
    """One of each page, with long words on it."""
    builders.host_row(
        "local", "process", usable=False, versions=(), reason=quote("no etcd " * 9)
    )
    operation = Running("a" * 40)
    operation.plan(("create_member", "etcd1"), ("pull_image", "3.7.3"))
    operation.step("3.7.3", "running", progress={"current": 3, "total": 9, "layers": 2})
    operation.say("word" * 60)
    cluster = Cluster.objects.get()
    seen(cluster)
    failed = builders.operation_row("b" * 40)
    builders.end(failed, "failed", explanation=quote("w" * 200).as_json())
    return [
        "/",
        "/hosts/",
        "/operations/",
        "/clusters/new/",
        f"/clusters/{cluster.name}/",
        f"/clusters/{cluster.name}/delete/",
        operation.path,
        f"/operations/{failed.pk}/",
        "/clusters/nope/",
    ]


@pytest.mark.parametrize("width", [360, 768, 1024, 1280])
def test_nothing_sticks_out_at_any_width(tab_with, paths, width):
    tab = tab_with(viewport={"width": width, "height": 800})
    for path in paths:
        page = tab.open(path)
        if path == "/clusters/new/":
            page.get_by_text("Advanced").click()
        inside = page.evaluate("document.documentElement.scrollWidth")
        assert inside <= width, path


def contrast_of(page):
    """The worst contrast of text against what is behind it, with the text."""
    return page.evaluate(
        """() => {
          const canvas = document.createElement("canvas").getContext("2d");
          const rgba = (color) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
          };
          const light = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((v) => {
              v /= 255;
              return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const color = rgba(getComputedStyle(at).backgroundColor);
              if (color[3] === 255) return color;
            }
            return [255, 255, 255, 255];
          };
          let worst = [99, ""];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            const text = walker.currentNode.data.trim();
            if (!text || !element.checkVisibility()) continue;
            if (element.closest(".unseen, .skip, script, template")) continue;
            const [a, b] = [light(rgba(getComputedStyle(element).color)),
                            light(behind(element))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < worst[0]) worst = [ratio, text];
          }
          return worst;
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(tab_with, paths, scheme):
    tab = tab_with(color_scheme=scheme)
    for path in paths:
        ratio, text = contrast_of(tab.open(path))
        assert ratio >= 4.5, (path, ratio, text)


FOCUS_IS_SEEN = """() => {
  const here = document.activeElement;
  return getComputedStyle(here.closest(".choice") ?? here).outlineStyle !== "none";
}"""


def test_the_form_can_be_filled_in_by_keyboard_with_its_focus_seen(tab, web, docker):
    page = tab.open("/clusters/new/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    walked = []
    while "intent" not in walked and len(walked) < 40:
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.name ?? ''"))
        assert page.evaluate(FOCUS_IS_SEEN), walked
    wanted = ["name", "size", "hosts", "version", "intent"]
    assert [name for name in walked if name in wanted] == wanted


def test_a_menu_closes_with_escape_and_gives_the_focus_back(tab, web):
    page = tab.open("/")
    menu = page.locator("details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Log out")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Log out").click()
    page.wait_for_url("**/accounts/login/", wait_until="domcontentloaded")


def test_the_list_changes_while_one_looks(tab, web, docker):
    page = tab.open("/")
    expect(page.get_by_text("No clusters yet")).to_be_visible()
    cluster = builders.cluster_row("demo")
    expect(page.locator("tr[data-key=demo]")).to_contain_text("not looked at yet")
    seen(cluster)
    expect(page.locator("tr[data-key=demo]")).to_contain_text("2 of 3 members healthy")


def test_a_cluster_changes_while_one_looks(tab, web, docker):
    cluster = builders.cluster_row("demo")
    page = tab.open("/clusters/demo/")
    expect(page.locator("tr[data-key=etcd2]")).to_contain_text("not looked at yet")
    page.evaluate("window.stays = document.getElementById('members')")
    seen(cluster)
    expect(page.locator("tr[data-key=etcd2]")).to_contain_text("leader")
    expect(page.locator("tr[data-key=etcd3]")).to_contain_text("unreachable")
    assert page.evaluate("window.stays === document.getElementById('members')")
    Observation.objects.filter(cluster=cluster).update(status="healthy")
    expect(page.locator("h1 + span")).to_contain_text("healthy")


def test_a_cluster_that_went_away_is_said_to_be_gone(tab, web, docker):
    cluster = builders.cluster_row("demo")
    page = tab.open("/clusters/demo/")
    cluster.delete()
    expect(page.get_by_text("There is no cluster demo.")).to_be_visible()


def test_ages_grow_by_themselves(tab, web, docker):
    seen(builders.cluster_row("demo"))
    page = tab.open("/clusters/demo/")
    page.route("**/*part=live*", lambda route: route.abort())
    expect(page.locator(".heading time")).to_have_text("3 s ago")
    tab.complaints.clear()


def test_who_was_logged_out_elsewhere_is_led_to_the_login(tab, web, docker):
    page = tab.open("/")
    tab.context.clear_cookies()
    page.wait_for_url("**/accounts/login/**", wait_until="domcontentloaded")


def test_everything_can_be_done_without_a_script(tab_with, web, docker):
    tab = tab_with(java_script_enabled=False)
    page = tab.open("/clusters/new/")
    page.fill("#id_name", "Bad")
    page.get_by_role("button", name="Create cluster").click()
    expect(page.locator("#notes-name")).to_contain_text("Use a-z")
    page.fill("#id_name", "plain")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator("#plan")).to_contain_text("plain-net")
    page.get_by_role("button", name="Look at the hosts now").click()
    expect(page.locator("#check")).to_contain_text("Looking at the hosts")
    page.get_by_role("button", name="Create cluster").click()
    expect(page.locator("h1")).to_have_text("Create plain")
    page.get_by_text("Cancel…").click()
    page.get_by_text("Yes, cancel it").click()
    expect(page.locator("#log")).to_contain_text("ann asked to cancel")
    expect(page.locator("#log-search")).to_be_hidden()
