"""Where a member's data lives."""

from clusters.core.observed import ObjectSeen
from clusters.core.outcome import Done, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.steps.base import VOLUME, Handler, foreign


class CreateVolume(Handler):
    """A place for the data of one member."""

    def look(self, job: Job) -> ObjectSeen | None:
        return job.driver.find_volume(job.volume)

    def judge(self, job: Job, seen: ObjectSeen | None) -> Outcome | None:
        if seen is None:
            return None
        if not job.owns(seen):
            return foreign(VOLUME, seen)
        return Done(message=say("volume {name}", name=seen.name))

    def act(self, job: Job, seen: ObjectSeen | None) -> None:
        job.driver.create_volume(job.volume, job.labels)


class RemoveVolume(Handler):
    """The data of one member, gone for good."""

    def look(self, job: Job) -> ObjectSeen | None:
        return job.driver.find_volume(job.volume)

    def judge(self, job: Job, seen: ObjectSeen | None) -> Outcome | None:
        if seen is None:
            return Done(message=say("its data is gone"))
        if not job.owns(seen):
            return Done(
                message=say("the volume {name} is not ours: left alone", name=seen.name)
            )
        return None

    def act(self, job: Job, seen: ObjectSeen | None) -> None:
        job.driver.remove_volume(job.volume)
