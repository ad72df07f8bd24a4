"""The documentation names every bootstrap mode, and every cause of a failure."""

import re
from pathlib import Path

import pytest

from clusters.core.compatibility import grid
from clusters.core.diagnosis import ALL_CAUSES
from clusters.core.discovery_causes import DISCOVERY_CAUSES
from clusters.core.spec import BootstrapMode

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OVERVIEW = (DOCS / "bootstrap.md").read_text()
PAGES = {
    mode: DOCS / f"bootstrap-{mode.replace('_', '-')}.md" for mode in BootstrapMode
}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("mode", BootstrapMode)
def test_each_mode_has_a_section_and_a_page(mode):
    assert f"\n## {mode.value}\n" in OVERVIEW
    assert f"({PAGES[mode].name})" in OVERVIEW
    assert PAGES[mode].read_text().startswith(f"# {mode.value}")


def test_the_grid_of_the_docs_is_that_of_the_rules():
    rows = {}
    for mode, _, misfit in grid():
        rows.setdefault(mode, []).append("**refused**" if misfit else "forms")
    for mode, cells in rows.items():
        name = "dns_srv, http" if mode == BootstrapMode.DNS_SRV else mode.value
        assert f"\n| {name} | {' | '.join(cells)} |\n" in OVERVIEW


def test_each_refusal_is_explained_by_its_code():
    for _, _, misfit in grid():
        assert misfit is None or f"`{misfit.code}`" in OVERVIEW


@pytest.mark.parametrize("code", sorted({cause.code for cause in DISCOVERY_CAUSES}))
def test_each_cause_of_discovery_is_in_the_docs(code):
    pages = [OVERVIEW, *(page.read_text() for page in PAGES.values())]
    assert any(f"`{code}`" in page for page in pages)


def test_no_page_names_a_cause_that_there_is_not():
    known = {cause.code for cause in ALL_CAUSES}
    row = re.compile(r"^\|[^|]*\|((?: `[a-z_]+`,?)+) \|[^|]*\|[^|]*\|$", re.MULTILINE)
    for page in PAGES.values():
        for cell in row.findall(page.read_text()):
            assert set(re.findall(r"`([a-z_]+)`", cell)) <= known, (page, cell)


def test_links_between_the_pages_lead_somewhere():
    for page in DOCS.rglob("*.md"):
        for target in LINK.findall(page.read_text()):
            assert (page.parent / target).exists(), (page, target)
