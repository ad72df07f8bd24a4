import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.compose.variables import fill
from clusters.core.compose.writing import escaped


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a$$b", "a$b"),
        ("$$$$", "$$"),
        ("${A:-b}", "b"),
        ("${A-b}c", "bc"),
        ("${A:-}", ""),
        ("x${A:-${B:-y}}z", "xyz"),
        ("${A:+set}", ""),
        ("${A:-$$5}", "$5"),
        ("${A:-http://h:1/?x=1}", "http://h:1/?x=1"),
    ],
)
def test_defaults_take_the_place_of_variables(written, text):
    filled = fill(written)
    assert (filled.text, filled.missing, filled.is_wrong) == (text, (), False)


@pytest.mark.parametrize(
    ("written", "missing"),
    [
        ("$A", ("A",)),
        ("${A}", ("A",)),
        ("${A:?say it}", ("A",)),
        ("${A?}", ("A",)),
        ("${A:-$B}", ("B",)),
        ("$A_1-${B}", ("A_1", "B")),
    ],
)
def test_variables_without_a_default_are_missing(written, missing):
    assert fill(written).missing == missing


def test_what_is_missing_stays_as_it_is_written():
    assert fill("https://d/${TOKEN}").text == "https://d/${TOKEN}"


def test_which_defaults_were_taken_is_known():
    assert fill("${A:-x${B-y}}").defaults == (("A", "xy"), ("B", "y"))


@pytest.mark.parametrize(
    "written", ["$", "a$ b", "${", "${}", "${A", "${1A}", "${A!x}", "${A:-${B}"]
)
def test_what_compose_would_refuse_is_wrong(written):
    assert fill(written).is_wrong
    assert fill(written).text == written


@pytest.mark.parametrize(
    "written", ["${A:-" * 2000 + "}" * 2000, "${A:-" * 50_000, "$" * 100_001]
)
def test_hostile_depth_is_refused_at_once(written):
    assert fill(written).is_wrong


@given(st.text())
def test_escaped_words_are_read_as_they_were(words):
    filled = fill(escaped(words))
    assert (filled.text, filled.missing, filled.is_wrong) == (words, (), False)


@given(st.text(alphabet="${}A:-?+ x"))
def test_no_text_breaks_it(words):
    fill(words)
