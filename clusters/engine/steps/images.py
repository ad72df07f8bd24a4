"""The image that all members of a host run."""

from clusters.core.images import full_reference
from clusters.core.meeting_steps import DNS_IMAGE
from clusters.core.observed import ImageSeen
from clusters.core.outcome import Done, NotYet, Outcome
from clusters.core.text import say
from clusters.engine.job import Job
from clusters.engine.steps.base import Handler


def reference(job: Job) -> str:
    """What is pulled on the host of this step."""
    if job.step.target == DNS_IMAGE:
        return job.tools.meeting.dns_image
    repository = job.tools.repositories[job.step.host]
    return full_reference(job.spec.image, repository, job.spec.version)


class PullImage(Handler):
    """Fetch the image, and pin what was fetched."""

    def look(self, job: Job) -> ImageSeen | None:
        return job.driver.find_image(reference(job))

    def judge(self, job: Job, seen: ImageSeen | None) -> Outcome | None:
        if seen is None:
            return None
        return Done(
            message=say(
                "{reference} is {pinned}", reference=seen.reference, pinned=seen.pinned
            ),
            result={"pinned": seen.pinned},
        )

    def act(self, job: Job, seen: ImageSeen | None) -> None:
        job.driver.pull_image(reference(job), job.progress, job.stop)

    def after(self, job: Job, seen: ImageSeen | None) -> Outcome | None:
        if seen is None and job.stop():
            return NotYet(why=say("the pull was stopped"), retry_in=1.0)
        return self.judge(job, seen)
