"""The interface's description: for programs, and the same as a page for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clusters.api.base import ApiView
from clusters.api.schema import openapi


@extend_schema(exclude=True)
class Schema(ApiView):
    """OpenAPI, as JSON or YAML."""

    renderer_classes = (OpenApiJsonRenderer, JSONRenderer, OpenApiYamlRenderer2)

    def get(self, _: Request) -> Response:
        return Response(openapi())


@extend_schema(exclude=True)
class Docs(ApiView):
    """A page to read."""

    renderer_classes = (TemplateHTMLRenderer,)

    def get(self, _: Request) -> Response:
        description = openapi()
        shown = {
            "groups": groups(description),
            "shapes": list(shapes(description)),
        }
        return Response(shown, template_name="api/docs.html")

    def handle_exception(self, exc: Exception) -> Any:
        """A person is sent to the login page."""
        if isinstance(exc, exceptions.NotAuthenticated):
            return redirect_to_login(self.request.get_full_path())
        return super().handle_exception(exc)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A parameter or a field."""

    name: str
    kind: str
    text: str
    place: str = ""
    is_needed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """A body, or what is in an answer."""

    name: str
    text: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerLine:
    """One status that a call may answer."""

    status: str
    text: str
    media_type: str
    kind: str

    @property
    def is_shape(self) -> bool:
        """Not one of JSON's own types."""
        return self.kind[:1].isupper()


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One method of one address."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Row, ...]
    body: str
    answers: tuple[AnswerLine, ...]
    problems: AnswerLine


def groups(description: Mapping[str, Any]) -> dict[str, list[Call]]:
    """Calls by the first word of their address."""
    found: dict[str, list[Call]] = {}
    for path, methods in description["paths"].items():
        word = path.removeprefix("/api/v1/").split("/")[0]
        for method, operation in methods.items():
            found.setdefault(word, []).append(_call(path, method, operation))
    return found


def _call(path: str, method: str, operation: Mapping[str, Any]) -> Call:
    content = operation.get("requestBody", {}).get("content", {})
    body = next((_kind(each["schema"]) for each in content.values()), "")
    return Call(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        parameters=tuple(map(_parameter, operation.get("parameters", ()))),
        body=body,
        answers=tuple(_answers(operation["responses"])),
        problems=_problems(operation["responses"]),
    )


def _is_problem(status: str) -> bool:
    return status >= "400"


def _problems(responses: Mapping[str, Any]) -> AnswerLine:
    """All of a call in one line: they differ in nothing but their status."""
    found = [status for status in responses if _is_problem(status)]
    ((media_type, content),) = responses[found[0]]["content"].items()
    return AnswerLine(
        status=" ".join(found),
        text="",
        media_type=media_type,
        kind=_kind(content["schema"]),
    )


def _parameter(found: Mapping[str, Any]) -> Row:
    return Row(
        name=found["name"],
        place=found["in"],
        kind=_kind(found["schema"]),
        text=found.get("description", ""),
        is_needed=found.get("required", False),
    )


def _answers(responses: Mapping[str, Any]) -> Iterator[AnswerLine]:
    for status, answer in responses.items():
        if _is_problem(status):
            continue
        if "content" not in answer:
            text = answer["description"]
            yield AnswerLine(status=status, text=text, media_type="", kind="")
        for media_type, content in answer.get("content", {}).items():
            yield AnswerLine(
                status=status,
                text=answer["description"],
                media_type=media_type,
                kind=_kind(content["schema"]),
            )


def shapes(description: Mapping[str, Any]) -> Iterator[Shape]:
    for name, shape in description["components"]["schemas"].items():
        needed = shape.get("required", ())
        rows = tuple(
            Row(
                name=field,
                kind=_kind(found),
                text=found.get("description", ""),
                is_needed=field in needed,
            )
            for field, found in shape.get("properties", {}).items()
        )
        yield Shape(name=name, text=shape.get("description", ""), rows=rows)


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in words: the name of a shape, or one of JSON's."""
    match schema:
        case {"$ref": reference}:
            words = [reference.rsplit("/", 1)[-1]]
        case {"enum": values}:
            words = [str(value) for value in values if value]
        case {"oneOf": inner} | {"allOf": inner} | {"anyOf": inner}:
            words = [_kind(each) for each in inner]
        case {"type": "array", "items": items}:
            words = [f"[{_kind(items)}]"]
        case {"additionalProperties": dict(inside)}:
            words = [f"{{name: {_kind(inside)}}}"]
        case {"type": [*names]}:
            words = names
        case _:
            words = [schema.get("type", "any")]
    return " | ".join(words)
