"""Every state and step has its word; a new one fails here, not on a page."""

from datetime import UTC, datetime, timedelta

import pytest

from clusters.core.findings import FindingLevel
from clusters.core.health import ClusterState, MemberStatus
from clusters.core.meeting import StoreProtocol
from clusters.core.plan import StepKind
from clusters.core.releases import ADVISORIES
from clusters.core.spec import BootstrapMode, HostKind, Role
from clusters.models.discovery_token import TokenState
from clusters.models.operation import Kind, State, Via
from clusters.models.step import StepState
from clusters.queries.exports import FORMATS
from clusters.queries.tokens import EXPIRED
from clusters.web import tags, timeline, words


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (words.CLUSTER, ClusterState),
        (words.MEMBER, MemberStatus),
        (words.OPERATION, State),
        (words.STEP, StepState),
        (words.CHECK, FindingLevel),
        (words.HOST, HostKind),
        (words.ROLE, Role),
        (words.OPERATION_TITLES, Kind),
        (words.STEP_TITLES, StepKind),
        (words.DOORS, Via),
        (words.MODE_TITLES, BootstrapMode),
        (words.MODE_SENTENCES, BootstrapMode),
        (words.PROTOCOL_SENTENCES, StoreProtocol),
        (timeline._PHASES, StepKind),
    ],
)
def test_every_state_has_its_word(table, states):
    assert set(table) == {state.value for state in states}


def test_every_form_of_an_export_has_its_title_and_its_sentence():
    assert set(words.EXPORT_TITLES) == set(words.EXPORT_SENTENCES) == set(FORMATS)


def test_every_state_of_a_token_has_its_word_and_so_has_an_expired_one():
    assert set(words.TOKEN) == {*TokenState.values, EXPIRED}


def test_every_known_advisory_has_a_short_mark():
    assert {advisory.code for advisory in ADVISORIES} <= set(words.MARKS)


def test_what_is_not_known_is_shown_by_its_own_name():
    assert words.look(words.STEP, "very_new").word == "very new"
    assert (
        words.titled(words.STEP_TITLES, "move_member", "etcd1") == "move member etcd1"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s ago"),
        (59, "59 s ago"),
        (61, "1 min ago"),
        (3700, "1 h ago"),
        (200_000, "2 d ago"),
    ],
)
def test_an_age_is_one_number_and_its_unit(seconds, words):
    assert tags.age_in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (61, "1 min 1 s"), (7260, "2 h 1 min")],
)
def test_a_duration_is_exact_while_it_is_short(seconds, words):
    assert tags.exact(seconds) == words


def test_the_time_of_a_line_has_milliseconds():
    moment = datetime(2026, 1, 2, 3, 4, 5, 6789, tzinfo=UTC)
    assert tags.clock(moment) == "03:04:05.006"
    assert tags.clock(None) == ""


def test_a_phase_comes_once_in_every_plan():
    """Pages tell phases apart by their titles."""
    for steps in (StepKind, [*StepKind] * 2):
        titles = timeline._by_title(steps, str)
        assert sum(map(len, titles.values())) == len([*steps])
    order = [*timeline._by_title(timeline._PHASES, str)]
    assert order.index("Discovery") < order.index("Members") < order.index("Quorum")
