"""The page of an operation while it runs, breaks off, and ends."""

import pytest
from playwright.sync_api import expect

from clusters.core.text import say
from tests.browser.running import Running


@pytest.fixture
def running(web, docker):
    operation = Running()
    operation.plan(("create_member", "etcd1"), ("create_member", "etcd2"))
    operation.say("planned")
    return operation


def numbers(page):
    lines = page.locator("#log li").all()
    return [int(line.get_attribute("data-number")) for line in lines]


def line(page, words):
    return page.locator("#log li", has_text=words)


def test_lines_and_steps_arrive_while_one_looks(tab, running):
    page = tab.open(running.path)
    expect(line(page, "planned")).to_be_visible()
    running.step("etcd1", "running")
    running.say("etcd1 is being made")
    expect(line(page, "etcd1 is being made")).to_be_visible()
    expect(page.locator(".step.is-running")).to_contain_text("Create etcd1")
    running.step("etcd1", "succeeded", message=say("made").as_json())
    running.say("etcd1 is made")
    expect(page.locator(".step.is-succeeded")).to_contain_text("made")
    expect(page.locator("#operation")).to_contain_text("1 of 2 steps done")
    assert numbers(page) == [1, 2, 3]


def test_the_end_is_shown_and_announced(tab, running):
    page = tab.open(running.path)
    running.say("done")
    running.end("succeeded", explanation=say("All members serve.").as_json())
    expect(page.locator("#operation[data-over]")).to_be_visible()
    expect(page.locator("#operation")).to_contain_text("All members serve.")
    expect(page.locator("#announcement")).to_contain_text(
        "The operation has ended: succeeded"
    )
    expect(line(page, "done")).to_be_visible()
    expect(page.get_by_text("Open the cluster")).to_be_visible()


def test_a_gauge_moves(tab, running):
    page = tab.open(running.path)
    running.step("etcd1", "running", progress={"current": 1, "total": 4})
    bar = page.locator(".step-gauge progress")
    expect(bar).to_have_attribute("value", "1")
    running.step("etcd1", "running", progress={"current": 3, "total": 4})
    expect(bar).to_have_attribute("value", "3")
    expect(page.locator(".step-gauge")).to_contain_text("3 of 4")


def test_a_reload_loses_no_line_and_doubles_none(tab, running):
    page = tab.open(running.path)
    running.say("two", "three")
    expect(line(page, "three")).to_be_visible()
    page = tab.open(running.path)
    running.say("four")
    expect(line(page, "four")).to_be_visible()
    assert numbers(page) == [1, 2, 3, 4]


def test_a_lost_connection_is_told_and_made_good(tab, running, web):
    page = tab.open(running.path)
    expect(line(page, "planned")).to_be_visible()
    web.stop()
    expect(page.locator("#connection")).to_be_visible()
    running.say("written", "meanwhile")
    running.step("etcd1", "running")
    web.start()
    expect(line(page, "meanwhile")).to_be_visible()
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator(".step.is-running")).to_contain_text("Create etcd1")
    running.say("and after")
    expect(line(page, "and after")).to_be_visible()
    assert numbers(page) == [1, 2, 3, 4]
    tab.complaints.clear()  # that a server is away is heard in the console too


def test_without_a_stream_the_page_asks_by_itself(tab, running):
    tab.page.route("**/events/**", lambda route: route.abort())
    page = tab.open(running.path)
    running.say("by asking")
    running.step("etcd1", "running")
    expect(line(page, "by asking")).to_be_visible()
    expect(page.locator(".step.is-running")).to_contain_text("Create etcd1")


def test_the_log_follows_its_end_until_one_scrolls_away(tab, running):
    running.say(*[f"early {n}" for n in range(200)])
    page = tab.open(running.path)
    log = page.locator("#log")
    button = page.locator("#log-follow")

    def distance():
        return log.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight")

    assert distance() < 8
    running.say("late 1")
    expect(line(page, "late 1")).to_be_in_viewport()
    log.evaluate("e => { e.scrollTop = 0; }")
    expect(button).to_have_attribute("aria-pressed", "false")
    running.say("late 2")
    expect(line(page, "late 2")).to_have_count(1)
    assert log.evaluate("e => e.scrollTop") == 0
    button.click()
    expect(line(page, "late 2")).to_be_in_viewport()


def test_the_log_is_searched_and_sifted_also_as_lines_arrive(tab, running):
    page = tab.open(running.path)
    running.say("wrong turn", level="warn")
    running.say("all lost", level="error")
    expect(line(page, "all lost")).to_be_visible()
    page.select_option("#log-level", "warn")
    expect(page.locator("#log li:visible")).to_have_count(2)
    running.say("just so")
    running.say("lost again", level="error")
    expect(line(page, "lost again")).to_be_visible()
    expect(line(page, "just so")).to_be_hidden()
    page.fill("#log-search", "LOST")
    expect(page.locator("#log li:visible")).to_have_count(2)
    expect(page.locator("#log-found")).to_have_text("2 / 5")
    page.fill("#log-search", "never")
    expect(page.get_by_text("No line is like this.")).to_be_visible()


def test_the_log_can_be_copied(tab, running):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = tab.open(running.path)
    page.click("[data-copy=log]")
    expect(page.locator("#announcement")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("  planned")


def test_what_is_open_stays_open_while_the_page_changes(tab, running):
    page = tab.open(running.path)
    page.click("summary:has-text('Cancel')")
    sure = page.get_by_text("Yes, cancel it")
    expect(sure).to_be_visible()
    sure.focus()
    running.step("etcd1", "running")
    expect(page.locator(".step.is-running")).to_be_visible()
    expect(sure).to_be_focused()
    sure.click()
    expect(page.locator("#operation")).to_contain_text("being cancelled")
    running.operation.refresh_from_db()
    assert running.operation.cancel_requested_at


def test_words_from_outside_are_text_when_they_arrive_live(tab, running):
    page = tab.open(running.path)
    payload = '<img src=x onerror="window.__xss=1"><script>window.__xss=1</script>'
    running.say(payload, level="error")
    running.step("etcd1", "running", message=say("{x}", x=payload).as_json())
    expect(line(page, "onerror")).to_be_visible()
    expect(page.locator(".step.is-running")).to_contain_text("onerror")
    assert page.evaluate("window.__xss") is None
    assert page.locator("main img").count() == 0
