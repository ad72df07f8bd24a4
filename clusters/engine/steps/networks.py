"""The network on which containers reach one another by name."""

from clusters.core.observed import ObjectSeen
from clusters.core.outcome import Done, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.steps.base import NETWORK, Handler, foreign


class CreateNetwork(Handler):
    """The cluster's own network."""

    def look(self, job: Job) -> ObjectSeen | None:
        return job.driver.find_network(job.step.target)

    def judge(self, job: Job, seen: ObjectSeen | None) -> Outcome | None:
        if seen is None:
            return None
        if not job.owns(seen):
            return foreign(NETWORK, seen)
        return Done(message=say("network {name}", name=seen.name))

    def act(self, job: Job, seen: ObjectSeen | None) -> None:
        job.driver.create_network(job.step.target, job.labels, job.spec.ticket.subnet)


class RemoveNetwork(Handler):
    """The same, gone."""

    def look(self, job: Job) -> ObjectSeen | None:
        return job.driver.find_network(job.step.target)

    def judge(self, job: Job, seen: ObjectSeen | None) -> Outcome | None:
        if seen is None:
            return Done(message=say("the network is gone"))
        if not job.owns(seen):
            return Done(
                message=say(
                    "the network {name} is not ours: left alone", name=seen.name
                )
            )
        return None

    def act(self, job: Job, seen: ObjectSeen | None) -> None:
        if seen is not None and job.owns(seen):
            job.driver.remove_network(seen.id)


class JoinNetwork(Handler):
    """Let the panel's own container reach the members by name."""

    def look(self, job: Job) -> bool | None:
        return job.driver.is_inside(job.step.target)

    def judge(self, job: Job, seen: bool | None) -> Outcome | None:  # noqa: FBT001
        if seen is False:
            return None
        return Done(message=say("the panel is on the network"))

    def act(self, job: Job, seen: bool | None) -> None:  # noqa: FBT001
        job.driver.join_network(job.step.target)


class LeaveNetwork(Handler):
    """Take the panel's own container off the network again."""

    def look(self, job: Job) -> bool | None:
        if job.driver.find_network(job.step.target) is None:
            return False
        return job.driver.is_inside(job.step.target)

    def judge(self, job: Job, seen: bool | None) -> Outcome | None:  # noqa: FBT001
        if seen:
            return None
        return Done(message=say("the panel is not on the network"))

    def act(self, job: Job, seen: bool | None) -> None:  # noqa: FBT001
        job.driver.leave_network(job.step.target)
