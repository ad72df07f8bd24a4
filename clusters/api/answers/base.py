"""What every answer is."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.serializers import BooleanField, CharField, DictField, IntegerField


class Answer(serializers.Serializer[Any]):
    """One view of `clusters.queries`."""


def shown(answer: type[Answer], view: object) -> dict[str, Any]:
    """One view, as JSON has it."""
    return dict(answer(view).data)


def listed(answer: type[Answer], views: Iterable[object]) -> list[dict[str, Any]]:
    """Many views, as JSON has them."""
    return list(answer(list(views), many=True).data)


class FoundAnswer(Answer):
    """One thing wrong with one field."""

    code = CharField()
    message = CharField()
    can_accept = BooleanField(help_text="Naming its code in `accept` allows it.")


class ProblemAnswer(Answer):
    """What went wrong (RFC 9457). A conflict carries further fields that explain it."""

    type = CharField()
    title = CharField()
    status = IntegerField()
    code = CharField(help_text="Stable; for programs.")
    detail = CharField(help_text="For people.")
    advice = CharField(help_text="What to do.")
    errors = DictField(  # type: ignore[assignment]
        child=FoundAnswer(many=True), help_text="By field; dots join nested fields."
    )
    request_id = CharField(help_text="Also in X-Request-ID.")
