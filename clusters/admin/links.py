"""Addresses of the panel's own pages, and links between rows of the admin site."""

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString


def operation_url(operation_id: object) -> str:
    return reverse("operation", args=[operation_id])


def row_link(row: Model | None, words: object = "") -> SafeString | str:
    """A link to a row's own page in the admin site; a dash when there is no row."""
    if row is None:
        return "-"
    url = reverse(f"admin:{_name(type(row))}_change", args=[quote(row.pk)])
    return format_html('<a href="{}">{}</a>', url, words or row)


def list_link(model: type[Model], words: object, **filters: str | int) -> SafeString:
    """A link to a filtered list in the admin site."""
    url = reverse(f"admin:{_name(model)}_changelist")
    return format_html('<a href="{}?{}">{}</a>', url, urlencode(filters), words)


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001 (public)
