"""Every mode with every line of releases: exactly fifteen cells form, five refuse."""

import sys

import pytest

from tests.scenarios.meeting import KINDS, LINES, meeting_panel, version
from tests.scenarios.panels import etcdctl, remove_containers, unique

MODES = ("static", "discovery_v2", "discovery_public", "discovery_v3", "dns_srv")
REFUSED = {
    ("discovery_v2", "3.7"): "v2_discovery_gone",
    ("discovery_public", "3.7"): "public_discovery_gone",
    ("discovery_v3", "3.4"): "v3_discovery_not_yet",
    ("discovery_v3", "3.5"): "v3_discovery_not_yet",
    ("dns_srv", "3.4"): "srv_needs_tls",
}


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    with meeting_panel(tmp_path_factory.mktemp("grid")) as met:
        yield met
    remove_containers("meetv")


@pytest.fixture
def name():
    chosen = unique("grid")
    yield chosen
    remove_containers(chosen)


@pytest.mark.parametrize("host", KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_the_row_of_a_mode_is_as_the_panel_says(met, mode, host, name, capsys):
    cells = {line: _cell(met, mode, host, line, f"{name}-{line[-1]}") for line in LINES}
    row = "  ".join(f"{line} {cell:<22}" for line, cell in cells.items())
    with capsys.disabled():
        sys.stdout.write(f"\n{KINDS[host]:<10} {mode:<17} {row}")
    wanted = {line: REFUSED.get((mode, line), "forms") for line in LINES}
    assert cells == wanted


def test_the_five_reasons_are_five_sentences(met):
    grid = met.driven.get("/discovery/modes/")["results"]
    reasons = {cell["reason"] for cell in grid if cell["reason"]}
    assert len(grid) == 20
    assert sum(bool(cell["reason"]) for cell in grid) == len(REFUSED) == len(reasons)


def _cell(met, mode, host, line, name) -> str:
    """`forms` when three members do, and etcdctl says so too; else the refusal."""
    body = met.body(mode, host, name, version=version(line))
    status, answer = met.driven.ask("POST", "/clusters/", body)
    if status != 202:
        assert met.driven.ask("GET", f"/clusters/{name}/")[0] == 404
        return answer["errors"]["bootstrap"][0]["code"]
    progress = met.driven.ended(answer["operation"])
    assert progress["state"] == "succeeded", "\n".join(
        event["message"] for event in met.driven.events(answer["operation"])
    )
    members = met.driven.members(name)
    shown = {member["id"]: member["name"] for member in members}
    assert shown == etcdctl(line, members[0]["endpoint"])
    assert len(shown) == 3
    met.driven.succeeded(met.driven.delete(name))
    return "forms"
