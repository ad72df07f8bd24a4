"""Operations: the list, and one with its steps and its log as they arrive."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clusters import actions, queries
from clusters.queries.operations import EventLine
from clusters.web.again import ways_out
from clusters.web.answers import asker, is_part, page
from clusters.web.parameters import operation_before, whole_number, words
from clusters.web.timeline import timeline


@require_safe
@page
def operation_list(request: HttpRequest) -> HttpResponse:
    """Everything that was done or is being done, newest first."""
    state = words(request.GET, "state")
    before = operation_before(request)
    rows, more = queries.operation_list(state=state, before=before)
    template = "operations/_live.html" if is_part(request) else "operations/list.html"
    context = {"operations": rows, "more": more, "state": state, "before": before}
    return render(request, template, context)


@require_safe
@page
def operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """One operation: what, why, what to do, its steps and its whole log."""
    progress = queries.operation_progress(operation_id)
    context: dict[str, Any] = {
        "operation": progress,
        "timeline": timeline(progress),
        "ways_out": ways_out(progress),
    }
    if is_part(request):
        after = whole_number(request.GET.get("after", ""))
        context["lines"] = _log(operation_id, after)
        return render(request, "operations/_part.html", context)
    context["lines"] = _log(operation_id)
    return render(request, "operations/detail.html", context)


@require_POST
@page
def cancel(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Ask for an end at the next step border."""
    actions.cancel_operation(asker(request), operation_id)
    return redirect("operation", operation_id=operation_id)


@require_POST
@page
def retry(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Ask for the same again, and show the new operation."""
    again = actions.retry_operation(asker(request), operation_id)
    return redirect("operation", operation_id=again.pk)


def _log(operation_id: UUID, after: int = 0) -> list[EventLine]:
    """All lines after a number; the desk hands them out in pages."""
    lines: list[EventLine] = []
    while some := queries.events_after(operation_id, after):
        lines += some
        after = some[-1].number
    return lines
