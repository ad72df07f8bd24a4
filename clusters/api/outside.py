"""Problems before a view is reached: a wrong host name, a session not to be read."""

import sys
import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views import defaults

from clusters.api.errors import CONTENT_TYPE, Problem, problem_of

ROOT = "/api/"
# The public service's call, which is answered in plain text.
PLAIN_TEXT = "text/plain; charset=utf-8"
NEW = ("/new", "/new/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page for people, a problem for programs."""
    detail = gettext("The request can not be understood.")
    if request.path_info in NEW:
        return HttpResponse(f"{detail}\n", status=400, content_type=PLAIN_TEXT)
    if not request.path_info.startswith(ROOT):
        return defaults.bad_request(request, exception)
    return _answer(Problem(status=400, code="bad_request", detail=detail))


def server_error(request: HttpRequest) -> HttpResponse:
    """The same when the panel or its database failed."""
    if not request.path_info.startswith(ROOT):
        return defaults.server_error(request)
    error = sys.exc_info()[1]
    return _answer(problem_of(error if isinstance(error, Exception) else Exception()))


def _answer(problem: Problem) -> JsonResponse:
    request_id = uuid.uuid4().hex
    return JsonResponse(
        problem.as_json(request_id),
        status=problem.status,
        headers={"X-Request-ID": request_id, **problem.headers},
        content_type=CONTENT_TYPE,
    )
