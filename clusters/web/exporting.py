"""A cluster in forms that run without the panel: to read, to copy, to download."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import queries
from clusters.queries.exports import FORMATS, export
from clusters.web.answers import page


@require_safe
@page
def show(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The files of one form, beside the other forms."""
    context = {
        "cluster": queries.cluster_row(name),
        "export": export(name, form),
        "formats": FORMATS,
    }
    return render(request, "exports/detail.html", context)


@require_safe
@page
def download(request: HttpRequest, name: str, form: str, file: str) -> HttpResponse:  # noqa: ARG001 (every view gets it)
    """One of the files."""
    made = export(name, form)
    text = dict(made.files).get(file)
    if text is None:
        raise Http404
    answer = HttpResponse(text, content_type=f"{made.media}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer
