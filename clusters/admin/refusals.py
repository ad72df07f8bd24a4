"""What the desk refused, shown at the fields of the form that asked."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from clusters.admin.asking import Answered, told
from clusters.core.errors import PanelError, SpecError
from clusters.queries.texts import translate


class AskingAdmin(admin.ModelAdmin):
    """An admin whose rows the desk writes."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """When the desk refuses, nothing was written: the same form comes again."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PanelError as refusal:
            cast("Answered", request).refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)


def answered(form: type[forms.ModelForm], request: HttpRequest) -> type[Any]:
    """The form, which knows what the desk said to it before."""
    refusal = getattr(request, "refusal", None)
    return type(form.__name__, (form,), {"refusal": refusal})


def complain(
    form: forms.ModelForm,
    refusal: PanelError | None,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Each complaint of the desk at its field; otherwise above all of them.

    `prefixes` says how the form names the fields within another field.
    """
    for field, words in _complaints(refusal):
        name = field
        for inner, written in (prefixes or {}).items():
            name = name.replace(inner, written)
        form.add_error(name if name in form.fields else None, words)


def _complaints(refusal: PanelError | None) -> Iterator[tuple[str, str]]:
    if isinstance(refusal, SpecError):
        for problem in refusal.problems:
            yield problem.field, translate(problem.text)
    elif refusal is not None:
        yield "", told(refusal)
