"""Judge what members said: has the cluster formed, and how is it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clusters.core.identity import as_hex
from clusters.core.observed import InstanceSeen, MemberReport, RunState
from clusters.core.outcome import Done, Failed, NotYet, Outcome
from clusters.core.spec import ClusterSpec
from clusters.core.text import NOTHING, Text, say, say_count
from clusters.core.topology import failures_survived, quorum

POLL_SECONDS = 0.02
# All serve, and only know not yet each other's names: a matter of milliseconds.
LAST_POLL_SECONDS = 0.005
CRASH_LOOP_RESTARTS = 3


class MemberStatus(StrEnum):
    """What a member is, in one word."""

    STARTED = "started"
    UNSTARTED = "unstarted"
    UNREACHABLE = "unreachable"
    CRASH_LOOP = "crash_loop"
    LOST = "lost"
    PROXY = "proxy"
    UNKNOWN = "unknown"


class ClusterState(StrEnum):
    """What a cluster is, in one word."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    NO_QUORUM = "no_quorum"
    UNREACHABLE = "unreachable"
    CREATING = "creating"
    DELETING = "deleting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What, why, and what to do."""

    state: ClusterState
    what: Text
    why: Text = NOTHING
    do: Text = NOTHING


def formation(spec: ClusterSpec, reports: Mapping[str, MemberReport]) -> Outcome:
    """Whether a new cluster is what was asked for, by the word of every member.

    Every member must answer a linearizable read, with the predicted identities, and
    each must list exactly the planned members.
    """
    strangers = [f for f in _mismatches(spec, reports) if f]
    if strangers:
        return Failed(
            code="identity_mismatch",
            why=strangers[0],
            advice=say(
                "Something else answers at these ports, or a member has old data."
            ),
            evidence=tuple(strangers),
        )
    waiting = [m.name for m in spec.voters if not _complete(spec, reports.get(m.name))]
    count = spec.size - len(waiting)
    all_serve = all(m.name in reports and reports[m.name].serves for m in spec.voters)
    if waiting:
        return NotYet(
            why=say(
                "{count} of {size} members serve; waiting for {names}",
                count=count,
                size=spec.size,
                names=", ".join(waiting),
            ),
            retry_in=LAST_POLL_SECONDS if all_serve else POLL_SECONDS,
            progress={"current": count, "total": spec.size},
        )
    return Done(message=_strength(spec.size, spec.size))


def _complete(spec: ClusterSpec, report: MemberReport | None) -> bool:
    if report is None or not report.serves:
        return False
    listed = {m.id for m in report.members if m.name}
    return listed == {spec.predicted_member_id(m) for m in spec.voters}


def _mismatches(
    spec: ClusterSpec, reports: Mapping[str, MemberReport]
) -> list[Text | None]:
    found: list[Text | None] = []
    for member in spec.voters:
        report = reports.get(member.name)
        if report is None or not report.reachable or not report.member_id:
            continue
        found.append(
            _differs(member.name, spec.predicted_member_id(member), report.member_id)
        )
        if report.cluster_id:
            found.append(
                _differs(spec.name, spec.predicted_cluster_id(), report.cluster_id)
            )
    return found


def _differs(name: str, predicted: int, real: int) -> Text | None:
    if predicted == real:
        return None
    return say(
        "{name} has the ID {real}, not {predicted} as its peer URL and token say",
        name=name,
        real=as_hex(real),
        predicted=as_hex(predicted),
    )


def member_status(
    instance: InstanceSeen | None, *, has_data: bool, report: MemberReport | None
) -> MemberStatus:
    """One member in one word, from its host's view and its own."""
    if report is not None and report.reachable:
        return MemberStatus.STARTED
    if instance is None:
        return MemberStatus.UNSTARTED if has_data else MemberStatus.LOST
    if (
        instance.state == RunState.RESTARTING
        or instance.restarts >= CRASH_LOOP_RESTARTS
    ):
        return MemberStatus.CRASH_LOOP
    if instance.state == RunState.RUNNING:
        return MemberStatus.UNREACHABLE
    return MemberStatus.UNSTARTED


def verdict(size: int, statuses: Sequence[MemberStatus], serving: int) -> Verdict:
    """One cluster in words, from its members' statuses.

    `serving` counts the members that answered a linearizable read.
    """
    if not statuses or all(status == MemberStatus.UNKNOWN for status in statuses):
        return Verdict(state=ClusterState.UNKNOWN, what=say("Not looked at yet."))
    strength = _strength(serving, size)
    if serving == size:
        return Verdict(state=ClusterState.HEALTHY, what=strength)
    if all(status == MemberStatus.UNREACHABLE for status in statuses):
        return _out_of_reach(size)
    why = say_count(
        size - serving,
        "{count} member does not serve: {statuses}.",
        "{count} members do not serve: {statuses}.",
        statuses=", ".join(sorted({s for s in statuses if s != MemberStatus.STARTED}))
        or "-",
    )
    if serving >= quorum(size):
        do = say(
            "Look at the member's last lines; a stopped one is restarted by itself."
        )
        return Verdict(state=ClusterState.DEGRADED, what=strength, why=why, do=do)
    what = say(
        "No quorum: {serving} of {size} members serve, {needed} are needed.",
        serving=serving,
        size=size,
        needed=quorum(size),
    )
    do = say("Writes stop until {needed} members serve again.", needed=quorum(size))
    return Verdict(state=ClusterState.NO_QUORUM, what=what, why=why, do=do)


def _out_of_reach(size: int) -> Verdict:
    """Whether there is a quorum can not be told from here."""
    return Verdict(
        state=ClusterState.UNREACHABLE,
        what=say("None of {size} members answers the panel.", size=size),
        why=say("Each runs without an answer, or its host can not be asked."),
        do=say("Look at the hosts first, then at the members' last lines."),
    )


def _strength(serving: int, size: int) -> Text:
    left = max(serving - quorum(size), 0)
    return say_count(
        min(left, failures_survived(size)),
        "{serving} of {size} members healthy; survives {count} more failure.",
        "{serving} of {size} members healthy; survives {count} more failures.",
        serving=serving,
        size=size,
    )
