"""The page of hosts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import queries
from clusters.web.answers import is_part, page


@require_safe
@page
def host_list(request: HttpRequest) -> HttpResponse:
    """Where members can run, and what is missing where they can not."""
    template = "hosts/_live.html" if is_part(request) else "hosts/list.html"
    return render(request, template, {"hosts": queries.host_list()})
