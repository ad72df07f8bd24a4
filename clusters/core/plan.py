"""A plan: a graph of steps from the observed to the desired state, that prints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from clusters.core.text import Text


class StepKind(StrEnum):
    """The whole vocabulary of changes; each is one call to the outside."""

    CHECK_HOST = "check_host"
    PULL_IMAGE = "pull_image"
    CREATE_NETWORK = "create_network"
    JOIN_NETWORK = "join_network"
    CREATE_VOLUME = "create_volume"
    CREATE_MEMBER = "create_member"
    START_MEMBER = "start_member"
    AWAIT_HEALTH = "await_health"
    AWAIT_MEMBER = "await_member"
    SET_RESTART_POLICY = "set_restart_policy"
    REMOVE_MEMBER = "remove_member"
    REMOVE_VOLUME = "remove_volume"
    LEAVE_NETWORK = "leave_network"
    REMOVE_NETWORK = "remove_network"
    FORGET_CLUSTER = "forget_cluster"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One change and its cause. `needs` names steps that must be done before it."""

    kind: StepKind
    target: str
    cause: Text
    host: str = ""
    needs: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        return f"{self.kind} {self.target}" + (f"@{self.host}" if self.host else "")

    def __str__(self) -> str:
        return f"{self.key}: {self.cause}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "target": self.target,
            "host": self.host,
            "cause": self.cause.as_json(),
            "needs": list(self.needs),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            kind=StepKind(stored["kind"]),
            target=stored["target"],
            host=stored["host"],
            cause=Text.from_json(stored["cause"]),
            needs=tuple(stored["needs"]),
        )


Plan = tuple[Step, ...]


def render(plan: Iterable[Step]) -> str:
    """One line a step: target, verb and cause."""
    return "\n".join(str(step) for step in plan)
