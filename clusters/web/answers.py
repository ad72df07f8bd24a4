"""How errors that the panel raises on purpose become pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clusters.actions import Asker
from clusters.core.errors import (
    ConflictError,
    IdempotencyError,
    NotFoundError,
    PanelError,
    SpecError,
)
from clusters.models.operation import Via
from clusters.queries.texts import translate

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]

INVALID = 422
_STATUS: tuple[tuple[type[PanelError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (IdempotencyError, 409),
    (SpecError, INVALID),
)
_FORBIDDEN = 403


def page(view: View[Given]) -> View[Given]:
    """Answer a PanelError with a page that says what, why and what to do."""

    @wraps(view)
    def answering(
        request: HttpRequest, /, *given: Given.args, **named: Given.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *given, **named)
        except PanelError as error:
            return refused(request, error)

    return answering


def refused(request: HttpRequest, error: PanelError) -> HttpResponse:
    return render(request, "refused.html", told(error), status=status_of(error))


def told(error: PanelError) -> dict[str, object]:
    """An error as templates show it."""
    extra = error.extra if isinstance(error, ConflictError) else {}
    return {
        "status": status_of(error),
        "what": translate(error.text),
        "do": translate(error.advice),
        "operation": extra.get("operation", ""),
        "code": error.code,
    }


def status_of(error: PanelError) -> int:
    return next((s for kind, s in _STATUS if isinstance(error, kind)), _FORBIDDEN)


def asker(request: HttpRequest, key: str = "") -> Asker:
    if not isinstance(request.user, User):  # a stranger must not pass for the panel
        raise PermissionDenied
    return Asker(user=request.user, via=Via.FORM, key=key)


def is_part(request: HttpRequest) -> bool:
    """Whether a page that is already open asks for what changes on it."""
    return request.GET.get("part") == "live"
