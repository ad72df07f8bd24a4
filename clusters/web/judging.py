"""What the desk says of a filled-in form: problems, warnings, and the plan."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from django import forms

from clusters import queries
from clusters.core.errors import Problem, SpecError
from clusters.core.request import ClusterRequest
from clusters.queries import PlanPreview
from clusters.queries.texts import translate
from clusters.web.differences import written_down
from clusters.web.timeline import PlanLine, plan_phases


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned:
    """A warning beside its field; `is_accepted` when its box is ticked."""

    field: str
    code: str
    text: str
    is_accepted: bool


class AskingForm(Protocol):
    """A form whose fields bear the names of the desk's problems, or know them."""

    fields: dict[str, forms.Field]

    @property
    def errors(self) -> forms.utils.ErrorDict: ...

    def add_problems(self, problems: Iterable[Problem]) -> None: ...

    def field_of(self, problem: Problem) -> str: ...


@dataclass(kw_only=True, slots=True)
class Judged:
    """What is shown with a form.

    `answers` tells the answers that the plan belongs to from those that were changed
    after it was shown.
    """

    warnings: tuple[Warned, ...] = ()
    plan: PlanPreview | None = None
    phases: list[tuple[str, list[PlanLine]]] = field(default_factory=list)
    seen: str = ""
    answers: str = ""
    problems: frozenset[str] = frozenset()
    accepted: tuple[str, ...] = ()

    @property
    def is_unaccepted(self) -> bool:
        return any(not warning.is_accepted for warning in self.warnings)

    def judge(self, form: AskingForm, request: ClusterRequest) -> None:
        """Ask the desk what it would make of the request."""
        warnings = queries.warnings_of(request)
        self.accepted = request.accept
        self.warnings = _warned(form, warnings, request.accept)
        # The plan is shown while a warning waits for its box; only making needs it.
        codes = tuple(warning.code for warning in warnings)
        try:
            plan = queries.preview_cluster(replace(request, accept=codes))
        except SpecError as error:
            form.add_problems(error.problems)
            self.problems = frozenset(problem.code for problem in error.problems)
            return
        if form.errors:
            return
        self.plan = plan
        self.phases = plan_phases(plan)
        self.seen = written_down(plan)
        self.answers = answers_of(request)

    def trouble_in(self, form: AskingForm) -> list[tuple[str, str]]:
        """Every field that needs a person, with its label."""
        waiting = [w.field for w in self.warnings if not w.is_accepted]
        return [
            (name, str(form.fields[name].label or name))
            for name in dict.fromkeys([*form.errors, *waiting])
            if name in form.fields
        ]


def answers_of(request: ClusterRequest) -> str:
    """A short mark of all that was filled in, but for the accepted warnings."""
    plain = replace(request, accept=()).as_json()
    canonical = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _warned(
    form: AskingForm, problems: Iterable[Problem], accepted: Sequence[str]
) -> tuple[Warned, ...]:
    by_code = {problem.code: problem for problem in problems}
    return tuple(
        Warned(
            field=form.field_of(problem),
            code=problem.code,
            text=translate(problem.text),
            is_accepted=problem.code in accepted,
        )
        for problem in by_code.values()
    )
