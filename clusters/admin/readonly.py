"""Rows that a person may read and nobody may change by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.queries.texts import stored
from clusters.queries.words import word


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


class StatusFilter(admin.SimpleListFilter):
    """By what was last seen; offers what there is of this kind of row."""

    title = _("status")
    parameter_name = "status"
    path = "observation__status"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        rows = model_admin.model._default_manager  # noqa: SLF001 (public)
        statuses = set(rows.values_list(self.path, flat=True)) - {None}
        return [(status, word(status)) for status in sorted(statuses)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        return queryset.filter(**{self.path: chosen}) if chosen else queryset


def clock(at: datetime) -> str:
    """A time to the second, as logs have it."""
    return date_format(at, "Y-m-d H:i:s")


def took(began: datetime | None, ended: datetime | None) -> str:
    if began is None or ended is None:
        return "-"
    seconds = f"{(ended - began).total_seconds():.2f}"
    return gettext("{n} s").replace("{n}", seconds)


def sentence(text: Mapping[str, Any] | None) -> str:
    return stored(text) or "-"


def data(value: object) -> SafeString | str:
    """Stored data as indented JSON."""
    if not value:
        return "-"
    written = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html("<pre>{}</pre>", written)


def quoted(lines: Sequence[str]) -> SafeString | str:
    """Lines that came from outside, as they are."""
    if not lines:
        return "-"
    return format_html("<pre>{}</pre>", "\n".join(map(str, lines)))
