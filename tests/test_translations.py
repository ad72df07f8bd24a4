"""Every sentence that people read is in the catalogue, and fits its values."""

import ast
import io
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation.template import templatize

from tests import parts
from tests.test_architecture import SOURCES, named, sentences, tree

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "clusters/locale/zh_Hans/LC_MESSAGES/django.po"
LAZY = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PERCENT = re.compile(r"%(?:\(\w+\))?[sd]")


@cache
def catalogue():
    path = parts.require(
        CATALOGUE if CATALOGUE.exists() else None,
        "no Simplified Chinese catalogue",
        "make translations",
    )
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def said():
    """Sentences of core, drivers, engine and desk, each with its place."""
    return {template.value: where for where, template, _ in sentences()}


def marked():
    """Words of the doors, marked for gettext in Python."""
    found = {}
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id in LAZY and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{named(path)}:{node.lineno}"
    return found


def written():
    """Words of the templates, as Django itself extracts them."""
    found = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        flat = "\n".join(line.lstrip() for line in source.splitlines())
        code = io.BytesIO(flat.encode())
        for number, words, _, _ in extract("python", code, keywords=KEYWORDS):
            first = words if isinstance(words, str) else words[0]
            found[first] = f"{named(path)}:{number}"
    return found


@pytest.mark.parametrize("words", [said, marked, written])
def test_every_sentence_has_a_translation(words):
    known = {}
    for message in catalogue():
        key = message.id if isinstance(message.id, str) else message.id[0]
        done = message.string if isinstance(message.string, str) else message.string[0]
        known[key] = done if not message.fuzzy else ""
    missing = {text: where for text, where in words().items() if not known.get(text)}
    assert not missing


def test_a_translation_names_the_same_values_as_its_sentence():
    ours = said()
    for message in catalogue():
        if isinstance(message.id, str) and message.id and message.string:
            values = braces if message.id in ours else percents
            assert values(message.string) == values(message.id), message.id


def braces(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def percents(text):
    return {found.group(0) for found in PERCENT.finditer(text)}


def test_what_people_read_is_what_the_catalogue_says():
    """The compiled catalogue is the one that was written."""
    with translation.override("zh-hans"):
        for message in catalogue():
            if isinstance(message.id, str) and message.id and message.context is None:
                assert translation.gettext(message.id) == message.string
