"""Steps about a host as a whole, and about the definition."""

from clusters.core.findings import Finding
from clusters.core.outcome import Done, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.preflight import findings
from clusters.engine.steps.base import Handler, judged


class CheckHost(Handler):
    """Nothing may be in the way before the first change."""

    def look(self, job: Job) -> tuple[Finding, ...]:
        return tuple(findings(job.spec, job.step.host, job.tools))

    def judge(self, job: Job, seen: tuple[Finding, ...]) -> Outcome | None:
        return judged(seen, job.accepted)


class ForgetCluster(Handler):
    """The definition and its ports; the journal removes them with the record."""

    def judge(self, job: Job, seen: object) -> Outcome | None:
        return Done(message=say("the definition and its ports are released"))
