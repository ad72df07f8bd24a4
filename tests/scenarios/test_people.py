"""What people do to one another, from their doors down to the engine.

The engine is pretended; forms, REST and the worker are the real ones.
"""

import threading

import pytest
from django.test import Client

from clusters import actions
from clusters.engine import run, sweep
from clusters.models import Cluster, Host, Operation
from tests.engine.conftest import create, delete, finish, host, world
from tests.engine.test_cancel import start_in_a_thread, wait_until

__all__ = ["create", "delete", "finish", "host", "world"]
pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = {"instances": [], "volumes": [], "networks": []}
LEAVE = "/api/v1/clusters/a/?confirm=a"


@pytest.fixture
def browser(ann):
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def program(ann):
    """A program with a token of the same user."""
    token = actions.create_token("ann", "test")
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def repairing(create, finish, world):
    """A cluster that serves but for one member, which the panel brings back."""
    finish(create())
    world.remove("a-etcd2")
    sweep.look_at_clusters()
    return Operation.objects.get(kind="repair")


def press_delete(browser, **answers):
    sent = {"confirm": "a", "generation": "1", "key": "k", **answers}
    return browser.post("/clusters/a/delete/", sent)


def test_a_double_click_and_a_program_that_tries_again_are_one_each(
    browser, program, create, finish, world
):
    finish(create())
    pressed = {press_delete(browser).headers["Location"] for _ in range(2)}
    assert len(pressed) == 1
    finish(Operation.objects.get(kind="delete"))
    again = press_delete(browser)
    assert again.headers["Location"] in pressed
    finish(create())
    answers = [
        program.delete(LEAVE, headers={"Idempotency-Key": "again"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert Operation.objects.filter(kind="delete").count() == 2


def test_the_second_of_two_operators_is_told_who_was_first(
    browser, program, create, finish
):
    finish(create())
    first = press_delete(browser)
    answer = program.delete(LEAVE)
    assert answer.status_code == 409
    told = answer.json()
    assert (told["code"], told["kind"], told["actor"]) == (
        "operation_running",
        "delete",
        "ann",
    )
    assert told["operation"] in first.headers["Location"]
    assert {"steps_done", "steps_total", "created_at"} <= set(told)


def test_a_form_that_is_older_than_a_change_by_another_is_shown_anew(
    browser, program, create, finish
):
    finish(create())
    changed = program.patch(
        "/api/v1/clusters/a/", {"hands_off": True}, content_type="application/json"
    )
    assert changed.status_code == 200
    page = press_delete(browser)
    assert page.status_code == 409
    assert "was changed since this form was shown" in page.content.decode()
    stale = program.delete(f"{LEAVE}&generation=1")
    assert stale.json()["difference"]["generation"] == {"yours": 1, "now": 2}
    assert not Operation.objects.filter(kind="delete").exists()


@pytest.mark.parametrize("door", ["form", "rest"])
def test_a_delete_in_the_middle_of_a_create_leaves_nothing(
    door, browser, program, create, finish, world
):
    world.form_after(30)
    operation = create()
    worker = start_in_a_thread(operation)
    wait_until(lambda: len(world.things()["instances"]) == 3)
    if door == "form":
        press_delete(browser)
    else:
        assert program.delete(LEAVE).json()["operation"] == str(operation.pk)
    worker.join(30)
    assert finish(operation).state == "cancelled"
    assert Operation.objects.count() == 1
    assert world.things() == NOTHING
    assert not Cluster.objects.exists()


@pytest.mark.parametrize("door", ["form", "rest"])
def test_a_delete_before_a_repair_began_takes_its_place(
    door, browser, program, repairing, finish, world
):
    if door == "form":
        press_delete(browser)
    else:
        assert program.delete(LEAVE).status_code == 202
    repairing.refresh_from_db()
    assert repairing.state == "cancelled"
    assert not run.advance(repairing.pk)
    assert finish(Operation.objects.get(kind="delete")).state == "succeeded"
    assert world.things() == NOTHING


def test_a_delete_in_the_middle_of_a_repair_lets_its_last_call_end_first(
    browser, repairing, finish, world
):
    world.hang("create_instance", 1.0)
    worker = start_in_a_thread(repairing)
    wait_until(lambda: repairing.steps.filter(state="running").exists())
    threading.Event().wait(0.3)  # into the call
    press_delete(browser)
    deleting = Operation.objects.get(kind="delete")
    worker.join(30)
    assert Operation.claimable().filter(pk=deleting.pk).exists()
    assert finish(deleting).state == "succeeded"
    assert world.things() == NOTHING
    repairing.refresh_from_db()
    assert repairing.state == "cancelled"


def test_a_host_with_members_stays_and_the_page_lists_them(
    create, finish, django_user_model
):
    finish(create())
    root = django_user_model.objects.create_superuser("root")
    client = Client()
    client.force_login(root)
    page = f"/admin/clusters/host/{Host.objects.get().pk}/delete/"
    shown = client.get(page).content.decode()
    assert "Cannot delete host" in shown
    assert all(f"etcd{number}" in shown for number in (1, 2, 3))
    client.post(page, {"post": "yes"})
    assert Host.objects.exists()


def test_who_is_disabled_is_out_at_once_and_what_they_began_goes_on(
    browser, program, ann, create, finish, world
):
    finish(create())
    press_delete(browser)
    ann.is_active = False
    ann.save()
    assert program.get("/api/v1/clusters/").status_code == 401
    assert browser.get("/api/v1/clusters/").status_code in {401, 403}
    assert "/accounts/login/" in browser.get("/").headers["Location"]
    operation = Operation.objects.get(kind="delete")
    assert finish(operation).state == "succeeded"
    assert operation.actor_name == "ann"
    assert world.things() == NOTHING


def test_the_dialog_of_the_wrong_cluster_says_whose_data_would_be_gone(
    browser, program, create, finish, world
):
    finish(create("a"))
    finish(create("b", size=1))
    shown = browser.get("/clusters/b/delete/").content.decode()
    assert "b-etcd1-data" in shown
    assert "a-etcd1-data" not in shown
    page = browser.post("/clusters/b/delete/", {"confirm": "a", "generation": "1"})
    assert page.status_code == 422
    assert program.delete("/api/v1/clusters/b/?confirm=a").status_code == 400
    assert not Operation.objects.filter(kind="delete").exists()
    assert len(world.things()["volumes"]) == 4
