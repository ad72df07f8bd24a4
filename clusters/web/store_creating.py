"""The form of a new discovery store, with the plan of one that the panel runs."""

from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clusters import actions, queries
from clusters.actions.stores import cluster_request
from clusters.core.errors import ConflictError, IdempotencyError, SpecError
from clusters.core.meeting import StoreProtocol
from clusters.core.store_rules import external_problems, managed_problems
from clusters.queries import HostView
from clusters.queries.names import name_problems
from clusters.web.answers import INVALID, asker, page, status_of, told
from clusters.web.judging import Judged
from clusters.web.making_stores import free_store_name
from clusters.web.parameters import words
from clusters.web.proposals import best_host
from clusters.web.store_forms import MANAGED, StoreForm
from clusters.web.versions import Offers, offers_of


@dataclass(kw_only=True, slots=True)
class StoreProposal(Judged):
    """The form of a store and everything that is shown with it."""

    form: StoreForm
    hosts: tuple[HostView, ...]
    versions: Offers

    @property
    def trouble(self) -> list[tuple[str, str]]:
        return self.trouble_in(self.form)

    @property
    def needs_hosts(self) -> bool:
        return not self.form.is_external and not any(h.usable for h in self.hosts)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def create(request: HttpRequest) -> HttpResponse:
    """Show the form with its plan, or make the store that it says."""
    if request.method != "POST":
        return _form(request, _judge(_first_answers(request.GET)))
    if request.POST.get("intent") == "plan":
        return _form(request, _judge(request.POST))
    return _created(request)


@require_POST
@page
def preview(request: HttpRequest) -> HttpResponse:
    """What changes beside the form while it is filled in."""
    return render(request, "stores/_preview.html", {"proposal": _judge(request.POST)})


def _first_answers(given: QueryDict) -> QueryDict:
    data = given.copy()
    data.setdefault("kind", MANAGED)
    data.setdefault("protocol", StoreProtocol.V2.value)
    data.setdefault("name", free_store_name())
    data.setdefault("host", best_host(queries.host_list()))
    return data


def _judge(data: QueryDict) -> StoreProposal:
    form = StoreForm(data)
    form.is_valid()
    wanted = form.to_request()
    hosts = queries.host_list()
    if form.is_external:
        form.add_problems((*external_problems(wanted), *name_problems(wanted.name)))
        return StoreProposal(form=form, hosts=hosts, versions=Offers())
    asked = cluster_request(wanted)
    chosen = [host for host in hosts if host.name == wanted.host]
    problems = tuple(managed_problems(wanted))
    form.add_problems(problems)
    is_known = wanted.protocol in set(StoreProtocol)
    versions = offers_of(chosen, asked) if is_known else Offers()
    proposal = StoreProposal(form=form, hosts=hosts, versions=versions)
    if is_known:
        proposal.judge(form, asked)
    return proposal


def _created(request: HttpRequest) -> HttpResponse:
    form = StoreForm(request.POST)
    if not form.is_valid():
        return _form(request, _judge(request.POST), status=INVALID)
    wanted = form.to_request()
    by = asker(request, words(request.POST, "key"))
    try:
        if form.is_external:
            actions.add_external_store(by, wanted)
            return redirect("store", name=wanted.name)
        operation = actions.create_managed_store(by, wanted)
    except SpecError as error:
        return _form(request, _judged_again(request.POST, error), status=INVALID)
    except (ConflictError, IdempotencyError) as error:
        proposal, status = _judge(request.POST), status_of(error)
        return _form(request, proposal, status=status, conflict=told(error))
    return redirect("operation", operation_id=operation.pk)


def _judged_again(data: QueryDict, error: SpecError) -> StoreProposal:
    """The problems of now; those of the attempt when they have gone meanwhile."""
    proposal = _judge(data)
    if not proposal.trouble:
        proposal.form.add_problems(error.problems)
    return proposal


def _form(
    request: HttpRequest,
    proposal: StoreProposal,
    *,
    status: int = 200,
    conflict: dict[str, object] | None = None,
) -> HttpResponse:
    fresh = str(uuid4())
    context = {
        "proposal": proposal,
        "key": fresh if conflict else request.POST.get("key") or fresh,
        "is_refused": status == INVALID,
        "conflict": conflict,
        "protocols": [protocol.value for protocol in StoreProtocol],
    }
    return render(request, "stores/form.html", context, status=status)
