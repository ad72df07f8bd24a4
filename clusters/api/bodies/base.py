"""Queries of several calls."""

from rest_framework import serializers

from clusters.api.fields import StrictSerializer

PAGE_SIZE = 50
LARGEST_PAGE = 200
LARGEST_NUMBER = 2**31 - 1


class NoQuery(StrictSerializer):
    """No parameters."""


class PageQuery(StrictSerializer):
    """Which page of a list."""

    limit = serializers.IntegerField(
        default=PAGE_SIZE,
        min_value=1,
        max_value=LARGEST_PAGE,
        help_text="Most results on a page.",
    )
