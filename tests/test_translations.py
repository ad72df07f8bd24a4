"""Every sentence that people read is in the catalogue, and fits its values."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils import translation

from clusters.core.findings import FindingLevel
from clusters.core.health import ClusterState, MemberStatus
from clusters.core.plan import StepKind
from clusters.core.spec import HostKind, Role
from clusters.models.check import CheckState
from clusters.models.operation import Kind, State
from clusters.models.step import StepState
from clusters.queries.words import word

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "clusters/locale"
CATALOGUE = LOCALE / "zh_Hans/LC_MESSAGES/django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
OURS = [ROOT / name for name in ("clusters", "etcdpanel", "templates")]

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdg]|\{\w*\}|</?\w+>")
HAN = r"[\u4e00-\u9fff]"
# What no Chinese sentence has: ASCII punctuation after a character, or a word of
# another script that touches one.
BADLY_SET = re.compile(
    rf"{HAN}[,;:!?()]|[,;!?(]{HAN}|{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}"
)

CODE_WORDS = [
    *(Kind, State, StepState, CheckState, StepKind),
    *(MemberStatus, ClusterState, Role, HostKind, FindingLevel),
]


@cache
def catalogue():
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="zh_Hans") if message.id]


@cache
def collected():
    """What `make translations` would collect now, each with its file."""
    with (LOCALE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)

    def is_ours(folder):
        return any(Path(folder).is_relative_to(ours) for ours in OURS)

    lines = extract_from_dir(ROOT, methods, options, directory_filter=is_ours)
    return {
        (context, words if isinstance(words, str) else words[0]): file
        for file, _, words, _, context in lines
    }


def key(message):
    return message.context, forms(message.id)[0]


def forms(words):
    return (words,) if isinstance(words, str) else tuple(words)


def test_every_sentence_has_a_translation():
    done = {key(m) for m in catalogue() if all(forms(m.string))}
    missing = {words: file for words, file in collected().items() if words not in done}
    assert not missing, "run `make translations`, then translate these"


def test_no_translation_is_left_of_a_sentence_that_is_gone():
    gone = {key(message) for message in catalogue()} - set(collected())
    assert not gone, "run `make translations`"


def test_no_translation_is_a_guess():
    assert not [message.id for message in catalogue() if message.fuzzy]


def test_a_translation_names_the_same_values_as_its_sentence():
    for message in catalogue():
        wanted = placeholders(forms(message.id)[-1])
        for form in forms(message.string):
            assert placeholders(form) == wanted, message.id


def placeholders(text):
    return sorted(set(PLACEHOLDER.findall(text)))


def test_chinese_is_set_as_chinese_is():
    for message in catalogue():
        for form in forms(message.string):
            words = PLACEHOLDER.sub("", form)
            assert not BADLY_SET.search(words), form


def test_what_people_read_is_what_the_catalogue_says():
    """The compiled catalogue is the one that was written."""
    with COMPILED.open("rb") as file:
        compiled = {written(m): forms(m.string) for m in read_mo(file) if m.id}
    assert compiled == {key(m): forms(m.string) for m in catalogue()}


def written(message):
    """The key of a compiled message; Babel leaves its context undecoded."""
    context, words = key(message)
    return context.decode() if isinstance(context, bytes) else context, words


def test_the_compiled_catalogue_is_the_one_that_django_reads():
    with translation.override("zh-hans"):
        assert translation.gettext("Your account may not do this.") == (
            "当前账号无权执行此操作。"
        )


@pytest.mark.parametrize("words", CODE_WORDS, ids=lambda words: words.__name__)
def test_every_code_word_that_people_meet_is_translated(words):
    """Those of the models and of the core; English shows them as they are."""
    for code in words:
        assert word(code.value) == code.value
        with translation.override("zh-hans"):
            assert re.search(HAN, word(code.value)), code
