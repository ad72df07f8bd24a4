"""Discovery stores: the list, one with its tokens, and its end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from clusters import actions, queries
from clusters.core.errors import ConflictError, PanelError, SpecError
from clusters.core.topology import SIZES
from clusters.web.answers import asker, is_part, page, status_of, told
from clusters.web.parameters import whole_number
from clusters.web.store_forms import RemoveStoreForm

_TOKEN_SIZE = 3


@require_safe
@page
def store_list(request: HttpRequest) -> HttpResponse:
    """Where members can meet, and what is wrong where they can not."""
    template = "stores/_rows.html" if is_part(request) else "stores/list.html"
    return render(request, template, {"stores": queries.store_list()})


@require_safe
@page
def store(request: HttpRequest, name: str) -> HttpResponse:
    """One store: state, addresses, tokens and who registered."""
    if is_part(request):
        return render(request, "stores/_live.html", _shown(request, name))
    return render(request, "stores/detail.html", _shown(request, name))


@require_POST
@page
def look(request: HttpRequest, name: str) -> HttpResponse:
    """Have a worker look at it now."""
    actions.look_at_store(asker(request), name)
    messages.success(request, _("A worker looks at it now."))
    return redirect("store", name=name)


@require_POST
@page
def anonymous(request: HttpRequest, name: str) -> HttpResponse:
    """Let anybody ask for tokens, or only those who log in."""
    is_open = request.POST.get("anonymous") == "on"
    actions.change_store(asker(request), name, anonymous=is_open)
    said = _("Only those who log in get tokens of {name} now.")
    if is_open:
        said = _("Whoever reaches the panel gets tokens of {name} now.")
    messages.success(request, said.replace("{name}", name))
    return redirect("store", name=name)


@require_POST
@page
def new_token(request: HttpRequest, name: str) -> HttpResponse:
    """Get a fresh token, and show it."""
    size = whole_number(request.POST.get("size", ""))
    try:
        token = actions.new_token(asker(request), size=size, store=name)
    except PanelError as error:
        context = {**_shown(request, name), "token_error": told(error)}
        status = status_of(error)
        return render(request, "stores/detail.html", context, status=status)
    messages.success(
        request, _("Here is a token for {size} members.").format(size=size)
    )
    return redirect(f"{reverse('store', args=[name])}?token={token.pk}#fresh")


@require_http_methods(["GET", "HEAD", "POST"])
@page
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Say exactly what will be gone, and let it be confirmed by typing the name."""
    form = RemoveStoreForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask_to_confirm(request, name, form)
    form.is_valid()
    confirm = form.cleaned_data.get("confirm", "")
    try:
        operation = actions.delete_store(asker(request), name, confirm=confirm)
    except SpecError as error:
        form.add_error("confirm", str(told(error)["what"]))
        return _ask_to_confirm(request, name, form, status=status_of(error))
    except ConflictError as error:
        status = status_of(error)
        return _ask_to_confirm(request, name, form, told(error), status=status)
    if operation is not None:
        return redirect("operation", operation_id=operation.pk)
    messages.success(request, _("The panel forgot {name}.").replace("{name}", name))
    return redirect("stores")


def _ask_to_confirm(
    request: HttpRequest,
    name: str,
    form: RemoveStoreForm,
    conflict: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    found = queries.store_page(name)
    context = {
        "store": found,
        "removal": queries.removal_of(name) if found.is_managed else None,
        "form": form,
        "conflict": conflict,
    }
    return render(request, "stores/delete.html", context, status=status)


def _shown(request: HttpRequest, name: str) -> dict[str, Any]:
    found = queries.store_page(name)
    wanted = request.GET.get("token", "")
    fresh = next((token for token in found.tokens if token.id == wanted), None)
    origin = f"{request.scheme}://{request.get_host()}"
    return {
        "store": found,
        "fresh": fresh,
        "sizes": SIZES,
        "size": _TOKEN_SIZE,
        "curl": f'curl "{origin}/new?size={_TOKEN_SIZE}"',
    }
