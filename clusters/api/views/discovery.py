"""Discovery tokens, and which bootstrap mode goes with which release."""

import uuid

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.discovery import GridCellAnswer, TokenAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import NoQuery
from clusters.api.bodies.discovery import TokenBody, TokenListQuery
from clusters.api.reached import reached_as
from clusters.api.schema import page_of
from clusters.core.errors import NotFoundError, Problem, SpecError


class Tokens(ApiView):
    """All discovery tokens, newest first."""

    @extend_schema(
        operation_id="list_discovery_tokens",
        summary="List discovery tokens and who registered, newest first",
        parameters=[TokenListQuery],
        responses=page_of(TokenAnswer),
    )
    def get(self, request: Request) -> Response:
        query = asked(request, TokenListQuery)
        try:
            rows, before = queries.token_list(
                store=query["store"],
                before=str(query.get("before", "")),
                limit=query["limit"],
            )
        except NotFoundError as error:
            gone = Problem(field="before", code=error.code, text=error.text)
            raise SpecError([gone]) from error
        return page(request, listed(TokenAnswer, rows), before=before)

    @extend_schema(
        operation_id="create_discovery_token",
        summary="Make a token for a cluster that is started outside the panel",
        description="A worker writes it into the store; this waits 2 seconds for it.",
        request=TokenBody,
        responses={201: OpenApiResponse(TokenAnswer, "A fresh token.")},
    )
    def post(self, request: Request) -> Response:
        asked(request, NoQuery)
        body = TokenBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            token = actions.new_token(
                self.asker(), **body.validated_data, reached_as=reached_as(request)
            )
        except NotFoundError as error:
            missing = Problem(field="store", code=error.code, text=error.text)
            raise SpecError([missing]) from error
        return Response(
            shown(TokenAnswer, queries.token_row(token.pk)),
            status.HTTP_201_CREATED,
            headers={"Location": reverse("api:token", args=[token.pk])},
        )


class Token(ApiView):
    """One discovery token."""

    @extend_schema(
        operation_id="show_discovery_token",
        summary="Show a discovery token and who registered under it",
        responses=TokenAnswer,
    )
    def get(self, request: Request, token_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return Response(shown(TokenAnswer, queries.token_row(token_id)))


class Burn(ApiView):
    """The end of a token that nobody used."""

    @extend_schema(
        operation_id="burn_discovery_token",
        summary="Burn a fresh token, so that nobody can use it",
        request=None,
        responses=TokenAnswer,
    )
    def post(self, request: Request, token_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        actions.discard_token(self.asker(), token_id)
        return Response(shown(TokenAnswer, queries.token_row(token_id)))


class Modes(ApiView):
    """What goes with what."""

    @extend_schema(
        operation_id="list_modes",
        summary="List bootstrap modes with the releases that can do them",
        responses=page_of(GridCellAnswer),
    )
    def get(self, request: Request) -> Response:
        asked(request, NoQuery)
        cells = listed(GridCellAnswer, queries.mode_grid())
        return page(request, cells, after=None)
