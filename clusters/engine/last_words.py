"""Why a member is down, by the last lines of its log, kept beside what was seen.

The log is read when the member's status changes, and then every 30 s at most: a member
that ends again and again is looked at every few seconds.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from clusters.core.diagnosis import LINES_TO_READ, Explanation, evidence, explain
from clusters.core.errors import BackendError
from clusters.core.health import MemberStatus
from clusters.core.observed import InstanceSeen, RunState
from clusters.core.text import NOTHING, Text, say, say_count
from clusters.drivers.base import Driver
from clusters.models import Member, Observation

READ_AGAIN = timedelta(seconds=30)
_READ_AT = "log_read_at"
_FACTS = ("why", "advice", "cause", "remedy", "evidence", _READ_AT)
_DOWN = (MemberStatus.CRASH_LOOP, MemberStatus.UNREACHABLE)


def why_down(
    row: Member, status: MemberStatus, seen: InstanceSeen | None, driver: Driver
) -> dict[str, Any]:
    """What its log adds to the facts of a member that is down; nothing otherwise."""
    if seen is None or (status not in _DOWN and seen.state != RunState.EXITED):
        return {}
    known = _known(row, status)
    if known:
        return known
    try:
        lines = driver.log_tail(seen.name, LINES_TO_READ)
    except BackendError:
        return {}
    return _facts(status, seen, lines) | {_READ_AT: timezone.now().isoformat()}


def _known(row: Member, status: MemberStatus) -> dict[str, Any]:
    """What was read before, when that is recent and nothing has changed since."""
    before = Observation.objects.filter(member=row, status=status.value).first()
    read_at = before.facts.get(_READ_AT) if before else None
    if before is None or not read_at:
        return {}
    if timezone.now() - datetime.fromisoformat(read_at) > READ_AGAIN:
        return {}
    return {name: before.facts[name] for name in _FACTS if name in before.facts}


def _facts(
    status: MemberStatus, seen: InstanceSeen, lines: tuple[str, ...]
) -> dict[str, Any]:
    found = explain(lines)
    if found and found.is_wait and seen.state != RunState.RUNNING:
        found = None  # one that has ended does not wait
    if found is None and status == MemberStatus.UNREACHABLE:
        return {}
    return {
        "why": _why(status, seen, found).as_json(),
        "advice": found.advice.as_json() if found else None,
        "cause": found.code if found else "",
        "remedy": found.remedy.value if found else "",
        "evidence": list(evidence(lines, found)),
    }


def _why(status: MemberStatus, seen: InstanceSeen, found: Explanation | None) -> Text:
    cause = found.cause if found else NOTHING
    if status == MemberStatus.UNREACHABLE:
        return cause
    how = _end(status, seen)
    return say("{why} {cause}", why=how, cause=cause) if cause else how


def _end(status: MemberStatus, seen: InstanceSeen) -> Text:
    if status == MemberStatus.CRASH_LOOP:
        return say_count(
            seen.restarts,
            "It ended by itself and was restarted {count} time.",
            "It ended by itself and was restarted {count} times.",
        )
    code = "?" if seen.exit_code is None else str(seen.exit_code)
    return say("It ended with exit code {code}.", code=code)
