"""Deleting says exactly what will be gone, and wants the name typed."""

from clusters.models import Operation
from tests import builders


def test_the_page_lists_everything_that_will_be_removed(visitor, docker):
    builders.cluster_row("demo")
    text = visitor.get("/clusters/demo/delete/").text
    for number in (1, 2, 3):
        assert f"demo-etcd{number} demo-etcd{number}-data" in text
        assert f"{19_999 + number}, {20_009 + number}" in text
    assert "Network that is removed: demo-net" in text
    assert "Container" in text


def test_a_network_that_was_there_before_is_said_to_stay(visitor, docker):
    builders.cluster_row("demo", network="shared")
    text = visitor.get("/clusters/demo/delete/").text
    assert "Network that stays, for it was there before: shared" in text


def test_processes_have_data_folders_and_no_network(visitor, local):
    builders.cluster_row("demo", host=local)
    text = visitor.get("/clusters/demo/delete/").text
    assert "Data folder" in text
    assert "Network" not in text


def test_without_the_name_nothing_is_deleted(visitor, docker):
    builders.cluster_row("demo")
    page = visitor.post("/clusters/demo/delete/", confirm="dem0", generation="1")
    assert page.status == 422
    assert "Type demo to confirm" in page.notes("confirm")
    assert page.root.id("id_confirm")["aria-invalid"] == "true"
    assert not Operation.objects.exists()


def test_with_the_name_an_operation_begins(visitor, docker):
    builders.cluster_row("demo")
    page = visitor.post(
        "/clusters/demo/delete/", confirm="demo", generation="1", key="k"
    )
    operation = Operation.objects.get()
    assert operation.kind == "delete"
    assert (operation.actor_name, operation.via) == ("ann", "form")
    assert page.leads_to == f"/operations/{operation.pk}/"


def test_pressed_twice_it_is_one_operation(visitor, docker):
    builders.cluster_row("demo")
    form = visitor.get("/clusters/demo/delete/").root
    sent = {
        name: form.one("input", name=name)["value"] for name in ("key", "generation")
    }
    first = visitor.post("/clusters/demo/delete/", sent, confirm="demo")
    second = visitor.post("/clusters/demo/delete/", sent, confirm="demo")
    assert first.leads_to == second.leads_to
    assert Operation.objects.count() == 1


def test_a_page_of_an_older_generation_is_refused_with_a_new_page(visitor, docker):
    builders.cluster_row("demo", generation=5)
    page = visitor.post("/clusters/demo/delete/", confirm="demo", generation="4")
    assert page.status == 409
    assert "demo was changed since this form was shown." in page.text
    assert page.root.one("input", name="generation")["value"] == "5"
    assert not Operation.objects.exists()


def test_while_it_is_created_the_create_is_cancelled_and_the_page_says_so(
    visitor, docker
):
    builders.cluster_row("demo")
    create = builders.operation_row("demo", "create")
    assert "It is cancelled instead" in visitor.get("/clusters/demo/delete/").text
    page = visitor.post("/clusters/demo/delete/", confirm="demo", generation="1")
    create.refresh_from_db()
    assert create.cancel_requested_at
    assert page.leads_to == f"/operations/{create.pk}/"


def test_while_it_is_repaired_the_page_tells_who_does_what(visitor, docker):
    builders.cluster_row("demo")
    repair = builders.operation_row("demo", "repair")
    page = visitor.post("/clusters/demo/delete/", confirm="demo", generation="1")
    assert page.status == 409
    assert "ann started repair of demo" in page.text
    assert page.root.all("a", href=f"/operations/{repair.pk}/")
