from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.errors import SpecError
from clusters.queries.compose_text import LARGEST, read_text, write_text


def refusal(text):
    with pytest.raises(SpecError) as error:
        read_text(text)
    (problem,) = error.value.problems
    assert problem.field == "compose"
    return f"{problem.code}: {problem.text}"


def test_numbers_stay_as_they_are_written():
    text = "a: 1e3\nb: 22:22\nc: 0x10\nd: 2024-01-01\ne: yes\nf: 3.0\ng: on"
    assert read_text(text) == {
        "a": "1e3",
        "b": "22:22",
        "c": "0x10",
        "d": "2024-01-01",
        "e": "yes",
        "f": "3.0",
        "g": "on",
    }


def test_true_false_and_nothing_are_read():
    assert read_text("a: true\nb: False\nc: ~\nd:\ne: null") == {
        "a": True,
        "b": False,
        "c": None,
        "d": None,
        "e": None,
    }


def test_anchors_and_merge_keys_are_read():
    text = "x: &x {a: b, c: d}\ny: {<<: *x, c: e}\nz: *x"
    assert read_text(text) == {
        "x": {"a": "b", "c": "d"},
        "y": {"a": "b", "c": "e"},
        "z": {"a": "b", "c": "d"},
    }


def test_json_is_read_too():
    assert read_text('{"services": {"a": {"ports": ["1:2"]}}}') == {
        "services": {"a": {"ports": ["1:2"]}}
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "compose_not_yaml: Line 1, column 5: expected the node content, but"),
        ("a:\n\tb: 1", "compose_not_yaml: Line 2, column 1: found character '\\t'"),
        ("a: b\nc: d: e", "compose_not_yaml: Line 2, column 5: mapping values are not"),
        ("a: 1\na: 2", "compose_not_yaml: Line 2, column 1: The key a comes twice"),
        ("? [x]\n: 1", "compose_not_yaml: Line 1, column 3: A key must be a text."),
        ("ok: 1\n\x00", "compose_not_yaml: Line 2 has a character that YAML forbids."),
        ("a: b\n---\nc: d", "compose_not_yaml: Line 2, column 1: but found another"),
        ("a: *x", "compose_not_yaml: Line 1, column 4: *x stands for nothing yet"),
        ("a: &x [*x]", "compose_not_yaml: Line 1, column 8: *x stands for nothing"),
        ("a: {<<: 5}", "compose_not_yaml: Line 1, column 9: expected a mapping or"),
        ("- a", "compose_invalid: This is not a Compose file: it has no keys."),
        ("", "compose_invalid: This is not a Compose file: it has no keys."),
        (
            "a: !!binary aGk=",
            "compose_not_yaml: Line 1, column 4: The tag tag:yaml.org",
        ),
        (
            "a: !!python/object/apply:os.system [id]",
            (
                "compose_not_yaml: Line 1, column 4: The tag"
                " tag:yaml.org,2002:python/object/apply:os.system is not read"
            ),
        ),
        ("a: !reset []", "compose_not_yaml: Line 1, column 4: The tag !reset is not"),
    ],
)
def test_what_can_not_be_read_says_where_and_why(text, said):
    assert refusal(text).startswith(said)


def test_a_large_file_is_refused_unread():
    assert refusal("#" * (LARGEST + 1)) == (
        "compose_too_large: The file is larger than 256 KiB."
    )


def test_a_billion_laughs_are_not_laughed():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert "More than 20000 values" in refusal("\n".join(lines))


def test_merge_keys_do_not_multiply_either():
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: v" for n in range(100)) + "}"]
    lines += [
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 9)
    ]
    assert "More than 20000 values" in refusal("\n".join(lines))


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 5000, "a: " + "{b: " * 5000, "- " * 5000]
)
def test_depth_is_refused_before_it_costs_anything(text):
    assert "More than 32 levels" in refusal(text)


def test_a_chain_of_aliases_is_as_deep_as_what_it_stands_for():
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))]
    assert "More than 32 levels" in refusal("\n".join(lines))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with suppress(SpecError):
        assert isinstance(read_text(text), dict)


DATA = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.one_of(st.text(), st.booleans(), st.none(), st.lists(st.text(), max_size=3)),
    min_size=1,
    max_size=5,
)


@given(DATA)
def test_what_is_written_is_read_as_it_was(data):
    assert read_text(write_text(data)) == data


@given(DATA)
def test_every_other_reader_agrees(data):
    assert yaml.safe_load(write_text(data)) == data


def test_values_stand_in_quotes_and_keys_do_not():
    assert write_text({"a": "1", "on": ["22:22"]}, ("said first",)) == (
        '# said first\na: "1"\n"on":\n- "22:22"\n'
    )
