"""What all views of the REST interface share."""

import re
import uuid
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clusters.actions import Asker
from clusters.api.authentication import BearerAuthentication
from clusters.api.fields import StrictSerializer
from clusters.api.parsing import JsonParser
from clusters.api.schema import PanelSchema
from clusters.api.throttles import ChangeThrottle
from clusters.models.operation import Via

READS = ("GET", "HEAD")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class ApiView(APIView):
    """JSON in, JSON out; login or token; every answer has a request ID."""

    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes: tuple[type[BasePermission], ...] = (IsAuthenticated,)
    parser_classes: tuple[type[BaseParser], ...] = (JsonParser,)
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer,)
    http_method_names: tuple[str, ...] = ("get", "head", "post", "patch", "delete")
    # A problem is JSON, whatever else the client would take.
    problem_renderer: type[BaseRenderer] = JSONRenderer
    schema = PanelSchema()
    request_id = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        given = request.headers.get("X-Request-ID", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

    def get_throttles(self) -> list[Any]:
        return [] if self.request.method in READS else [ChangeThrottle()]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response.headers["X-Request-ID"] = self.request_id
        if getattr(response, "exception", False):
            request.accepted_renderer = self.problem_renderer()
            request.accepted_media_type = self.problem_renderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)

    def asker(self, key: str = "") -> Asker:
        user = cast(User, self.request.user)  # the permission class saw to it
        return Asker(user=user, via=Via.REST, key=key)


def asked(request: Request, query: type[StrictSerializer]) -> dict[str, Any]:
    """The parameters after the question mark, all of them known."""
    parameters = query(data=request.query_params.dict())
    parameters.is_valid(raise_exception=True)
    return dict(parameters.validated_data)


def page(
    request: Request, results: list[dict[str, Any]], **cursor: str | int | None
) -> Response:
    """One page of a list, and the address of the next one."""
    ((name, last),) = cursor.items()
    following = None
    if last is not None:
        parameters = request.query_params.copy()
        parameters[name] = str(last)
        following = f"{request.path}?{parameters.urlencode()}"
    return Response({"results": results, "next": following})
