"""Looks outside before anything is decided."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import queries
from clusters.api.answers.base import shown
from clusters.api.answers.plans import CheckAnswer
from clusters.api.base import ApiView, asked
from clusters.api.bodies.base import NoQuery


class Check(ApiView):
    """A look outside before anything is decided."""

    @extend_schema(
        operation_id="show_check",
        summary="Show what a dry run found on the hosts",
        responses=CheckAnswer,
    )
    def get(self, request: Request, check_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return Response(shown(CheckAnswer, queries.check_view(check_id)))
