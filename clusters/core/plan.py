"""A plan: a graph of steps from the observed to the desired state, that prints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from clusters.core.spec import MemberSpec
from clusters.core.text import Text


class StepKind(StrEnum):
    """The whole vocabulary of changes; each is one call to the outside."""

    CHECK_HOST = "check_host"
    CHECK_DISCOVERY = "check_discovery"
    PULL_IMAGE = "pull_image"
    CREATE_NETWORK = "create_network"
    JOIN_NETWORK = "join_network"
    PREPARE_TICKET = "prepare_ticket"
    ATTACH_STORE = "attach_store"
    CREATE_DNS = "create_dns"
    START_DNS = "start_dns"
    AWAIT_DNS = "await_dns"
    CREATE_VOLUME = "create_volume"
    CREATE_MEMBER = "create_member"
    START_MEMBER = "start_member"
    AWAIT_REGISTRATION = "await_registration"
    AWAIT_HEALTH = "await_health"
    AWAIT_MEMBER = "await_member"
    START_PROXY = "start_proxy"
    AWAIT_PROXY = "await_proxy"
    SET_RESTART_POLICY = "set_restart_policy"
    DETACH_STORE = "detach_store"
    REMOVE_MEMBER = "remove_member"
    REMOVE_VOLUME = "remove_volume"
    REMOVE_DNS = "remove_dns"
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


def on(member: MemberSpec, kind: StepKind, cause: Text) -> Step:
    """A step about one member, on its host."""
    return Step(kind=kind, target=member.name, host=member.host, cause=cause)


def render(plan: Iterable[Step]) -> str:
    """One line a step: target, verb and cause."""
    return "\n".join(str(step) for step in plan)
