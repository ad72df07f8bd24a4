"""What every kind of step can do."""

from collections.abc import Collection, Sequence
from typing import Any

from clusters.core.findings import Finding, FindingLevel
from clusters.core.names import LABEL
from clusters.core.observed import ObjectSeen
from clusters.core.outcome import Done, Failed, Outcome
from clusters.core.text import Text, say
from clusters.engine.job import Job


class Handler:
    """One kind of step.

    `look` reads the world; `judge` says what that means (None: the call is needed);
    `act` is the one call, by what was just seen; `after` judges what is seen after it.
    """

    def look(self, job: Job) -> Any:
        return None

    def judge(self, job: Job, seen: Any) -> Outcome | None:
        return None

    def act(self, job: Job, seen: Any) -> None:
        """Make the one call; nothing for steps that only look."""

    def after(self, job: Job, seen: Any) -> Outcome | None:
        return self.judge(job, seen)


def foreign(kind: Text, seen: ObjectSeen) -> Failed:
    """Somebody else's thing has the name; it is never touched."""
    owner = seen.labels.get(f"{LABEL}.cluster")
    whose = (
        say("the cluster {name} of another panel", name=owner)
        if owner
        else say("something that this panel did not make")
    )
    return Failed(
        code="name_conflict",
        why=say(
            "The {kind} {name} ({id}) belongs to {whose}; it is left alone.",
            kind=kind,
            name=seen.name,
            id=seen.id[:12],
            whose=whose,
        ),
        advice=say(
            "Choose another cluster name, or remove it yourself if it is yours."
        ),
    )


CONTAINER = say("container")
NETWORK = say("network")
VOLUME = say("volume")


def judged(seen: Sequence[Finding], accepted: Collection[str]) -> Outcome:
    """What findings mean: a block stops, and so does a warning nobody accepted."""
    stops = [finding for finding in seen if _stops(finding, accepted)]
    if not stops:
        count = sum(f.level == FindingLevel.PASS for f in seen)
        return Done(message=say("{count} checks passed", count=count))
    first = stops[0]
    advice = first.advice
    if first.level == FindingLevel.WARN:
        advice = say(
            "{advice} Or accept “{code}”.", advice=first.advice, code=first.code
        )
    return Failed(
        code=first.code,
        why=first.text,
        advice=advice,
        evidence=tuple(finding.text for finding in stops),
        touched=False,
    )


def _stops(finding: Finding, accepted: Collection[str]) -> bool:
    if finding.level == FindingLevel.WARN:
        return finding.code not in accepted
    return finding.level == FindingLevel.BLOCK
