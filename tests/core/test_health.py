from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.health import (
    ClusterState,
    MemberStatus,
    formation,
    member_status,
    verdict,
)
from clusters.core.observed import MemberReport, RunState
from clusters.core.outcome import Done, Failed, NotYet
from tests.builders import instance, report, reports, silence, spec

SPEC = spec(cluster_token="etcd-cluster")
STARTED, UNREACHABLE = MemberStatus.STARTED, MemberStatus.UNREACHABLE


# Has it formed?


def test_a_cluster_has_formed_when_every_member_serves_and_lists_the_others():
    outcome = formation(SPEC, reports(SPEC))
    assert isinstance(outcome, Done)
    assert str(outcome.message) == "3 of 3 members healthy; survives 1 more failure."


@pytest.mark.parametrize(
    "less",
    [
        silence(SPEC, "etcd2"),
        report(SPEC, "etcd2", linearizable=False),
        report(SPEC, "etcd2", members=()),
        report(SPEC, "etcd2", members=report(SPEC, "etcd1").members[:2]),
    ],
    ids=["silent", "without a leader", "lists nobody", "lists too few"],
)
def test_a_cluster_waits_for_the_member_that_is_not_ready(less):
    outcome = formation(SPEC, reports(SPEC, etcd2=less))
    assert isinstance(outcome, NotYet)
    assert str(outcome.why) == "2 of 3 members serve; waiting for etcd2"
    assert outcome.progress == {"current": 2, "total": 3}
    assert 0 < outcome.retry_in < 0.1


def test_who_lacks_only_names_is_asked_again_sooner_than_who_does_not_serve():
    unlisted = reports(SPEC, etcd2=report(SPEC, "etcd2", members=()))
    leaderless = reports(SPEC, etcd2=report(SPEC, "etcd2", linearizable=False))
    assert formation(SPEC, unlisted).retry_in < formation(SPEC, leaderless).retry_in


def test_a_member_that_does_not_know_its_own_name_yet_is_waited_for():
    listed = report(SPEC, "etcd1").members
    unnamed = (listed[0], listed[1], replace(listed[2], name=""))
    outcome = formation(
        SPEC, reports(SPEC, etcd1=report(SPEC, "etcd1", members=unnamed))
    )
    assert isinstance(outcome, NotYet)


def test_a_cluster_with_a_stranger_in_its_list_is_waited_for():
    stranger = replace(report(SPEC, "etcd1").members[0], id=7, name="stranger")
    more = report(SPEC, "etcd1", members=(*report(SPEC, "etcd1").members, stranger))
    assert isinstance(formation(SPEC, reports(SPEC, etcd1=more)), NotYet)


def test_nothing_said_yet_is_no_failure():
    outcome = formation(SPEC, {})
    assert isinstance(outcome, NotYet)
    assert str(outcome.why) == "0 of 3 members serve; waiting for etcd1, etcd2, etcd3"


def test_another_member_id_than_predicted_is_a_failure_with_evidence():
    stranger = report(SPEC, "etcd2", member_id=0xABC, linearizable=False)
    outcome = formation(SPEC, reports(SPEC, etcd2=stranger))
    assert isinstance(outcome, Failed)
    assert outcome.code == "identity_mismatch"
    assert str(outcome.why) == (
        "etcd2 has the ID abc, not d282ac2ce600c1ce as its peer URL and token say"
    )
    assert "Something else answers at these ports" in str(outcome.advice)
    assert outcome.evidence == (outcome.why,)


def test_another_cluster_id_than_predicted_is_a_failure_too():
    all_alien = {m.name: report(SPEC, m.name, cluster_id=1) for m in SPEC.members}
    outcome = formation(SPEC, all_alien)
    assert isinstance(outcome, Failed)
    assert str(outcome.why).startswith("a has the ID 1, not 8f2a2ec5c0087dcb")
    assert len(outcome.evidence) == 3


def test_a_member_that_does_not_say_who_it_is_is_waited_for():
    silent = report(SPEC, "etcd2", member_id=0, cluster_id=0, linearizable=False)
    assert isinstance(formation(SPEC, reports(SPEC, etcd2=silent)), NotYet)


# One member in one word


