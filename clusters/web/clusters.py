"""Clusters: the list, one with its members, and its end."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from clusters import actions, queries
from clusters.core.errors import ConflictError, IdempotencyError, SpecError
from clusters.core.spec import Role
from clusters.queries.exports import FORMATS
from clusters.queries.operations import OperationRow
from clusters.web.answers import asker, is_part, page, refused, status_of, told
from clusters.web.forms import DeleteForm
from clusters.web.parameters import whole_number, words

_TROUBLE = {"failed", "rejected", "needs_operator", "errored"}
_LOOKED_THROUGH = 20
_SHOWN = 4


@require_safe
@page
def cluster_list(request: HttpRequest) -> HttpResponse:
    """All clusters with their verdicts, and what lately went wrong."""
    search = words(request.GET, "q")
    after = words(request.GET, "after")
    rows, more = queries.cluster_list(after=after, search=search)
    context: dict[str, Any] = {
        "clusters": rows,
        "more": more,
        "search": search,
        "after": after,
        "trouble": [] if after else _trouble(),
    }
    template = "clusters/_rows.html" if is_part(request) else "clusters/list.html"
    return render(request, template, context)


def _trouble() -> list[OperationRow]:
    """Clusters whose newest operation did not succeed."""
    newest: dict[str, OperationRow] = {}
    for row in queries.operation_list(limit=_LOOKED_THROUGH)[0]:
        newest.setdefault(row.cluster, row)
    return [row for row in newest.values() if row.state in _TROUBLE][:_SHOWN]


@require_safe
@page
def cluster(request: HttpRequest, name: str) -> HttpResponse:
    """One cluster: verdict, members, definition, operations."""
    template = "clusters/_live.html" if is_part(request) else "clusters/detail.html"
    found = queries.cluster_page(name)
    context = {
        "cluster": found,
        "formats": FORMATS,
        "has_proxies": any(member.role == Role.PROXY for member in found.members),
    }
    return render(request, template, context)


@require_POST
@page
def hands_off(request: HttpRequest, name: str) -> HttpResponse:
    """Let the panel repair by itself, or only watch."""
    wanted = request.POST.get("hands_off") == "on"
    generation = whole_number(request.POST.get("generation", "")) or None
    actions.set_hands_off(asker(request), name, hands_off=wanted, generation=generation)
    said = _("Hands off: the panel only watches {name}.")
    if not wanted:
        said = _("The panel looks after {name} again.")
    messages.success(request, said.replace("{name}", name))
    return redirect("cluster", name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Say exactly what will be gone, and let it be confirmed by typing the name."""
    if request.method != "POST":
        return _ask_to_confirm(request, name, DeleteForm(initial={"key": uuid4()}))
    form = DeleteForm(request.POST)
    form.is_valid()
    said = form.cleaned_data
    try:
        operation = actions.delete_cluster(
            asker(request, key=said.get("key", "")),
            name,
            confirm=said.get("confirm", ""),
            generation=said.get("generation"),
        )
    except SpecError as error:
        form.add_error("confirm", str(told(error)["what"]))
        return _ask_to_confirm(request, name, form, status=status_of(error))
    except (ConflictError, IdempotencyError) as error:
        if error.code != "stale_form":
            return refused(request, error)
        fresh = DeleteForm(initial={"key": uuid4()})
        return _ask_to_confirm(
            request, name, fresh, conflict=told(error), status=status_of(error)
        )
    return redirect("operation", operation_id=operation.pk)


def _ask_to_confirm(
    request: HttpRequest,
    name: str,
    form: DeleteForm,
    *,
    conflict: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    removal = queries.removal_of(name)
    form.initial["generation"] = removal.generation
    context = {"removal": removal, "form": form, "conflict": conflict}
    return render(request, "clusters/delete.html", context, status=status)
