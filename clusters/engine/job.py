"""What a step gets to work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from clusters.core.labels import object_labels
from clusters.core.observed import HostFacts, MemberReport, ObjectSeen
from clusters.core.plan import Step
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.discovery.base import Discovery
from clusters.drivers.base import Driver, Progress, Stop
from clusters.engine.meeting import Meeting


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """The outside world of one cluster."""

    drivers: Mapping[str, Driver]
    discovery: Discovery
    meeting: Meeting
    installation: str
    facts: Mapping[str, HostFacts]
    repositories: Mapping[str, str]
    bootstrap_limit: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One attempt at one step.

    `guard` raises when the lease is lost; it is called right before the one call that
    changes something. `images` are the pinned images of the hosts; in `heard` is kept
    what the members said last, in `made` what this attempt got from outside.
    """

    spec: ClusterSpec
    step: Step
    tools: Tools
    operation: str
    fence: int
    guard: Callable[[], None]
    stop: Stop
    progress: Progress
    images: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    heard: dict[str, MemberReport] = field(default_factory=dict)
    accepted: frozenset[str] = frozenset()
    made: dict[str, str] = field(default_factory=dict)

    @property
    def driver(self) -> Driver:
        return self.tools.drivers[self.step.host]

    @property
    def member(self) -> MemberSpec:
        return self.spec.member(self.step.target)

    @property
    def instance(self) -> str:
        return self.spec.instance(self.member)

    @property
    def volume(self) -> str:
        return self.spec.volume(self.member)

    @property
    def labels(self) -> dict[str, str]:
        return object_labels(
            installation=self.tools.installation,
            cluster=self.spec.name,
            operation=self.operation,
            fence=self.fence,
        )

    def owns(self, seen: ObjectSeen) -> bool:
        """Whether a thing is this cluster's, and no later claim has made it."""
        return seen.belongs_to(self.tools.installation, self.spec.name)
