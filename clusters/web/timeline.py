"""The steps of an operation as a page shows them: phase by phase, roll-back apart."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.core.plan import StepKind
from clusters.models.step import StepState
from clusters.queries import PlanPreview
from clusters.queries.operations import OperationProgress, StepLine
from clusters.queries.previews import PlannedStep

_PHASES: Mapping[str, str | Promise] = {
    StepKind.CHECK_HOST: gettext_lazy("Look before"),
    StepKind.CHECK_DISCOVERY: gettext_lazy("Look before"),
    StepKind.PULL_IMAGE: gettext_lazy("Image"),
    StepKind.CREATE_NETWORK: gettext_lazy("Network and storage"),
    StepKind.JOIN_NETWORK: gettext_lazy("Network and storage"),
    StepKind.CREATE_VOLUME: gettext_lazy("Network and storage"),
    StepKind.PREPARE_TICKET: gettext_lazy("Discovery"),
    StepKind.ATTACH_STORE: gettext_lazy("Discovery"),
    StepKind.CREATE_DNS: gettext_lazy("Discovery"),
    StepKind.START_DNS: gettext_lazy("Discovery"),
    StepKind.AWAIT_DNS: gettext_lazy("Discovery"),
    StepKind.CREATE_MEMBER: gettext_lazy("Members"),
    StepKind.START_MEMBER: gettext_lazy("Members"),
    StepKind.AWAIT_REGISTRATION: gettext_lazy("Quorum"),
    StepKind.AWAIT_HEALTH: gettext_lazy("Quorum"),
    StepKind.AWAIT_MEMBER: gettext_lazy("Quorum"),
    StepKind.START_PROXY: gettext_lazy("Proxies"),
    StepKind.AWAIT_PROXY: gettext_lazy("Proxies"),
    StepKind.DETACH_STORE: gettext_lazy("Afterwards"),
    StepKind.SET_RESTART_POLICY: gettext_lazy("Afterwards"),
    StepKind.REMOVE_MEMBER: gettext_lazy("Members"),
    StepKind.REMOVE_VOLUME: gettext_lazy("Network and storage"),
    StepKind.REMOVE_DNS: gettext_lazy("Network and storage"),
    StepKind.LEAVE_NETWORK: gettext_lazy("Network and storage"),
    StepKind.REMOVE_NETWORK: gettext_lazy("Network and storage"),
    StepKind.FORGET_CLUSTER: gettext_lazy("Definition"),
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gauge:
    """How far one step is, in numbers and words."""

    current: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Steps of one kind and cause, with all that they are done to."""

    kind: str
    target: str
    cause: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One step with its gauge."""

    step: StepLine
    gauge: Gauge | None


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that belong together; its state is that of its least finished step."""

    title: str
    state: str
    steps: tuple[Shown, ...]

    @property
    def done(self) -> int:
        return sum(s.step.state == StepState.SUCCEEDED for s in self.steps)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is done, and what is taken back; `has_hosts` when on more than one."""

    phases: tuple[Phase, ...]
    rollback: tuple[Phase, ...]
    done: int
    total: int
    has_hosts: bool


def timeline(operation: OperationProgress) -> Timeline:
    forward = [step for step in operation.steps if not step.rollback]
    backward = [step for step in operation.steps if step.rollback]
    return Timeline(
        phases=_phases(forward),
        rollback=_phases(backward),
        done=sum(step.state == StepState.SUCCEEDED for step in forward),
        total=len(forward),
        has_hosts=len({step.host for step in forward if step.host}) > 1,
    )


def plan_phases(plan: PlanPreview) -> list[tuple[str, list[PlanLine]]]:
    """The lines of a plan that is not yet carried out, one for steps that are alike."""
    ordered = sorted(plan.steps, key=lambda step: _order(step.kind))
    alike = [list(group) for _key, group in groupby(ordered, _sameness)]
    lines = [_plan_line(steps) for steps in alike]
    return [*_by_title(lines, lambda line: line.kind).items()]


def _plan_line(alike: list[PlannedStep]) -> PlanLine:
    targets = ", ".join(step.target for step in alike)
    return PlanLine(alike[0].kind, targets, alike[0].cause)


def _sameness(step: PlannedStep) -> tuple[str, str]:
    return step.kind, step.cause


def _phases(steps: Iterable[StepLine]) -> tuple[Phase, ...]:
    ordered = sorted(steps, key=lambda step: (_order(step.kind), step.seq))
    grouped = _by_title(ordered, lambda step: step.kind)
    return tuple(_phase(title, tuple(group)) for title, group in grouped.items())


def _by_title(steps: Iterable[T], kind: Callable[[T], str]) -> dict[str, list[T]]:
    """Phases in their order; each comes once, also where another is in its midst."""
    found: dict[str, list[T]] = {}
    for step in steps:
        found.setdefault(_title(kind(step)), []).append(step)
    return found


def _order(kind: str) -> int:
    known = list(_PHASES)
    return known.index(StepKind(kind)) if kind in known else len(known)


def _title(kind: str) -> str:
    return str(_PHASES.get(kind, kind.replace("_", " ")))


def _phase(title: str, steps: tuple[StepLine, ...]) -> Phase:
    shown = tuple(Shown(step, _gauge(step.progress)) for step in steps)
    return Phase(title=title, state=_state({s.state for s in steps}), steps=shown)


def _state(states: set[str]) -> str:
    for state in (StepState.FAILED, StepState.RUNNING, StepState.CANCELLED):
        if state in states:
            return state.value
    if states == {StepState.SUCCEEDED.value}:
        return StepState.SUCCEEDED.value
    started = StepState.SUCCEEDED.value in states
    return StepState.RUNNING.value if started else StepState.QUEUED.value


def _gauge(progress: Mapping[str, Any]) -> Gauge | None:
    current, total = _count(progress, "current"), _count(progress, "total")
    layers, complete = _count(progress, "layers"), _count(progress, "layers_done")
    if not total and not layers:
        return None
    parts = []
    if total:
        parts.append(_fraction(current, total, in_bytes=bool(layers)))
    if layers:
        words = ngettext("{done} of {count} layer", "{done} of {count} layers", layers)
        parts.append(words.format(done=complete, count=layers))
    if not total:
        current, total = complete, layers
    return Gauge(min(current, total), total, " · ".join(parts))


def _count(progress: Mapping[str, Any], name: str) -> int:
    value = progress.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _fraction(current: int, total: int, *, in_bytes: bool) -> str:
    if in_bytes:
        return _("{current} of {total}").format(
            current=filesizeformat(current), total=filesizeformat(total)
        )
    return _("{current} of {total}").format(current=current, total=total)