@pytest.mark.parametrize(
    ("seen", "has_data", "status"),
    [
        (None, True, "unstarted"),
        (None, False, "lost"),
        (instance(state=RunState.RUNNING), True, "unreachable"),
        (instance(state=RunState.CREATED), True, "unstarted"),
        (instance(state=RunState.EXITED), True, "unstarted"),
        (instance(state=RunState.RESTARTING), True, "crash_loop"),
        (instance(state=RunState.RUNNING, restarts=3), True, "crash_loop"),
        (instance(state=RunState.RUNNING, restarts=2), True, "unreachable"),
        (instance(state=RunState.EXITED, restarts=9), True, "crash_loop"),
    ],
)
def test_a_silent_member_is_what_its_host_says(seen, has_data, status):
    for said in (None, silence(SPEC, "etcd1")):
        assert member_status(seen, has_data=has_data, report=said) == status


@pytest.mark.parametrize("seen", [None, instance(), instance(restarts=9)])
def test_a_member_that_answers_is_started_whatever_its_host_says(seen):
    said = report(SPEC, "etcd1", linearizable=False)
    assert member_status(seen, has_data=False, report=said) == STARTED


def test_a_member_serves_when_it_answers_a_linearizable_read():
    said = MemberReport(endpoint="x", reachable=True, linearizable=True)
    assert said.serves
    assert not replace(said, linearizable=False).serves
    assert not replace(said, reachable=False).serves


# One cluster in words


def words(size, statuses, serving):
    judged = verdict(size, statuses, serving)
    return judged.state, str(judged.what), str(judged.why), str(judged.do)


def test_a_whole_cluster_is_healthy_and_says_what_it_survives():
    assert words(3, [STARTED] * 3, 3) == (
        ClusterState.HEALTHY,
        "3 of 3 members healthy; survives 1 more failure.",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("size", "serving", "left"), [(1, 1, 0), (2, 2, 0), (4, 4, 1), (5, 4, 1), (7, 7, 3)]
)
def test_the_failures_left_are_counted_from_what_serves_now(size, serving, left):
    _, what, _, _ = words(size, [STARTED] * size, serving)
    assert f"{serving} of {size} members healthy; survives {left} more" in what


def test_one_lost_member_degrades_and_says_why_and_what_to_do():
    assert words(3, [STARTED, STARTED, MemberStatus.CRASH_LOOP], 2) == (
        ClusterState.DEGRADED,
        "2 of 3 members healthy; survives 0 more failures.",
        "1 member does not serve: crash_loop.",
        "Look at the member's last lines; a stopped one is restarted by itself.",
    )


def test_without_a_quorum_writes_stop():
    assert words(3, [STARTED, UNREACHABLE, MemberStatus.LOST], 0) == (
        ClusterState.NO_QUORUM,
        "No quorum: 0 of 3 members serve, 2 are needed.",
        "3 members do not serve: lost, unreachable.",
        "Writes stop until 2 members serve again.",
    )


def test_members_that_run_without_a_leader_are_no_quorum():
    state, _, why, _ = words(3, [STARTED] * 3, 0)
    assert state == ClusterState.NO_QUORUM
    assert why == "3 members do not serve: -."


def test_a_cluster_of_which_nobody_answers_is_unreachable_not_without_quorum():
    assert words(3, [UNREACHABLE] * 3, 0) == (
        ClusterState.UNREACHABLE,
        "None of 3 members answers the panel.",
        "Each runs without an answer, or its host can not be asked.",
        "Look at the hosts first, then at the members' last lines.",
    )


@pytest.mark.parametrize("statuses", [[], [MemberStatus.UNKNOWN] * 3])
def test_what_was_not_looked_at_is_not_judged(statuses):
    assert words(3, statuses, 0)[:2] == (ClusterState.UNKNOWN, "Not looked at yet.")


@given(size=st.integers(min_value=1, max_value=7), data=st.data())
def test_a_cluster_serves_exactly_as_long_as_its_majority_does(size, data):
    serving = data.draw(st.integers(min_value=0, max_value=size))
    down = size - serving
    judged = verdict(size, [STARTED] * serving + [MemberStatus.LOST] * down, serving)
    serves = judged.state in {ClusterState.HEALTHY, ClusterState.DEGRADED}
    assert serves == (serving > size / 2)
    assert (judged.state == ClusterState.HEALTHY) == (down == 0)
    assert bool(judged.do) == bool(judged.why) == (down > 0)
