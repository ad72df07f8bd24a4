"""The log of an operation: a page of it, or a stream."""

import uuid
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from clusters import queries
from clusters.api.answers.base import listed
from clusters.api.answers.operations import LineAnswer
from clusters.api.authentication import Access
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import LARGEST_NUMBER
from clusters.api.bodies.operations import EventsQuery
from clusters.api.schema import page_of
from clusters.api.stream import LISTENER, lines

MOST_STREAMS = 1000
EVENT_STREAM = "text/event-stream"


class EventStreamRenderer(BaseRenderer):
    """Stands for the stream when the client says what it accepts."""

    media_type = EVENT_STREAM
    format = "event-stream"
    charset = None

    def render(self, data: Any, *_: Any) -> bytes:
        raise NotImplementedError  # pragma: no cover (a stream is no rendering)


class Events(ApiView):
    """The log of one operation."""

    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        operation_id="list_events",
        summary="Read the log of an operation, or follow it",
        description=(
            "With `Accept: text/event-stream` a stream: `event: line` (one line of"
            " the log, its number as the ID), `event: progress` (the operation and"
            " its steps, whenever these changed) and `event: end`, after which the"
            " stream closes. `Last-Event-ID` goes on after a line."
        ),
        parameters=[
            EventsQuery,
            OpenApiParameter(
                "Last-Event-ID",
                type=OpenApiTypes.INT,
                location=OpenApiParameter.HEADER,
                description="On a stream: only lines with a higher number.",
            ),
        ],
        responses={
            (200, "application/json"): page_of(LineAnswer),
            (200, EVENT_STREAM): OpenApiResponse(OpenApiTypes.STR, "The stream."),
        },
    )
    def get(self, request: Request, operation_id: uuid.UUID) -> HttpResponseBase:
        query = asked(request, EventsQuery)
        queries.operation_progress(operation_id)  # is there such an operation?
        if request.accepted_renderer.media_type == EVENT_STREAM:
            return self._stream(request, operation_id, query["after"])
        limit = query["limit"]
        found = queries.events_after(operation_id, query["after"], limit + 1)
        last = found[limit - 1].number if len(found) > limit else None
        return page(request, listed(LineAnswer, found[:limit]), after=last)

    def _stream(
        self, request: Request, operation_id: uuid.UUID, after: int
    ) -> HttpResponseBase:
        if LISTENER.count >= MOST_STREAMS:
            raise exceptions.Throttled(wait=10)
        after = _last_seen(request, after)
        # What a proxy might do to a stream: keep it, compress it, hold it back.
        headers = {
            "Cache-Control": "no-store, no-transform",
            "X-Accel-Buffering": "no",
        }
        if request.method == "HEAD":
            return HttpResponse(content_type=EVENT_STREAM, headers=headers)
        content = lines(operation_id, after, Access(request))
        return StreamingHttpResponse(
            content, content_type=EVENT_STREAM, headers=headers
        )


def _last_seen(request: Request, after: int) -> int:
    """The number of the last line that the client has."""
    given = request.headers.get("Last-Event-ID")
    if not given:
        return after
    if given.isascii() and given.isdecimal() and int(given[:11]) <= LARGEST_NUMBER:
        return int(given)
    message = _("Use the number of a line.")
    raise exceptions.ValidationError({"Last-Event-ID": [message]})
