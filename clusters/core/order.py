"""Which steps wait for which: one table, so that the rest runs side by side."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from clusters.core.plan import Plan, Step, StepKind


class Scope(Enum):
    """Which steps of a kind are meant."""

    EVERY = "every"
    SAME_HOST = "same host"
    SAME_TARGET = "same target"


_Rule = tuple[StepKind, Scope]

# Nothing is touched before every host, and the place to meet, was checked.
_CHECKED: tuple[_Rule, ...] = (
    (StepKind.CHECK_HOST, Scope.EVERY),
    (StepKind.CHECK_DISCOVERY, Scope.EVERY),
)
_PULLED: _Rule = (StepKind.PULL_IMAGE, Scope.EVERY)
_NETWORK: _Rule = (StepKind.CREATE_NETWORK, Scope.SAME_HOST)

AFTER: dict[StepKind, tuple[_Rule, ...]] = {
    StepKind.CHECK_HOST: (),
    StepKind.CHECK_DISCOVERY: (),
    StepKind.PULL_IMAGE: _CHECKED,
    StepKind.CREATE_NETWORK: (*_CHECKED, _PULLED),
    StepKind.JOIN_NETWORK: (*_CHECKED, _NETWORK),
    StepKind.PREPARE_TICKET: (*_CHECKED, _PULLED),
    StepKind.ATTACH_STORE: (*_CHECKED, _NETWORK),
    StepKind.CREATE_DNS: (*_CHECKED, _PULLED, _NETWORK),
    StepKind.START_DNS: ((StepKind.CREATE_DNS, Scope.EVERY),),
    StepKind.AWAIT_DNS: (
        (StepKind.START_DNS, Scope.EVERY),
        (StepKind.JOIN_NETWORK, Scope.EVERY),
    ),
    StepKind.CREATE_VOLUME: (*_CHECKED, _PULLED),
    StepKind.CREATE_MEMBER: (
        *_CHECKED,
        _PULLED,
        _NETWORK,
        (StepKind.PREPARE_TICKET, Scope.EVERY),
        (StepKind.CREATE_VOLUME, Scope.SAME_TARGET),
    ),
    StepKind.START_MEMBER: (
        *_CHECKED,
        _NETWORK,
        (StepKind.PREPARE_TICKET, Scope.EVERY),
        (StepKind.ATTACH_STORE, Scope.EVERY),
        (StepKind.AWAIT_DNS, Scope.EVERY),
        (StepKind.CREATE_MEMBER, Scope.EVERY),
    ),
    StepKind.AWAIT_REGISTRATION: ((StepKind.START_MEMBER, Scope.EVERY),),
    StepKind.AWAIT_HEALTH: (
        (StepKind.START_MEMBER, Scope.EVERY),
        (StepKind.JOIN_NETWORK, Scope.EVERY),
    ),
    StepKind.AWAIT_MEMBER: ((StepKind.START_MEMBER, Scope.SAME_TARGET),),
    # A member that starts beyond the size must find the token full.
    StepKind.START_PROXY: (
        (StepKind.AWAIT_HEALTH, Scope.EVERY),
        (StepKind.CREATE_MEMBER, Scope.SAME_TARGET),
    ),
    StepKind.AWAIT_PROXY: ((StepKind.START_PROXY, Scope.SAME_TARGET),),
    StepKind.SET_RESTART_POLICY: (
        (StepKind.AWAIT_HEALTH, Scope.EVERY),
        (StepKind.AWAIT_MEMBER, Scope.SAME_TARGET),
        (StepKind.AWAIT_PROXY, Scope.SAME_TARGET),
    ),
    StepKind.DETACH_STORE: (
        (StepKind.AWAIT_REGISTRATION, Scope.EVERY),
        (StepKind.AWAIT_HEALTH, Scope.EVERY),
        (StepKind.AWAIT_PROXY, Scope.EVERY),
        (StepKind.REMOVE_MEMBER, Scope.EVERY),
    ),
    StepKind.REMOVE_MEMBER: (),
    StepKind.REMOVE_VOLUME: ((StepKind.REMOVE_MEMBER, Scope.SAME_TARGET),),
    # Members that lose their name server first are held back by their engine.
    StepKind.REMOVE_DNS: ((StepKind.REMOVE_MEMBER, Scope.EVERY),),
    StepKind.LEAVE_NETWORK: (),
    StepKind.REMOVE_NETWORK: (
        (StepKind.REMOVE_MEMBER, Scope.SAME_HOST),
        (StepKind.DETACH_STORE, Scope.SAME_HOST),
        (StepKind.REMOVE_DNS, Scope.SAME_HOST),
        (StepKind.LEAVE_NETWORK, Scope.SAME_HOST),
    ),
    StepKind.FORGET_CLUSTER: (
        (StepKind.REMOVE_MEMBER, Scope.EVERY),
        (StepKind.REMOVE_VOLUME, Scope.EVERY),
        (StepKind.DETACH_STORE, Scope.EVERY),
        (StepKind.REMOVE_DNS, Scope.EVERY),
        (StepKind.LEAVE_NETWORK, Scope.EVERY),
        (StepKind.REMOVE_NETWORK, Scope.EVERY),
    ),
}


def linked(steps: Iterable[Step]) -> Plan:
    """The same steps, each told which others it needs."""
    plan = tuple(steps)
    return tuple(replace(step, needs=_needs(step, plan)) for step in plan)


def led(plan: Plan, first: str) -> Plan:
    """The same plan, in which one member starts before the others.

    A new member asks the others, one after another, whether the cluster is there
    already; the first answer is enough. For each that holds its port but does not
    serve yet it waits a second, so members that start at one moment all wait for one
    another, and members that find one that serves do not wait at all.
    """
    starts = [step for step in plan if step.kind == StepKind.START_MEMBER]
    lead = next((step for step in starts if step.target == first), None)
    if lead is None:
        return plan
    return tuple(_led(step, lead, plan) for step in plan)


def _led(step: Step, lead: Step, plan: Plan) -> Step:
    """The first starts while the others are still made, and those wait for it."""
    if step.kind != StepKind.START_MEMBER:
        return step
    if step.key != lead.key:
        return replace(step, needs=(*step.needs, lead.key))
    others = {
        other.key
        for other in plan
        if other.kind == StepKind.CREATE_MEMBER and other.target != step.target
    }
    return replace(step, needs=tuple(n for n in step.needs if n not in others))


def _needs(step: Step, plan: Plan) -> tuple[str, ...]:
    return tuple(
        other.key
        for kind, scope in AFTER[step.kind]
        for other in plan
        if other.kind == kind and _in_scope(step, other, scope)
    )


def _in_scope(step: Step, other: Step, scope: Scope) -> bool:
    match scope:
        case Scope.EVERY:
            return True
        case Scope.SAME_HOST:
            return step.host == other.host
        case Scope.SAME_TARGET:
            return step.target == other.target
