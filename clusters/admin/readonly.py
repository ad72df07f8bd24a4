"""Rows that a person may read and nobody may change by hand."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clusters.queries.texts import stored


class Unchangeable:
    """For an admin or an inline: whoever may view may look, and that is all."""

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class ReadOnlyAdmin(Unchangeable, admin.ModelAdmin):
    """An admin that only shows."""

    list_per_page = 50
    show_full_result_count = False


def sentence(text: Mapping[str, Any] | None) -> str:
    return stored(text) or "-"


def data(value: object) -> SafeString | str:
    """Stored data as indented JSON."""
    if not value:
        return "-"
    written = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html("<pre>{}</pre>", written)


def quoted(lines: list[str]) -> SafeString | str:
    """Lines that came from outside, as they are."""
    if not lines:
        return "-"
    return format_html("<pre>{}</pre>", "\n".join(map(str, lines)))
