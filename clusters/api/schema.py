"""The interface's own description (OpenAPI)."""

from functools import cache
from http import HTTPStatus
from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework import serializers

from clusters.api.answers.base import ProblemAnswer
from clusters.api.errors import CONTENT_TYPE

_ALWAYS = (400, 401, 406, 500, 503)
_WITH_PATH = (404,)
_CHANGES = (403, 409, 413, 415, 429)


class PanelSchema(AutoSchema):
    """Adds to each call the problems that it may answer."""

    def get_description(self, *_: Any) -> str:
        """Said beside the call, if at all; not what the class says of itself."""
        return ""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        answers: dict[str, Any] = operation["responses"]
        for status in self._problems(operation):
            answers.setdefault(str(status), self._problem(status))
        operation["responses"] = dict(sorted(answers.items()))
        return operation

    def _problems(self, operation: dict[str, Any]) -> tuple[int, ...]:
        places = {each["in"] for each in operation.get("parameters", ())}
        return (
            *_ALWAYS,
            *(_WITH_PATH if "path" in places else ()),
            *(() if self.method == "GET" else _CHANGES),
            *((422,) if "header" in places and self.method != "GET" else ()),
        )

    def _problem(self, status: int) -> dict[str, Any]:
        component = self.resolve_serializer(ProblemAnswer, "response")
        return {
            "description": HTTPStatus(status).phrase,
            "content": {CONTENT_TYPE: {"schema": component.ref}},
        }


class PlainSchema(PanelSchema):
    """The same for a call that answers everybody in plain text."""

    def _problems(self, operation: dict[str, Any]) -> tuple[int, ...]:
        return (*super()._problems(operation), HTTPStatus.TOO_MANY_REQUESTS)

    def _problem(self, status: int) -> dict[str, Any]:
        return {
            "description": HTTPStatus(status).phrase,
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description calls a token."""

    target_class = "clusters.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, _: AutoSchema) -> dict[str, Any]:
        return build_bearer_security_scheme_object("Authorization", "Bearer")


def page_of(answer: type[serializers.Serializer[Any]]) -> Any:
    """The serializer of one page of a list."""
    name = answer.__name__.removesuffix("Answer") + "Page"
    fields = {
        "__doc__": "One page of a list.",
        "results": answer(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="The address of the next page."
        ),
    }
    return type(name, (serializers.Serializer,), fields)


@cache
def openapi() -> dict[str, Any]:
    """The whole description; it does not change while the process lives."""
    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        return dict(generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
