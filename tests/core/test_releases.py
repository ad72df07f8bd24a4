import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.releases import (
    ADVISORIES,
    LINES,
    NEWEST,
    Version,
    advisories,
    known_version,
)

numbers = st.tuples(*[st.integers(min_value=0, max_value=99)] * 3)


def codes(version):
    return [advisory.code for advisory in advisories(Version.parse(version))]


@pytest.mark.parametrize("written", ["3.6.16", "v3.6.16", " 3.6.16 "])
def test_a_version_is_read_with_and_without_its_v(written):
    assert Version.parse(written) == Version(3, 6, 16)


@pytest.mark.parametrize(
    "written", ["", "3", "3.6", "3.6.x", "latest", "3.6.16-rc.1", "v3.6.16-amd64"]
)
def test_anything_else_is_not_a_version(written):
    assert Version.parse(written) is None


@given(one=numbers, other=numbers)
def test_versions_are_ordered_as_releases_are(one, other):
    assert (Version(*one) < Version(*other)) == (one < other)


@given(parts=numbers)
def test_a_version_prints_as_it_is_read(parts):
    assert Version.parse(str(Version(*parts))) == Version(*parts)


@pytest.mark.parametrize(
    "written", ["3.4.45", "3.5.0", "v3.5.1", "3.5.35", "3.6.16", "3.7.3"]
)
def test_releases_of_known_lines_are_known(written):
    assert known_version(written) == Version.parse(written)


@pytest.mark.parametrize(
    "written", ["3.3.27", "3.4.46", "3.5.36", "3.6.17", "3.7.4", "3.8.0", "2.3.8", "x"]
)
def test_releases_that_do_not_exist_or_are_too_old_are_unknown(written):
    assert known_version(written) is None


def test_the_newest_release_is_the_newest_of_all_lines():
    assert Version(3, 7, 3) == NEWEST


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.4.45", ["release_end_of_life"]),
        (
            "3.5.0",
            [
                "release_corrupting",
                "defrag_crash_inconsistency",
                "release_below_security_floor",
            ],
        ),
        (
            "3.5.1",
            [
                "release_corrupting",
                "defrag_crash_inconsistency",
                "learner_promotion_lost",
                "release_below_security_floor",
            ],
        ),
        (
            "3.5.3",
            [
                "srv_trailing_dot",
                "defrag_crash_inconsistency",
                "learner_promotion_lost",
                "release_below_security_floor",
            ],
        ),
        ("3.5.6", ["learner_promotion_lost", "release_below_security_floor"]),
        ("3.5.20", ["release_below_security_floor"]),
        ("3.5.33", []),
        ("3.6.13", ["release_below_security_floor"]),
        ("3.6.14", []),
        ("3.7.0", ["release_below_security_floor"]),
        ("3.7.1", []),
        ("3.9.0", []),
    ],
)
def test_each_release_comes_with_what_one_must_know_of_it(version, expected):
    assert codes(version) == expected


@pytest.mark.parametrize("version", ["3.5.0", "3.5.1", "3.5.2"])
def test_corrupting_releases_must_be_accepted(version):
    must = [a.code for a in advisories(Version.parse(version)) if a.must_accept]
    assert must == ["release_corrupting"]


def test_no_other_release_must_be_accepted():
    for line in LINES.values():
        assert not any(a.must_accept for a in advisories(line.newest))


def test_the_advice_names_the_numbers():
    (below,) = advisories(Version(3, 6, 13))
    assert str(below.text) == "etcd 3.6.13 lacks security fixes; use 3.6.14 or later."
    (old,) = advisories(Version(3, 4, 45))
    assert "3.4 has had no fixes since 2026-06-01" in str(old.text)


def test_every_advisory_has_a_source_and_a_range():
    for advisory in ADVISORIES:
        assert advisory.source.startswith("https://")
        assert advisory.first <= advisory.last


def test_the_newest_of_each_line_is_above_its_security_floor():
    for line in LINES.values():
        assert line.security_floor is None or line.newest >= line.security_floor
