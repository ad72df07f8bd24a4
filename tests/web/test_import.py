"""A Compose file becomes a cluster: what of it is understood, its plan, the making."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.models import Cluster, Operation
from tests import builders
from tests.web import discovering

pytestmark = pytest.mark.usefixtures("docker")


def compose(
    *more, image="quay.io/coreos/etcd:v3.6.16", names=("etcd1", "etcd2", "etcd3")
):
    """A file with one service a member, each with these lines of environment too."""
    members = ",".join(f"{name}=http://{name}:2380" for name in names)
    lines = ["services:"]
    for number, name in enumerate(names):
        lines += [
            f"  {name}:",
            f"    image: {image}",
            "    restart: always",
            "    ports:",
            f'      - "{21001 + number}:2379"',
            f'      - "{21101 + number}:2380"',
            "    environment:",
            f"      - ETCD_NAME={name}",
            f"      - ETCD_INITIAL_ADVERTISE_PEER_URLS=http://{name}:2380",
            f"      - ETCD_ADVERTISE_CLIENT_URLS=http://{name}:2379",
            *(
                f"      - {line}"
                for line in more or [f"ETCD_INITIAL_CLUSTER={members}"]
            ),
        ]
    return "\n".join(lines)


@pytest.fixture
def asked():
    return {
        "name": "orders",
        "host": "docker",
        "discovery": "keep",
        "compose": compose(),
    }


@pytest.fixture
def preview(visitor, asked):
    def read(**changes):
        return visitor.post("/clusters/import/preview/", asked, **changes)

    return read


def test_it_comes_with_a_free_name_and_waits_for_a_file(visitor):
    page = visitor.get("/clusters/import/")
    assert page.root.id("id_name")["value"] == "imported-1"
    assert "The plan appears when there is a file." in page.root.id("plan").text


def test_what_is_understood_is_said_by_service_and_key(preview):
    page = preview()
    understood = page.root.id("reading-understood").parent.parent.text
    assert "etcd1 It is the member etcd1." in understood
    changed = page.root.id("reading-changed").parent.parent.text
    assert "etcd1, etcd2, etcd3: restart" in changed
    plan = page.root.id("plan").text
    assert "3 members of etcd 3.6.16" in plan
    assert "127.0.0.1:21002" in plan
    assert "orders-etcd1-data" in page.text


def test_what_is_not_understood_is_said_and_left_out(preview, asked):
    text = asked["compose"].replace("    restart: always", "    cpu_shares: 7")
    page = preview(compose=text)
    left_out = page.root.id("reading-not-understood").parent.parent.text
    assert "cpu_shares" in left_out


def test_a_file_becomes_an_operation(visitor, asked):
    page = visitor.post("/clusters/import/", asked)
    operation = Operation.objects.get()
    assert (page.status, page.leads_to) == (302, f"/operations/{operation.pk}/")
    spec = Cluster.objects.get().to_spec()
    assert (spec.name, spec.version) == ("orders", "3.6.16")
    assert [member.client_port for member in spec.members] == [21001, 21002, 21003]


def test_a_file_of_this_computer_takes_the_place_of_the_text(visitor, asked):
    text = compose(names=("only",)).encode()
    sent = SimpleUploadedFile("compose.yml", text, content_type="text/yaml")
    page = visitor.post("/clusters/import/", asked, compose="x", file=sent)
    assert page.status == 302
    assert [m.name for m in Cluster.objects.get().to_spec().members] == ["only"]


def test_without_a_script_the_file_is_read_by_a_button(visitor, asked):
    page = visitor.post("/clusters/import/", asked, intent="plan")
    assert page.status == 200
    assert "3 members of etcd 3.6.16" in page.root.id("plan").text
    assert "ETCD_NAME=etcd2" in page.root.id("id_compose").text
    assert not Cluster.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"compose": "- a\n- b"}, "compose", "not a Compose file"),
        ({"compose": "a: [\n"}, "compose", "Line "),
        ({"compose": "services: {}"}, "compose", ""),
        ({"name": "Bad"}, "name", "Use a-z"),
        ({"host": "moon"}, "host", "There is no host moon."),
        ({"host": ""}, "host", "Choose at least one host."),
        ({"version": "4.0.0"}, "version", ""),
        ({"discovery": "maybe"}, "discovery", "Choose one of: keep, renew."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(visitor, asked, changes, field, words):
    page = visitor.post("/clusters/import/", asked, **changes)
    assert page.status == 422
    assert page.notes(field)
    assert words in page.notes(field)
    assert not Cluster.objects.exists()


def test_a_port_in_the_file_that_is_taken_is_told_beside_the_file(visitor, asked):
    builders.cluster_row("neighbour", first_port=21001)
    page = visitor.post("/clusters/import/", asked)
    assert page.status == 422
    assert "21001" in page.notes("compose")


def test_nothing_at_all_is_no_file(visitor, asked):
    page = visitor.post("/clusters/import/", asked, compose=" ")
    assert page.status == 422
    assert "Paste a Compose file" in page.notes("compose")
    assert "Nothing was made." in page.root.id("refused").text


def test_a_taken_name_is_told_while_typing(preview):
    builders.cluster_row("orders")
    assert "There is a cluster orders already" in preview().notes("name")


def test_a_dangerous_release_waits_for_its_box(visitor, asked):
    old = compose(image="quay.io/coreos/etcd:v3.5.1")
    page = visitor.post("/clusters/import/", asked, compose=old)
    assert page.status == 422
    box = page.root.one("input", name="accept", value="release_corrupting")
    assert not box.has("checked")
    page = visitor.post(
        "/clusters/import/", asked, compose=old, accept="release_corrupting"
    )
    assert page.status == 302
    assert Cluster.objects.get().accepted == ["release_corrupting"]


def test_a_used_up_token_is_said_to_need_a_fresh_one(preview):
    discovering.managed()
    url = "http://etcd-discovery:2379/v2/keys/discovery/{uuid}"
    text = compose(f'"ETCD_DISCOVERY={url}"')
    page = preview(compose=text)
    assert "Take a fresh one" in page.root.id("reading").text
    assert page.notes("discovery")
    page = preview(compose=text, discovery="renew")
    assert not page.notes("discovery")
    assert "Get a token of etcd-discovery" in page.root.id("plan").text


def test_a_fresh_looking_url_is_kept_byte_for_byte(visitor, asked):
    discovering.managed()
    url = (
        "http://etcd-discovery:2379/v2/keys/discovery/6c007a14875d53d9bf0ef5a6fc0257c8"
    )
    text = compose(f"ETCD_DISCOVERY={url}")
    page = visitor.post("/clusters/import/", asked, compose=text)
    assert page.status == 302
    assert Cluster.objects.get(name="orders").ticket["url"] == url


def test_sent_twice_it_is_one_operation(visitor, asked):
    key = visitor.get("/clusters/import/").root.one("input", name="key")["value"]
    first = visitor.post("/clusters/import/", asked, key=key)
    second = visitor.post("/clusters/import/", asked, key=key)
    assert first.leads_to == second.leads_to
    assert Operation.objects.count() == 1


def test_a_plan_that_changed_meanwhile_is_shown_with_the_difference(visitor, asked):
    free = "\n".join(
        line for line in asked["compose"].splitlines() if "79" not in line[-7:]
    )
    shown = visitor.post("/clusters/import/", asked, compose=free, intent="plan")
    hidden = {
        name: shown.root.one("input", name=name)["value"]
        for name in ("previewed", "answers", "seen", "key")
    }
    seen = hidden["seen"].replace("docker", "elsewhere")
    changed = {"compose": free, "previewed": "0" * 16, "seen": seen}
    page = visitor.post("/clusters/import/", {**asked, **hidden, **changed})
    assert page.status == 409
    told = page.root.id("refused").text
    assert "What would be made has changed" in told
    assert "elsewhere" in told


def test_what_a_file_says_is_text_wherever_it_stands(preview):
    evil = "<script>window.__xss=1</script>"
    text = compose().replace("    restart: always", f'    labels: ["{evil}"]')
    html = preview(compose=text + f"\n# {evil}").html
    assert "<script>window" not in html
