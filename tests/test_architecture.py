"""The shape of the code is tested like its behaviour."""

import ast
import re
import string
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from clusters.core.spec import BootstrapMode, HostKind

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 300
DEEPEST_NESTING = 3
BLOCKS = (
    *(ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match),
    *(ast.AsyncFor, ast.AsyncWith),
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

SOURCES = sorted(
    path
    for package in ("clusters", "etcdpanel")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
PARTS = sorted((ROOT / "templates").rglob("_*.html"))


def named(path):
    return str(path.relative_to(ROOT))


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def headings(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return set(re.findall(r"^## (\S+)", text, re.MULTILINE))


# Budgets


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_module_outgrows_one_reading(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_function_is_nested_deeply(path):
    deep = {
        node.name: depth
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTIONS) and (depth := nesting(node)) > DEEPEST_NESTING
    }
    assert not deep


def nesting(node, depth=0):
    """How many blocks stand in one another; an `elif` stands beside its `if`."""
    deepest = depth
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        is_elif = isinstance(node, ast.If) and field == "orelse" and len(children) == 1
        for child in children:
            if not isinstance(child, ast.AST) or isinstance(child, FUNCTIONS):
                continue
            is_block = isinstance(child, BLOCKS)
            is_deeper = is_block and not (is_elif and isinstance(child, ast.If))
            deepest = max(deepest, nesting(child, depth + is_deeper))
    return deepest


# Floors


def test_the_floors_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


# Alternatives


@pytest.mark.parametrize("kind", HostKind)
def test_every_kind_of_host_has_a_driver_and_a_page(kind):
    assert kind.value in headings("drivers.md")
    assert has_module("drivers", kind.value)


@pytest.mark.parametrize("mode", BootstrapMode)
def test_every_bootstrap_mode_has_a_heading_and_a_page_of_its_own(mode):
    assert mode.value in headings("bootstrap.md")
    page = f"bootstrap-{mode.value.replace('_', '-')}.md"
    assert (ROOT / "docs" / page).exists()
    assert page in (ROOT / "docs/bootstrap.md").read_text(encoding="utf-8")


def has_module(package, name):
    place = ROOT / "clusters" / package / name
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


# Templates


@pytest.mark.parametrize("part", PARTS, ids=named)
def test_every_part_of_a_page_is_used(part):
    name = str(part.relative_to(ROOT / "templates"))
    users = [*(ROOT / "templates").rglob("*.html"), *SOURCES]
    others = (path.read_text(encoding="utf-8") for path in users if path != part)
    assert any(f'"{name}"' in text for text in others)


# Sentences


def calls(path, name):
    """Calls of a name that comes from the module of sentences, as (where, call)."""
    nodes = list(ast.walk(tree(path)))
    if not any(
        isinstance(node, ast.ImportFrom)
        and node.module == "clusters.core.text"
        and name in {imported.name for imported in node.names}
        for node in nodes
    ):
        return
    for node in nodes:
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_call and node.func.id == name:
            yield f"{named(path)}:{node.lineno}", node


def sentences():
    """Every sentence of every call, as (where, template, names of its values)."""
    for path in SOURCES:
        for where, call in calls(path, "say"):
            (template,) = call.args
            yield where, template, values_of(call)
        for where, call in calls(path, "say_count"):
            _, one, many = call.args
            for template in (one, many):
                yield where, template, values_of(call) | {"count"}


def values_of(call):
    return {keyword.arg for keyword in call.keywords}


def test_every_sentence_is_a_literal_that_translators_can_find():
    for where, template, _ in sentences():
        assert isinstance(template, ast.Constant), where
        assert isinstance(template.value, str), where


def test_every_sentence_is_given_the_values_it_names_and_no_others():
    """One without any is filled in later, as the tables of known words are."""
    for where, template, given in sentences():
        parts = string.Formatter().parse(template.value)
        names = {field for _, field, _, _ in parts if field is not None}
        may_be_unsaid = given & {"count"}
        assert not given or None in given or names | may_be_unsaid == given, where


def test_sentences_are_made_with_say_alone():
    """A literal given to Text itself would be missed by translators."""
    for path in SOURCES:
        for where, call in calls(path, "Text"):
            assert not (call.args and isinstance(call.args[0], ast.Constant)), where
