from dataclasses import replace
from pathlib import Path

import pytest

from clusters.models import DiscoveryToken
from clusters.queries import preview_cluster
from clusters.queries.exports import export
from clusters.queries.imports import ImportLine, read_import
from tests.builders import cluster_row, host_row

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parents[1] / "data/compose"


def text(name):
    return (FILES / f"{name}.yml").read_text()


@pytest.fixture(autouse=True)
def host():
    return host_row()


def read(name, **asked):
    return read_import(text(name), **{"name": "demo", "hosts": ("docker",), **asked})


def test_a_file_is_shown_as_the_request_it_makes():
    view = read("static-official")
    assert view.problems == ()
    assert view.request.hosts == ("docker",)
    assert view.request.member_names == ("etcd1", "etcd2", "etcd3")
    assert ImportLine(place="etcd1", text="It is the member etcd1.") in view.understood
    assert view.not_understood == ()
    assert view.volumes[0] == "demo-etcd1-data"


def test_its_plan_is_that_of_any_request():
    asked = replace(read("static-official").request, accept=("release_corrupting",))
    assert preview_cluster(asked).cluster_id == "8f2a2ec5c0087dcb"


def test_a_text_that_is_no_file_says_where():
    view = read_import("a: [", name="demo")
    assert view.request is None
    assert [(p.field, p.code) for p in view.problems] == [
        ("compose", "compose_not_yaml")
    ]


def test_contradictions_stop_it():
    view = read("contradictions")
    assert view.request is None
    assert len(view.problems) == 7


def test_a_placeholder_is_to_be_renewed():
    kept = read("public-placeholder")
    assert (kept.needs_renewal, kept.request) == (True, None)
    assert [problem.code for problem in kept.problems] == ["discovery_not_fresh"]
    renewed = read("public-placeholder", discovery="renew")
    assert renewed.problems == ()
    assert renewed.request.bootstrap == "discovery_public"


def test_a_url_that_this_panel_has_used_is_not_kept():
    fresh = read("private-discovery")
    assert (fresh.needs_renewal, fresh.problems) == (False, ())
    DiscoveryToken.objects.create(
        mode="discovery_v2", address=fresh.discovery_url, size=3, state="used"
    )
    used = read("private-discovery")
    assert (used.needs_renewal, used.request) == (True, None)


def test_an_unknown_choice_is_refused():
    view = read("static-official", discovery="guess")
    assert [(p.field, p.code) for p in view.problems] == [
        ("discovery", "choice_unknown")
    ]


def test_an_export_is_imported_as_the_same_definition():
    cluster = cluster_row("demo", version="3.6.16", options={"snapshot_count": 5000})
    shown = export("demo", "compose")
    view = read_import(shown.text, name="copy", hosts=("docker",))
    assert view.problems == ()
    asked, made = view.request, cluster.to_spec()
    assert asked.client_ports == tuple(m.client_port for m in made.members)
    assert asked.peer_ports == tuple(m.peer_port for m in made.members)
    assert (asked.cluster_token, asked.version) == ("demo", "3.6.16")
    assert asked.options == {"snapshot_count": 5000}
