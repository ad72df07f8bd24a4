"""The create form as one types: plan, problems, boxes, the look at the hosts."""

import pytest
from playwright.sync_api import expect

from clusters.core.findings import Finding, FindingLevel
from clusters.core.text import say
from clusters.models import Check, Cluster, Operation
from tests import builders
from tests.up.panels import until

pytestmark = pytest.mark.usefixtures("web", "docker")


@pytest.fixture
def page(tab):
    return tab.open("/clusters/new/")


def plan(page):
    return page.locator("#plan")


def test_the_plan_follows_what_is_typed(page):
    expect(plan(page)).to_contain_text("cluster-1-net")
    page.fill("#id_name", "orders")
    expect(plan(page)).to_contain_text("orders-net")
    page.get_by_text("5 members").click()
    expect(plan(page)).to_contain_text("5 members of etcd 3.7.3, survives 2 failures")
    assert not Cluster.objects.exists()


def test_a_problem_stands_beside_its_field_as_one_types(page):
    page.fill("#id_name", "Not Good")
    notes = page.locator("#notes-name")
    expect(notes).to_contain_text("Use a-z, 0-9 and hyphens")
    expect(notes).to_have_attribute("aria-live", "polite")
    expect(page.locator("#id_name")).to_have_attribute("aria-invalid", "true")
    expect(plan(page)).to_contain_text("The plan appears when this is right: Name")
    page.fill("#id_name", "good")
    expect(notes).to_have_text("")
    expect(page.locator("#id_name")).not_to_have_attribute("aria-invalid", "true")


def test_typing_is_never_disturbed(page):
    field = page.locator("#id_name")
    field.fill("")
    field.press_sequentially("slowly-typed-name", delay=90)
    expect(plan(page)).to_contain_text("slowly-typed-name-net")
    expect(field).to_have_value("slowly-typed-name")
    expect(field).to_be_focused()


def test_an_even_size_wants_its_box_and_then_is_made(page):
    page.get_by_text("Even sizes").click()
    page.get_by_text("4 members").click()
    box = page.get_by_label("I accept: an even number of members")
    expect(box).not_to_be_checked()
    expect(plan(page)).to_contain_text("A warning waits to be accepted: Members")
    box.check()
    expect(plan(page)).not_to_contain_text("A warning waits")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Create cluster").click()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Cluster.objects.get().accepted == ["size_even"]


def test_versions_follow_the_chosen_host(page):
    builders.host_row("local", "process", versions=("3.5.35",))
    page.reload(wait_until="domcontentloaded")
    page.wait_for_selector("html.scripted")
    page.select_option("#id_version", "3.6.16")
    page.get_by_label("docker").uncheck()
    page.get_by_label("local").check()
    expect(page.locator("#notes-version")).to_contain_text("local has no etcd 3.6.16")
    expect(page.locator("#id_version")).to_have_value("3.6.16")
    page.select_option("#id_version", "3.5.35")
    expect(plan(page)).to_contain_text("of etcd 3.5.35")
    expect(plan(page)).to_contain_text("http://127.0.0.1:23801")


def test_the_hosts_are_looked_at_when_typing_has_stopped(page):
    page.fill("#id_name", "orders")
    check = until(lambda: Check.objects.filter(spec__name="orders").first())
    look = page.locator("#check")
    expect(look).to_contain_text("Looking at the hosts")
    finding = Finding(
        code="disk_low",
        level=FindingLevel.BLOCK,
        text=say("Only 3 MB are free."),
        advice=say("Make room."),
    )
    Check.objects.filter(pk=check.pk).update(state="done", lines=[finding.as_json()])
    expect(look).to_contain_text("Something is in the way")
    expect(look).to_contain_text("Only 3 MB are free. Make room.")
    page.get_by_role("button", name="Look at the hosts now").click()
    until(lambda: Check.objects.filter(spec__name="orders").count() == 2)


def test_create_pressed_twice_is_one_operation(page):
    page.fill("#id_name", "orders")
    page.get_by_role("button", name="Create cluster").dblclick()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Operation.objects.count() == 1


def test_return_creates_what_was_typed_last(page):
    page.fill("#id_name", "hasty")
    page.keyboard.press("Enter")
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")
    assert Cluster.objects.get().name == "hasty"


def test_a_plan_that_changed_meanwhile_is_told_and_everything_typed_stays(page, ann):
    page.fill("#id_name", "orders")
    page.get_by_text("Advanced").click()
    page.fill("#id_cluster_token", "keep-me")
    expect(plan(page)).to_contain_text("keep-me")
    builders.cluster_row("neighbour", first_port=23_791)
    page.get_by_role("button", name="Create cluster").click()
    told = page.locator("#refused")
    expect(told).to_contain_text("What would be made has changed")
    expect(told).to_be_focused()
    expect(page.locator("#id_cluster_token")).to_have_value("keep-me")
    page.get_by_role("button", name="Create cluster").click()
    page.wait_for_url("**/operations/**", wait_until="domcontentloaded")


def test_hosts_that_appear_later_are_offered_without_a_reload(tab, web):
    from clusters.models import Host

    Host.objects.all().delete()
    page = tab.open("/clusters/new/")
    expect(page.locator("#host-choice")).to_contain_text("No host is known yet")
    builders.host_row()
    page.get_by_label("docker").check()
    expect(plan(page)).to_contain_text("3 members of etcd")


def test_the_theme_changes_without_losing_what_was_typed(page):
    page.fill("#id_name", "orders")
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Show it light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Show it dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#id_name")).to_have_value("orders")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
