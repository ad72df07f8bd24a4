"""What is asked of operations and their logs."""

from rest_framework import serializers

from clusters.api.bodies.base import LARGEST_NUMBER, PageQuery
from clusters.api.fields import StrictSerializer
from clusters.models.operation import State

LARGEST_EVENT_PAGE = 1000


class OperationListQuery(PageQuery):
    """Which operations."""

    cluster = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="Only operations of this cluster.",
    )
    state = serializers.ChoiceField(
        choices=State.values,
        default="",
        allow_blank=True,
        help_text="Only operations in this state.",
    )
    before = serializers.UUIDField(
        required=False, help_text="The last operation of the page before."
    )


class EventsQuery(StrictSerializer):
    """Which lines of the log."""

    after = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=LARGEST_NUMBER,
        help_text="Only lines with a higher number. On a stream, Last-Event-ID wins.",
    )
    limit = serializers.IntegerField(
        default=500,
        min_value=1,
        max_value=LARGEST_EVENT_PAGE,
        help_text="Most lines on a page; a stream has no pages.",
    )
