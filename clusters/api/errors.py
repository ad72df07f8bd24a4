"""Map every error to an answer (RFC 9457), in one place."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from clusters.core.errors import (
    ConflictError,
    IdempotencyError,
    NotFoundError,
    PanelError,
    SpecError,
)
from clusters.core.errors import Problem as FieldProblem
from clusters.queries.texts import translate

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 2
LONGEST_NAME = 100
MOST_FIELDS = 50
_WHOLE = ("", api_settings.NON_FIELD_ERRORS_KEY)

Errors = dict[str, list[dict[str, Any]]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What went wrong: status and code for programs, sentences for people."""

    status: int
    code: str
    detail: str
    advice: str = ""
    errors: Errors = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, request_id: str) -> dict[str, Any]:
        return {
            **self.extra,
            "type": f"urn:etcdpanel:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "advice": self.advice,
            "errors": self.errors,
            "request_id": request_id,
        }


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Answer an error. Only a fault of the panel itself reaches the log whole."""
    request_id = getattr(context.get("view"), "request_id", "")
    problem = problem_of(error)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("Request %s failed", request_id, exc_info=error)
    elif problem.status > HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("Request %s: %s", request_id, error)
    return Response(
        problem.as_json(request_id),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=CONTENT_TYPE,
    )


def problem_of(error: Exception) -> Problem:
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            return answer(error)
    return Problem(
        status=500,
        code="internal_error",
        detail=gettext("The panel could not answer. This is a fault of the panel."),
        advice=gettext("Look for the request ID in the panel's log."),
    )


def _impossible(error: SpecError) -> Problem:
    return _fields_wrong(error.code, by_field(error.problems))


def by_field(problems: Iterable[FieldProblem]) -> Errors:
    """What is wrong with a request, at its fields."""
    errors: Errors = {}
    for problem in problems:
        errors.setdefault(problem.field[:LONGEST_NAME], []).append(
            {
                "code": problem.code,
                "message": translate(problem.text),
                "can_accept": problem.can_accept,
            }
        )
    return errors


def _invalid(error: exceptions.ValidationError) -> Problem:
    errors: Errors = {}
    for name, found in _flat(error.get_full_details()):
        if name in errors or len(errors) < MOST_FIELDS:
            entry = {**found, "message": str(found["message"]), "can_accept": False}
            errors.setdefault(name, []).append(entry)
    return _fields_wrong("invalid", errors)


def _flat(found: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each problem with its field; fields inside fields are joined by dots."""
    if isinstance(found, Sequence):
        for each in found:
            yield from _flat(each, path)
    elif found.keys() == {"message", "code"} and isinstance(found["code"], str):
        yield path if path not in _WHOLE else "body", found
    else:
        for name, inner in found.items():
            joined = f"{path}.{name}" if path and name not in _WHOLE else path or name
            yield from _flat(inner, str(joined)[:LONGEST_NAME])


def _fields_wrong(code: str, errors: Errors) -> Problem:
    first, *others = [found for at_field in errors.values() for found in at_field]
    if others:
        template = gettext("{count} things are wrong; each is named at its field.")
        detail = template.format(count=1 + len(others))
    else:
        detail = first["message"]
    return Problem(status=400, code=code, detail=detail, errors=errors)


def _conflict(error: ConflictError) -> Problem:
    return _anticipated(409, error, error.extra)


def _not_found(error: NotFoundError) -> Problem:
    return _anticipated(404, error)


def _key_reused(error: IdempotencyError) -> Problem:
    return _anticipated(422, error)


def _refused(error: PanelError) -> Problem:
    match error.code:
        case "token_not_ready":
            again = {"Retry-After": str(RETRY_SECONDS)}
            return replace(_anticipated(503, error), headers=again)
        case "login_needed":
            challenge = {"WWW-Authenticate": "Bearer"}
            return replace(_anticipated(401, error), headers=challenge)
        case _:
            return _anticipated(403, error)


def _anticipated(
    status: int, error: PanelError, extra: Mapping[str, Any] | None = None
) -> Problem:
    return Problem(
        status=status,
        code=error.code,
        detail=translate(error.text),
        advice=translate(error.advice),
        extra=extra or {},
    )


def _protocol(error: exceptions.APIException) -> Problem:
    """What the framework refused: method, media type, login, rate and the like."""
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    return Problem(
        status=error.status_code,
        code=str(error.get_codes()),
        detail=str(error.detail),
        headers=headers,
    )


def _nothing_here(_: Exception) -> Problem:
    return _protocol(exceptions.NotFound())


def _denied(_: Exception) -> Problem:
    return _protocol(exceptions.PermissionDenied())


def _too_large(_: Exception) -> Problem:
    return Problem(
        status=413,
        code="body_too_large",
        detail=gettext("The body is larger than this panel takes (1 MiB)."),
    )


def _database_away(_: Exception) -> Problem:
    return Problem(
        status=503,
        code="database_unavailable",
        detail=gettext("The panel's database does not answer now."),
        advice=gettext("Try again in a moment."),
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


# The first kind that fits answers.
_ANSWERS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (SpecError, _impossible),
    (ConflictError, _conflict),
    (NotFoundError, _not_found),
    (IdempotencyError, _key_reused),
    (PanelError, _refused),
    (exceptions.ValidationError, _invalid),
    (exceptions.APIException, _protocol),
    (Http404, _nothing_here),
    (PermissionDenied, _denied),
    (RequestDataTooBig, _too_large),
    (OperationalError, _database_away),
    (InterfaceError, _database_away),
)
