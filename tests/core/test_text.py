import json

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.text import NOTHING, Text, quote, say, say_count
from clusters.queries.texts import stored, translate

NESTED = say(
    "{host} can not be used: {reason}", host="docker", reason=say("{n} errors", n=2)
)
values = st.recursive(
    st.text() | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.builds(
        lambda value: Text("{value}", {"value": value}),
        inner,
    ),
    max_leaves=5,
)


def test_a_sentence_prints_with_its_values():
    assert str(say("{count} of {size}", count=2, size=3)) == "2 of 3"


def test_a_sentence_may_be_a_value_of_another():
    assert str(NESTED) == "docker can not be used: 2 errors"


def test_a_sentence_without_values_may_hold_braces():
    assert str(say("use {a,b}")) == "use {a,b}"


def test_the_empty_sentence_is_false_and_every_other_is_true():
    assert not NOTHING
    assert not Text.from_json(NOTHING.as_json())
    assert say("x")


def test_a_sentence_survives_the_database():
    kept = json.loads(json.dumps(NESTED.as_json()))
    assert Text.from_json(kept) == NESTED


@given(value=values)
def test_every_sentence_survives_the_database(value):
    text = Text("{value}", {"value": value})
    assert Text.from_json(json.loads(json.dumps(text.as_json()))) == text


def test_what_was_never_said_reads_as_nothing():
    assert Text.from_json(None) == Text.from_json({}) == NOTHING
    assert stored(None) == stored({}) == translate(NOTHING) == ""


def test_words_from_outside_are_shown_as_they_are():
    words = quote("level=fatal {not} a\x1b[31m template\nsecond line")
    assert str(words) == "level=fatal {not} a [31m template second line"
    assert translate(words) == str(words)


def test_words_from_outside_are_cut():
    assert len(str(quote("x" * 10_000))) == 400


def test_words_of_another_tongue_are_kept():
    assert str(quote("磁盘已满")) == "磁盘已满"


def test_sentences_are_translated_at_the_desk_with_their_parts():
    """Django's own catalogue stands in: it has these words in every language."""
    text = say("Yes")
    both = say("{one}, {two}", one=text, two=say("{word}", word="Yes"))
    with translation.override("zh-hans"):
        assert translate(text) == "是"
        assert translate(both) == "是, Yes"
    assert translate(both) == "Yes, Yes"


def test_one_is_counted_in_other_words_than_many():
    def count(number):
        one, many = "{count} of {size} member", "{count} of {size} members"
        return str(say_count(number, one, many, size=3))

    assert count(1) == "1 of 3 member"
    assert [count(n) for n in (0, 2)] == ["0 of 3 members", "2 of 3 members"]
