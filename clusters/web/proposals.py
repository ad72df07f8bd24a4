"""A filled-in form, judged: what is wrong, what to accept, what would be made."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from clusters import queries
from clusters.core.errors import Problem, SpecError
from clusters.core.releases import Version
from clusters.core.request import ClusterRequest
from clusters.queries import HostView, PlanPreview
from clusters.queries.clusters import Mark, marks_of
from clusters.queries.texts import translate
from clusters.web.differences import written_down
from clusters.web.forms import ClusterForm
from clusters.web.parameters import clean, whole_number
from clusters.web.timeline import PlanLine, plan_phases

DEFAULT_SIZE = 3
_LONGEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned:
    """A warning beside its field; `is_accepted` when its box is ticked."""

    field: str
    code: str
    text: str
    is_accepted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One version that the chosen hosts have, or can get."""

    version: str
    is_there: bool
    marks: tuple[Mark, ...]


@dataclass(kw_only=True, slots=True)
class Proposal:
    """The form and everything that is shown with it.

    `answers` tells the answers that the plan belongs to from those that were changed
    after it was shown.
    """

    form: ClusterForm
    hosts: tuple[HostView, ...]
    chosen: tuple[str, ...]
    offers: tuple[Offer, ...]
    warnings: tuple[Warned, ...] = ()
    plan: PlanPreview | None = None
    phases: list[tuple[str, list[PlanLine]]] = field(default_factory=list)
    seen: str = ""
    answers: str = ""

    @property
    def is_unaccepted(self) -> bool:
        return any(not warning.is_accepted for warning in self.warnings)

    @property
    def size(self) -> int:
        """The size that is chosen; 0 when none is."""
        return whole_number(self.form.data.get("size", ""))

    @property
    def lost_version(self) -> str:
        """A version that was chosen and that the hosts chosen now do not offer."""
        asked = clean(self.form.data.get("version", ""), _LONGEST)
        known = {"", *(offer.version for offer in self.offers)}
        return "" if asked in known else asked

    @property
    def trouble(self) -> list[tuple[str, str]]:
        """Every field that needs a person, with its label."""
        wrong = [name for name in self.form.errors if name in self.form.fields]
        waiting = [w.field for w in self.warnings if not w.is_accepted]
        return [
            (name, str(self.form.fields[name].label or name))
            for name in dict.fromkeys([*wrong, *waiting])
            if name in self.form.fields
        ]

    @property
    def needs_hosts(self) -> bool:
        """Nowhere to run yet: a look at the hosts may be under way."""
        return not any(host.usable for host in self.hosts)


def first_answers() -> QueryDict:
    """What the form says before anybody touched it: a name, three members, a host."""
    data = QueryDict(mutable=True)
    data["name"] = queries.free_name("cluster")
    data["size"] = str(DEFAULT_SIZE)
    best = _best_host(queries.host_list())
    if best:
        data["hosts"] = best
    return data


def judge(data: QueryDict) -> Proposal:
    """Ask the desk what it would make of the answers."""
    hosts = queries.host_list()
    chosen = tuple(data.getlist("hosts"))
    proposal = Proposal(
        form=ClusterForm(data),
        hosts=hosts,
        chosen=chosen,
        offers=_offers([host for host in hosts if host.name in chosen]),
    )
    proposal.form.is_valid()
    _plan(proposal, proposal.form.to_request())
    return proposal


def _plan(proposal: Proposal, request: ClusterRequest) -> None:
    warnings = queries.warnings_of(request)
    proposal.warnings = _warned(warnings, request.accept)
    # The plan is shown while a warning waits for its box; only the making needs it.
    accepted = tuple(warning.code for warning in warnings)
    try:
        plan = queries.preview_cluster(replace(request, accept=accepted))
    except SpecError as error:
        proposal.form.add_problems(error.problems)
        return
    if proposal.form.errors:
        return
    proposal.plan = plan
    proposal.phases = plan_phases(plan)
    proposal.seen = written_down(plan)
    proposal.answers = answers_of(request)


def answers_of(request: ClusterRequest) -> str:
    """A short mark of all that was filled in, but for the accepted warnings."""
    plain = replace(request, accept=()).as_json()
    canonical = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _warned(
    problems: Iterable[Problem], accepted: tuple[str, ...]
) -> tuple[Warned, ...]:
    by_code = {problem.code: problem for problem in problems}
    return tuple(
        Warned(
            field=problem.field,
            code=problem.code,
            text=translate(problem.text),
            is_accepted=problem.code in accepted,
        )
        for problem in by_code.values()
    )


def _offers(chosen: list[HostView]) -> tuple[Offer, ...]:
    if not chosen:
        return ()
    there = set.intersection(*(set(host.versions) for host in chosen))
    to_get = set.intersection(*({*h.versions, *h.pullable} for h in chosen))
    known = [version for text in to_get if (version := Version.parse(text))]
    return tuple(
        Offer(
            version=str(version),
            is_there=str(version) in there,
            marks=marks_of(str(version)),
        )
        for version in sorted(known, reverse=True)
    )


def _best_host(hosts: Iterable[HostView]) -> str:
    """An engine before processes, one that has an image before one that must pull."""
    usable = [host for host in hosts if host.usable]
    ranked = sorted(
        usable,
        key=lambda host: (
            host.kind == "process",
            not host.versions,
            not host.pullable,
            host.name,
        ),
    )
    return ranked[0].name if ranked else ""
