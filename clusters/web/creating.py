"""The form that creates a cluster: its plan as one types, its check, and the making."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from clusters import actions, queries
from clusters.core.errors import (
    ConflictError,
    IdempotencyError,
    NotFoundError,
    SpecError,
)
from clusters.core.request import ClusterRequest
from clusters.core.topology import LARGEST_SIZE, SIZES
from clusters.queries import CheckView
from clusters.queries.texts import translate
from clusters.web.answers import INVALID, asker, page, status_of, told
from clusters.web.differences import differences
from clusters.web.forms import ClusterForm
from clusters.web.judging import answers_of
from clusters.web.making_stores import make_store
from clusters.web.parameters import words
from clusters.web.proposals import Proposal, first_answers, judge

EVEN_SIZES = tuple(size for size in range(1, LARGEST_SIZE) if size not in SIZES)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def create(request: HttpRequest) -> HttpResponse:
    """Show the form with its plan, or make what it says."""
    if request.method != "POST":
        return _form(request, judge(first_answers(request.GET)))
    match request.POST.get("intent"):
        case "plan":
            return _form(request, judge(request.POST))
        case "check":
            return _checked(request)
        case "make_store":
            return _store_made(request)
        case _:
            return _created(request)


@require_POST
@page
def preview(request: HttpRequest) -> HttpResponse:
    """What changes beside the form while it is filled in."""
    context = {"proposal": judge(request.POST)}
    return render(request, "clusters/_preview.html", context)


@require_POST
@page
def start_check(request: HttpRequest) -> HttpResponse:
    """Begin to look at the hosts of a plan."""
    proposal = judge(request.POST)
    context = {"check": _started(request, proposal), "proposal": proposal}
    return render(request, "clusters/_check.html", context)


@require_safe
@page
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """What the look has found so far."""
    view = queries.check_view(check_id)
    return render(request, "clusters/_check.html", {"check": view})


def _checked(request: HttpRequest) -> HttpResponse:
    """The same without a script: the page is loaded again with the lines so far."""
    proposal = judge(request.POST)
    view = _continued(request.POST, proposal) or _started(request, proposal)
    return _form(request, proposal, check=view)


def _continued(data: QueryDict, proposal: Proposal) -> CheckView | None:
    same = proposal.plan and data.get("checked") == proposal.plan.fingerprint
    try:
        return queries.check_view(UUID(data.get("check", ""))) if same else None
    except (ValueError, NotFoundError):
        return None


def _started(request: HttpRequest, proposal: Proposal) -> CheckView | None:
    if proposal.plan is None:
        return None
    begun = actions.start_check(
        asker(request),
        proposal.plan.spec,
        ports_may_move=proposal.plan.ports_may_move,
    )
    return queries.check_view(begun.pk)


def _store_made(request: HttpRequest) -> HttpResponse:
    """Have a store made, and show the form again while it is."""
    proposal = judge(request.POST)
    try:
        return make_store(request, proposal)
    except SpecError as error:
        said = [translate(problem.text) for problem in error.problems]
        proposal.form.add_error("discovery.store", said)
        return _form(request, proposal, status=INVALID)
    except ConflictError as error:
        return _form(request, proposal, status=status_of(error), conflict=told(error))


def _created(request: HttpRequest) -> HttpResponse:
    form = ClusterForm(request.POST)
    if not form.is_valid():
        return _form(request, judge(request.POST), status=INVALID)
    wanted = form.to_request()
    by = asker(request, words(request.POST, "key"))
    try:
        operation = actions.create_cluster(
            by, wanted, previewed=_previewed(request.POST, wanted)
        )
    except SpecError as error:
        return _form(request, _judged_again(request.POST, error), status=INVALID)
    except IdempotencyError as error:
        fresh = {"key": str(uuid4()), "conflict": told(error)}
        return _form(request, judge(request.POST), status=status_of(error), **fresh)
    except ConflictError as error:
        return _conflict(request, error)
    return redirect("operation", operation_id=operation.pk)


def _previewed(data: QueryDict, wanted: ClusterRequest) -> str:
    """The plan that was shown for these answers; none when they were changed since."""
    same = data.get("answers") == answers_of(wanted)
    return words(data, "previewed") if same else ""


def _judged_again(data: QueryDict, error: SpecError) -> Proposal:
    """The problems of now; those of the attempt when they have gone meanwhile."""
    proposal = judge(data)
    if not proposal.trouble:
        proposal.form.add_problems(error.problems)
    return proposal


def _conflict(request: HttpRequest, error: ConflictError) -> HttpResponse:
    proposal = judge(request.POST)
    changed: tuple[Any, ...] = ()
    if error.code == "plan_changed" and proposal.plan:
        changed = differences(request.POST.get("seen", ""), proposal.plan)
    return _form(
        request,
        proposal,
        status=status_of(error),
        conflict=told(error),
        differences=changed,
    )


def _form(
    request: HttpRequest, proposal: Proposal, *, status: int = 200, **more: Any
) -> HttpResponse:
    key = request.POST.get("key") or str(uuid4())
    context = {
        "proposal": proposal,
        "key": key,
        "is_refused": status == INVALID,
        "odd_sizes": SIZES,
        "even_sizes": EVEN_SIZES,
        **more,
    }
    return render(request, "clusters/form.html", context, status=status)
