"""Discovery stores: run by the panel, or there already."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.discovery import StoreAnswer, StoreRowAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import NoQuery
from clusters.api.bodies.discovery import (
    StoreBody,
    StoreChangeBody,
    StoreDeleteQuery,
)
from clusters.api.schema import page_of
from clusters.api.throttles import CheckThrottle
from clusters.api.views.changes import ACCEPTED, KEY, accepted, idempotency_key
from clusters.core.errors import NotFoundError
from clusters.core.names import is_label
from clusters.core.text import say


class Stores(ApiView):
    """All discovery stores."""

    @extend_schema(
        operation_id="list_stores",
        summary="List discovery stores",
        responses=page_of(StoreRowAnswer),
    )
    def get(self, request: Request) -> Response:
        asked(request, NoQuery)
        stores = listed(StoreRowAnswer, queries.store_list())
        return page(request, stores, after=None)

    @extend_schema(
        operation_id="create_store",
        summary="Have the panel run a discovery store, or name one that is there",
        parameters=[KEY],
        request=StoreBody,
        responses={
            202: ACCEPTED,
            201: OpenApiResponse(StoreAnswer, "Remembered; a worker looks at it."),
        },
    )
    def post(self, request: Request) -> Response:
        asked(request, NoQuery)
        key = idempotency_key(request)
        body = StoreBody(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.as_request()
        if not wanted.is_external:
            operation = actions.create_managed_store(self.asker(key), wanted)
            return accepted(operation)
        store = actions.add_external_store(self.asker(), wanted)
        return Response(
            shown(StoreAnswer, queries.store_page(store.name)),
            status.HTTP_201_CREATED,
            headers={"Location": reverse("api:store", args=[store.name])},
        )


class OneStore(ApiView):
    """What has a store's name in its address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not is_label(kwargs["name"]):  # never reaches the database
            text = say("There is no such discovery store.")
            raise NotFoundError(text, code="no_such_store")


class Store(OneStore):
    """One discovery store."""

    @extend_schema(
        operation_id="show_store",
        summary="Show a discovery store and its newest tokens",
        responses=StoreAnswer,
    )
    def get(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        return Response(shown(StoreAnswer, queries.store_page(name)))

    @extend_schema(
        operation_id="change_store",
        summary="Give tokens of a store to anybody, or not",
        request=StoreChangeBody,
        responses=StoreAnswer,
    )
    def patch(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        body = StoreChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        actions.change_store(self.asker(), name, **body.validated_data)
        return Response(shown(StoreAnswer, queries.store_page(name)))

    @extend_schema(
        operation_id="delete_store",
        summary="Let a discovery store go",
        description=(
            "One that the panel runs is deleted like a cluster, with its data. It is"
            " refused while members of a cluster are registering there."
        ),
        parameters=[StoreDeleteQuery],
        responses={
            202: ACCEPTED,
            204: OpenApiResponse(description="Forgotten; it goes on without us."),
        },
    )
    def delete(self, request: Request, name: str) -> Response:
        query = asked(request, StoreDeleteQuery)
        operation = actions.delete_store(self.asker(), name, **query)
        if operation is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return accepted(operation)


class Look(OneStore):
    """A new look at a store."""

    def get_throttles(self) -> list[Any]:
        return [CheckThrottle()]

    @extend_schema(
        operation_id="look_at_store",
        summary="Have a worker look at a discovery store again",
        request=None,
        responses={
            202: OpenApiResponse(
                StoreAnswer, "As it was seen before; `seen_at` moves with the new look."
            )
        },
    )
    def post(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        actions.look_at_store(self.asker(), name)
        found = shown(StoreAnswer, queries.store_page(name))
        return Response(found, status.HTTP_202_ACCEPTED)
