"""Operations: how far they are, their end, and the same again."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.operations import OperationAnswer, OperationRowAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import NoQuery
from clusters.api.bodies.operations import OperationListQuery
from clusters.api.schema import page_of
from clusters.api.views.changes import ACCEPTED, accepted
from clusters.core.errors import NotFoundError, Problem, SpecError


class Operations(ApiView):
    """All operations, newest first."""

    @extend_schema(
        operation_id="list_operations",
        summary="List operations, newest first",
        parameters=[OperationListQuery],
        responses=page_of(OperationRowAnswer),
    )
    def get(self, request: Request) -> Response:
        query = asked(request, OperationListQuery)
        try:
            rows, before = queries.operation_list(
                cluster_name=query["cluster"],
                state=query["state"],
                before=str(query.get("before", "")),
                limit=query["limit"],
            )
        except NotFoundError as error:
            gone = Problem(field="before", code=error.code, text=error.text)
            raise SpecError([gone]) from error
        results = listed(OperationRowAnswer, rows)
        return page(request, results, before=before)


class OneOperation(ApiView):
    """One operation and how far it is."""

    @extend_schema(
        operation_id="show_operation",
        summary="Show an operation and its steps",
        responses=OperationAnswer,
    )
    def get(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        progress = queries.operation_progress(operation_id)
        return Response(shown(OperationAnswer, progress))


class Cancel(ApiView):
    """The end of an operation, at its next step."""

    @extend_schema(
        operation_id="cancel_operation",
        summary="Cancel an operation",
        request=None,
        responses={202: ACCEPTED},
    )
    def post(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return accepted(actions.cancel_operation(self.asker(), operation_id))


class Retry(ApiView):
    """The same again, as a new operation."""

    @extend_schema(
        operation_id="retry_operation",
        summary="Do again what an operation did not finish",
        request=None,
        responses={202: ACCEPTED},
    )
    def post(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return accepted(actions.retry_operation(self.asker(), operation_id))
