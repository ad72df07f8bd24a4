"""Steps about members beyond the size: v2 proxies."""

from clusters.core.observed import InstanceSeen, RunState
from clusters.core.outcome import Done, Failed, NotYet, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.steps.members import StartMember, exited

POLL_SECONDS = 0.05
PROBE_SECONDS = 1.0


class StartProxy(StartMember):
    """Running, when all others have formed the cluster."""


class AwaitProxy(StartMember):
    """It answers as a proxy, not as a member."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is not None and seen.state == RunState.EXITED:
            return exited(job, job.instance, seen)
        published = job.spec.endpoint(job.member)
        endpoint = job.driver.endpoint(job.instance, published)
        match job.driver.probe_proxy(endpoint, PROBE_SECONDS):
            case True:
                return Done(message=say("{name} is a proxy", name=job.member.name))
            case False:
                return Failed(
                    code="proxy_is_member",
                    why=say("{name} answers as a member.", name=job.member.name),
                    advice=say("Choose a larger size, or no extra members."),
                )
            case _:
                why = say("{name} does not answer yet", name=job.member.name)
                return NotYet(why=why, retry_in=POLL_SECONDS)
