"""The form that makes a cluster of a Compose file, with what is understood of it."""

from dataclasses import dataclass, replace
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from clusters import actions, queries
from clusters.core.errors import ConflictError, IdempotencyError, SpecError
from clusters.queries import HostView
from clusters.queries.compose_text import LARGEST
from clusters.queries.imports import ImportView
from clusters.web.answers import INVALID, asker, page, status_of, told
from clusters.web.differences import differences
from clusters.web.import_forms import KEEP, ImportForm
from clusters.web.judging import Judged
from clusters.web.parameters import words
from clusters.web.proposals import best_host


@dataclass(kw_only=True, slots=True)
class ImportProposal(Judged):
    """The form, what was understood of the file, and what it would make."""

    form: ImportForm
    hosts: tuple[HostView, ...]
    view: ImportView | None = None

    @property
    def trouble(self) -> list[tuple[str, str]]:
        return self.trouble_in(self.form)

    @property
    def needs_hosts(self) -> bool:
        return not any(host.usable for host in self.hosts)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def create(request: HttpRequest) -> HttpResponse:
    """Show the form with what was read of the file, or make it."""
    if request.method != "POST":
        return _form(request, _judge(_first_answers()))
    data = _with_upload(request)
    if request.POST.get("intent") == "plan":
        return _form(request, _judge(data))
    return _created(request, data)


@require_POST
@page
def preview(request: HttpRequest) -> HttpResponse:
    """What changes beside the form while it is filled in."""
    context = {"proposal": _judge(_with_upload(request))}
    return render(request, "imports/_preview.html", context)


def _first_answers() -> QueryDict:
    data = QueryDict(mutable=True)
    data["name"] = queries.free_name("imported")
    data["host"] = best_host(queries.host_list())
    data["discovery"] = KEEP
    return data


def _with_upload(request: HttpRequest) -> QueryDict:
    """The answers; a file that came with them takes the place of the text."""
    data = request.POST.copy()
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile) and sent.size:
        data["compose"] = sent.read(LARGEST + 1).decode(errors="replace")
    return data


def _judge(data: QueryDict) -> ImportProposal:
    form = ImportForm(data)
    form.is_valid()
    proposal = ImportProposal(form=form, hosts=queries.host_list())
    if not form.has_file:
        return proposal
    view = proposal.view = form.read()
    form.add_problems(view.problems)
    if view.request is not None:
        accept = (*view.request.accept, *form.accepted)
        proposal.judge(form, replace(view.request, accept=accept))
    return proposal


def _created(request: HttpRequest, data: QueryDict) -> HttpResponse:
    proposal = _judge(data)
    if proposal.view is None:
        proposal.form.add_error("compose", _("Paste a Compose file, or choose one."))
        return _form(request, proposal, status=INVALID)
    by = asker(request, words(request.POST, "key"))
    try:
        operation = actions.import_cluster(
            by,
            proposal.view,
            accept=proposal.form.accepted,
            previewed=_previewed(data, proposal),
        )
    except SpecError as error:
        if not proposal.trouble:
            proposal.form.add_problems(error.problems)
        return _form(request, proposal, status=INVALID)
    except (ConflictError, IdempotencyError) as error:
        return _form(request, proposal, status=status_of(error), conflict=error)
    return redirect("operation", operation_id=operation.pk)


def _previewed(data: QueryDict, proposal: ImportProposal) -> str:
    """The plan that was shown for these answers; none when they were changed since."""
    same = data.get("answers") == proposal.answers
    return words(data, "previewed") if same else ""


def _form(
    request: HttpRequest,
    proposal: ImportProposal,
    *,
    status: int = 200,
    conflict: ConflictError | IdempotencyError | None = None,
) -> HttpResponse:
    fresh = str(uuid4())
    is_used = isinstance(conflict, IdempotencyError)
    seen = request.POST.get("seen", "")
    context = {
        "proposal": proposal,
        "key": fresh if is_used else request.POST.get("key") or fresh,
        "is_refused": status == INVALID,
        "conflict": told(conflict) if conflict else None,
        "differences": differences(seen, proposal.plan)
        if conflict and conflict.code == "plan_changed" and proposal.plan
        else (),
    }
    return render(request, "imports/form.html", context, status=status)
