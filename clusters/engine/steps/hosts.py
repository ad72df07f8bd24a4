"""Steps about a host as a whole, and about the definition."""

from clusters.core.findings import Finding, FindingLevel
from clusters.core.outcome import Done, Failed, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.preflight import findings
from clusters.engine.steps.base import Handler


class CheckHost(Handler):
    """Nothing may be in the way before the first change."""

    def look(self, job: Job) -> tuple[Finding, ...]:
        return tuple(findings(job.spec, job.step.host, job.tools))

    def judge(self, job: Job, seen: tuple[Finding, ...]) -> Outcome | None:
        blocks = [finding for finding in seen if finding.level == FindingLevel.BLOCK]
        if not blocks:
            count = sum(f.level == FindingLevel.PASS for f in seen)
            return Done(message=say("{count} checks passed", count=count))
        first = blocks[0]
        return Failed(
            code=first.code,
            why=first.text,
            advice=first.advice,
            evidence=tuple(finding.text for finding in blocks),
            touched=False,
        )


class ForgetCluster(Handler):
    """The definition and its ports; the journal removes them with the record."""

    def judge(self, job: Job, seen: object) -> Outcome | None:
        return Done(message=say("the definition and its ports are released"))
