import subprocess

import pytest

from clusters.core.options import GIB, OPTIONS, OptionKind, option_problems
from clusters.core.releases import Version
from tests import parts

NEWEST = Version(3, 7, 3)
WHOLE_NUMBERS = [o for o in OPTIONS.values() if o.kind == OptionKind.INTEGER]
CHOICES = [o for o in OPTIONS.values() if o.kind == OptionKind.CHOICE]


def found(values, version=NEWEST):
    problems = option_problems(values, version)
    return [f"{problem.field}: {problem.code}" for problem in problems]


def said(values, version=NEWEST):
    (problem,) = option_problems(values, version)
    return str(problem.text)


def beside(option, value):
    """A heartbeat is judged beside an election timeout that suits it."""
    suited = {"heartbeat_interval": 50_000, "election_timeout": 10_000}
    if option.name == "heartbeat_interval":
        return {option.name: value, "election_timeout": suited["heartbeat_interval"]}
    if option.name == "election_timeout":
        return {option.name: value, "heartbeat_interval": 10}
    return {option.name: value}


@pytest.mark.parametrize("option", WHOLE_NUMBERS, ids=lambda option: option.name)
def test_a_number_is_good_from_its_lowest_to_its_highest(option):
    for value in (option.low, option.high):
        assert found(beside(option, value)) == []


@pytest.mark.parametrize("option", WHOLE_NUMBERS, ids=lambda option: option.name)
def test_a_number_is_wrong_outside_of_its_bounds_or_when_it_is_none(option):
    field = f"options.{option.name}: option_invalid"
    wrong = (option.low - 1, option.high + 1, str(option.low), 1.5, None, True, [1])
    for value in wrong:
        assert field in found(beside(option, value))


@pytest.mark.parametrize("option", CHOICES, ids=lambda option: option.name)
def test_a_choice_is_one_of_its_words(option):
    for word in option.choices:
        assert found({option.name: word}) == []
    for value in ("", "other", option.choices[0].upper(), None, 1, [], {}):
        assert found({option.name: value}) == [f"options.{option.name}: option_invalid"]


@pytest.mark.parametrize("value", [True, False])
def test_a_switch_is_on_or_off(value):
    assert found({"pre_vote": value}) == []


@pytest.mark.parametrize("value", ["true", 1, 0, None, ""])
def test_a_switch_is_nothing_else(value):
    assert found({"pre_vote": value}) == ["options.pre_vote: option_invalid"]


@pytest.mark.parametrize("value", ["1h", "30m", "1h30m", "10s", "5", 5, "0"])
def test_retention_is_a_time_or_a_number(value):
    assert found({"auto_compaction_retention": value}) == []


@pytest.mark.parametrize("value", ["", "1d", "-1", -1, "1.5h", "h", True, None, "1h "])
def test_retention_is_nothing_else(value):
    assert found({"auto_compaction_retention": value}) == [
        "options.auto_compaction_retention: option_invalid"
    ]


def test_retention_by_revisions_is_a_number():
    by_revision = {"auto_compaction_mode": "revision"}
    assert found({**by_revision, "auto_compaction_retention": "1000"}) == []
    assert found({**by_revision, "auto_compaction_retention": "1h"}) == [
        "options.auto_compaction_retention: retention_not_a_number"
    ]
    assert found({**by_revision, "auto_compaction_retention": "soon"}) == [
        "options.auto_compaction_retention: option_invalid"
    ]


@pytest.mark.parametrize(
    ("values", "good"),
    [
        ({"heartbeat_interval": 100, "election_timeout": 500}, True),
        ({"heartbeat_interval": 100, "election_timeout": 499}, False),
        ({"heartbeat_interval": 200}, True),
        ({"heartbeat_interval": 201}, False),
        ({"election_timeout": 500}, True),
        ({"election_timeout": 499}, False),
    ],
)
def test_the_election_timeout_is_five_heartbeats_at_least(values, good):
    code = "options.election_timeout: election_timeout_too_short"
    assert found(values) == ([] if good else [code])


def test_the_timing_sentence_has_both_numbers():
    assert said({"heartbeat_interval": 300}) == (
        "The election timeout (1000 ms) must be at least five times the heartbeat"
        " interval (300 ms)."
    )


@pytest.mark.parametrize(
    "name",
    ["name", "data_dir", "initial_cluster", "enable_v2", "--metrics", "METRICS", ""],
)
def test_flags_that_are_not_on_the_list_are_refused(name):
    assert found({name: "x"}) == [f"options.{name}: option_invalid"]
    assert "is not an option that may be set. Choose from: auto_compac" in said(
        {name: "x"}
    )


def test_a_number_out_of_bounds_is_told_its_bounds():
    sentence = f"Use a whole number from {16 * 1024**2} to {8 * GIB} bytes."
    assert said({"quota_backend_bytes": 1}) == sentence


def test_an_option_is_refused_for_releases_before_it_came():
    assert found({"max_learners": 2}, Version(3, 6, 0)) == []
    assert found({"max_learners": 2}, None) == []
    assert said({"max_learners": 2}, Version(3, 5, 35)) == (
        "--max-learners came with etcd 3.6.0."
    )


@pytest.mark.parametrize("line", ["3.4", "3.5", "3.6", "3.7"])
def test_every_option_is_a_flag_of_the_real_etcd(line):
    folder = parts.etcd_dir(line)
    done = subprocess.run(
        [folder / "etcd", "--help"], capture_output=True, text=True, check=False
    )
    words = set((done.stdout + done.stderr).split())
    for option in OPTIONS.values():
        is_there = not option.since or Version.parse(folder.name) >= option.since
        assert (option.flag in words) == is_there, option.flag
