"""The call of the public discovery service, answered from a store of one's own."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import FormParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.actions import Asker
from clusters.api.authentication import BearerAuthentication
from clusters.api.base import ApiView
from clusters.api.bodies.discovery import NewQuery
from clusters.api.reached import host_problem, reached_as
from clusters.api.schema import PlainSchema
from clusters.api.throttles import NewByAddressThrottle, NewByUserThrottle
from clusters.core.meeting import StoreProtocol
from clusters.models.operation import Via
from clusters.queries import StoreRow
from clusters.queries.texts import translate

PLAIN_TEXT = "text/plain"
TOKEN = OpenApiResponse(OpenApiTypes.STR, "A discovery URL, and nothing else.")
_TEXT = (
    "Like the call of the public discovery service, so that in a script only the host"
    " changes; it is also at the root, as `/new`. Without a login a store answers that"
    " gives its tokens to anybody. Problems are a sentence in plain text."
)


class PlainRenderer(BaseRenderer):
    """Words as they are."""

    media_type = PLAIN_TEXT
    format = "txt"
    charset = "utf-8"

    def render(self, data: Any, *_: Any) -> bytes:
        return str(data).encode()


class AlwaysPlain(BaseContentNegotiation):
    """The public service answers text to whoever asks, so this does."""

    def select_renderer(self, _: Request, renderers: Any, *__: Any) -> Any:
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        named = (request.content_type or "").partition(";")[0]
        return next((each for each in parsers if each.media_type == named), None)


class DropIn(ApiView):
    """A discovery URL for whoever starts members by hand or by script."""

    permission_classes = ()  # a store may give tokens to anybody
    parser_classes = (FormParser,)
    renderer_classes = (PlainRenderer,)
    problem_renderer = PlainRenderer
    content_negotiation_class = AlwaysPlain
    http_method_names = ("get", "put")
    schema = PlainSchema()

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A GET makes a token here, and a page of strangers can have a browser send
        one with its cookie. So a session counts only where its CSRF token does."""
        found: list[BaseAuthentication] = [BearerAuthentication()]
        if getattr(self.request, "method", "") != "GET":
            found.append(SessionAuthentication())
        return found

    def get_throttles(self) -> list[Any]:
        return [NewByUserThrottle(), NewByAddressThrottle()]

    @extend_schema(
        operation_id="new_discovery_url",
        summary="Make a discovery URL, like the public service",
        description=_TEXT,
        parameters=[NewQuery],
        responses={(200, PLAIN_TEXT): TOKEN},
    )
    def get(self, request: Request) -> Response:
        return self._new(request, request.query_params.dict())

    @extend_schema(
        operation_id="put_new_discovery_url",
        summary="Make a discovery URL, like the public service",
        description=_TEXT,
        parameters=[NewQuery],
        request=None,
        responses={(200, PLAIN_TEXT): TOKEN},
    )
    def put(self, request: Request) -> Response:
        form: Any = request.data  # what the parser makes of it
        given = {name: form[name] for name in form}
        return self._new(request, {**request.query_params.dict(), **given})

    def handle_exception(self, exc: Exception) -> Response:
        """A sentence and what to do, like everything here without any dress."""
        answer = super().handle_exception(exc)
        words = filter(None, [answer.data["detail"], answer.data["advice"]])
        answer.data = " ".join(words) + "\n"
        answer.content_type = None
        return answer

    def _new(self, request: Request, given: Mapping[str, str]) -> Response:
        user = request.user if request.user.is_authenticated else None
        stores = _open_to(user)
        query = NewQuery(data={name: value for name, value in given.items() if value})
        query.is_valid(raise_exception=True)
        if wrong := host_problem(request):
            raise exceptions.ValidationError({"Host": [translate(wrong)]})
        token = actions.new_token(
            Asker(user=user, via=Via.REST),
            size=query.validated_data["size"],
            store=_chosen(stores, query.validated_data["store"]),
            anonymous=user is None,
            reached_as=reached_as(request),
        )
        return Response(token.address)


@extend_schema(exclude=True)
class AlsoDropIn(DropIn):
    """The same at its other addresses."""


def _open_to(user: User | None) -> list[StoreRow]:
    """The stores that give tokens to this user, or to anybody."""
    stores = [
        store
        for store in queries.store_list()
        if store.is_managed and store.protocol == StoreProtocol.V2
    ]
    if user is not None:
        return stores
    found = [store for store in stores if store.anonymous]
    if not found:
        raise exceptions.NotAuthenticated(
            _(
                "Log in to get a discovery URL: send a token of the panel in the"
                " Authorization header (Authorization: Bearer TOKEN), or have an admin"
                " give the tokens of a discovery store to anybody."
            )
        )
    return found


def _chosen(stores: list[StoreRow], name: str) -> str:
    """The store that was named, if it is one of these."""
    if name and name not in {store.name for store in stores}:
        message = _("No discovery store for v2 of this name gives tokens here.")
        raise exceptions.ValidationError({"store": [message]})
    if not stores:
        raise NoStore
    return name


class NoStore(exceptions.APIException):
    """Nothing that gives tokens is there yet."""

    status_code = 503
    default_detail = _("This panel runs no discovery store for v2 yet. Make one first.")
    default_code = "no_such_store"
