"""Wait until a cluster has formed, by the word of every member."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from clusters.core.cause import Remedy
from clusters.core.diagnosis import (
    LINES_TO_READ,
    Explanation,
    evidence,
    explain_any,
)
from clusters.core.errors import BackendError
from clusters.core.health import POLL_SECONDS, formation
from clusters.core.observed import InstanceSeen, MemberReport, RunState
from clusters.core.outcome import Done, Failed, NotYet, Outcome
from clusters.core.plan import StepKind
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.core.text import say
from clusters.drivers.base import Driver
from clusters.engine.job import Job, Tools
from clusters.engine.steps.base import Handler
from clusters.engine.steps.members import exited

PROBE_TIMEOUT = 1.0
WAITS_FOR_QUORUM = (StepKind.AWAIT_HEALTH, StepKind.AWAIT_MEMBER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathering:
    """What the members said, and those that have ended."""

    reports: Mapping[str, MemberReport]
    ended: tuple[InstanceSeen, ...]


class AwaitHealth(Handler):
    """Every member answers a linearizable read and lists exactly the planned ones."""

    def look(self, job: Job) -> Gathering:
        reports = probe_members(job.spec, job.tools)
        job.heard.update(reports)
        silent = [m for m in job.spec.peers if not reports[m.name].reachable]
        found = [_instance(job, member) for member in silent]
        ended = [seen for seen in found if seen and seen.state == RunState.EXITED]
        return Gathering(reports=reports, ended=tuple(ended))

    def judge(self, job: Job, seen: Gathering) -> Outcome | None:
        if seen.ended:
            first = seen.ended[0]
            return exited(job, first.name, first)
        return formation(job.spec, seen.reports)


class AwaitMember(Handler):
    """One member that came back answers a linearizable read again."""

    def look(self, job: Job) -> Gathering:
        report = _probe(job.spec, job.tools, job.member)
        seen = None if report.reachable else _instance(job, job.member)
        ended = (seen,) if seen and seen.state == RunState.EXITED else ()
        return Gathering(reports={job.member.name: report}, ended=ended)

    def judge(self, job: Job, seen: Gathering) -> Outcome | None:
        if seen.ended:
            return exited(job, job.instance, seen.ended[0])
        if seen.reports[job.member.name].serves:
            return Done(message=say("{name} serves", name=job.member.name))
        why = say("{name} does not serve yet", name=job.member.name)
        return NotYet(why=why, retry_in=POLL_SECONDS)


def probe_members(spec: ClusterSpec, tools: Tools) -> dict[str, MemberReport]:
    """Ask every voter at once, each with a short deadline."""
    with ThreadPoolExecutor(max_workers=max(len(spec.peers), 1)) as threads:
        answers = threads.map(lambda m: _probe(spec, tools, m), spec.peers)
        return dict(zip((m.name for m in spec.peers), answers, strict=True))


def _probe(spec: ClusterSpec, tools: Tools, member: MemberSpec) -> MemberReport:
    driver = tools.drivers[member.host]
    return driver.probe(endpoint_of(spec, driver, member), PROBE_TIMEOUT)


def endpoint_of(spec: ClusterSpec, driver: Driver, member: MemberSpec) -> str:
    """Where a member is asked; while its engine is away, where it is published.

    Members serve on without their engine, and one engine does not keep the panel from
    looking at what is on the others.
    """
    published = spec.endpoint(member)
    try:
        return driver.endpoint(spec.instance(member), published)
    except BackendError:
        return published


def _instance(job: Job, member: MemberSpec) -> InstanceSeen | None:
    return job.tools.drivers[member.host].find_instance(job.spec.instance(member))


def late(job: Job, outcome: NotYet, seconds: int) -> Failed:
    """A step had its time; the last lines of silent members say why."""
    if job.step.kind == StepKind.AWAIT_REGISTRATION:
        return _not_registered(job, outcome, seconds)
    if job.step.kind not in WAITS_FOR_QUORUM:
        return Failed(
            code="step_timed_out",
            why=say("After {seconds} s: {why}", seconds=seconds, why=outcome.why),
            advice=say("Look whether the host answers, then retry."),
        )
    found, lines = _last_words(job)
    why = say("No quorum after {seconds} s: {why}", seconds=seconds, why=outcome.why)
    return Failed(
        code="quorum_timeout",
        why=say("{why}. {cause}", why=why, cause=found.cause) if found else why,
        advice=found.advice if found else say("Look at the members' last lines below."),
        evidence=lines,
        remedy=found.remedy if found else "",
    )


def _not_registered(job: Job, outcome: NotYet, seconds: int) -> Failed:
    """Members wait for ever, and say nothing when their store is gone."""
    found, lines = _last_words(job)
    if found and found.code == "discovery_waiting":
        found = None  # which `outcome` says better, from the registry itself
    why = say("After {seconds} s: {why}", seconds=seconds, why=outcome.why)
    return Failed(
        code="discovery_timeout",
        why=say("{why}. {cause}", why=why, cause=found.cause) if found else why,
        advice=say(
            "Look whether {place} answers and why the others did not start; then"
            " retry: it gets a new token.",
            place=job.step.target,
        ),
        evidence=lines,
        remedy=found.remedy if found and found.remedy else Remedy.RETRY,
    )


def _last_words(job: Job) -> tuple[Explanation | None, tuple[str, ...]]:
    """What the silent members' logs say, and their last lines."""
    logs = list(_silent_logs(job))
    found = explain_any(logs)
    return found, tuple(line for log in logs for line in evidence(log, found))


def _silent_logs(job: Job) -> Iterator[tuple[str, ...]]:
    reports = probe_members(job.spec, job.tools)
    for member in job.spec.peers:
        if not reports[member.name].serves:
            driver = job.tools.drivers[member.host]
            yield driver.log_tail(job.spec.instance(member), LINES_TO_READ)
