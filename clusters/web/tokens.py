"""Discovery tokens: all of them, and the end of one that nobody uses."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters import actions, queries
from clusters.core.errors import NotFoundError
from clusters.web.answers import asker, is_part, page
from clusters.web.parameters import words


@require_safe
@page
def token_list(request: HttpRequest) -> HttpResponse:
    """Every token with its state and who registered, newest first."""
    store, before = words(request.GET, "store"), _before(request)
    rows, more = queries.token_list(store=store, before=before)
    context = {
        "tokens": rows,
        "more": more,
        "before": before,
        "store": store,
        "stores": queries.store_list(),
    }
    template = "tokens/_live.html" if is_part(request) else "tokens/list.html"
    return render(request, template, context)


@require_POST
@page
def burn(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Burn a fresh token: it is never offered again."""
    token = actions.discard_token(asker(request), token_id)
    messages.success(request, _("The token is burnt; its keys are taken away."))
    if token.store is None:
        return redirect("tokens")
    return redirect("store", name=token.store.name)


def _before(request: HttpRequest) -> str:
    """The token after which a page begins, when there is such a one."""
    written = request.GET.get("before", "")
    try:
        return queries.token_row(UUID(written)).id
    except (ValueError, NotFoundError):
        return ""
