"""Fields that take JSON as it is: nothing is coerced, nothing unknown ignored."""

import difflib
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

LONGEST_NAME = 60
MOST_UNKNOWN = 20


class StrictSerializer(serializers.Serializer[Any]):
    """A body or a query of which every field is known."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[Any, Any] = {}
        value = None
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = dict(error.detail)  # type: ignore[arg-type]  # a dict here
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            for name in unknown[:MOST_UNKNOWN]:
                errors[name[:LONGEST_NAME]] = [self._unknown(name)]
        if errors:
            raise serializers.ValidationError(errors)
        return value

    def _unknown(self, name: str) -> ErrorDetail:
        near = difflib.get_close_matches(name[:LONGEST_NAME], self.fields, n=1)
        if near:
            text = gettext("There is no such field. Did you mean “{name}”?")
            return ErrorDetail(text.format(name=near[0]), code="unknown_field")
        text = gettext("There is no such field. Choose from: {names}.")
        names = ", ".join(sorted(self.fields)) or "-"
        return ErrorDetail(text.format(names=names), code="unknown_field")


class Text(serializers.CharField):
    """A JSON string, taken as it is."""

    default_error_messages: ClassVar = {"invalid": _("Use a string.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 300)
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON integer: not a string, not a fraction, not true."""

    default_error_messages: ClassVar = {
        "invalid": _("Use a whole number, without quotes.")
    }

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """JSON's true or false."""

    default_error_messages: ClassVar = {
        "invalid": _("Use true or false, without quotes.")
    }

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Texts(serializers.ListField):
    """A short list of strings."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Text(max_length=100), max_length=50, **options)


class Wholes(serializers.ListField):
    """A short list of integers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Whole(), max_length=50, **options)


@extend_schema_field({"type": ["string", "integer", "boolean"]})
class OptionValue(serializers.Field[Any, Any, Any, Any]):
    """The value of an etcd option."""

    default_error_messages: ClassVar = {
        "invalid": _("Use a string, a whole number, true or false.")
    }

    def to_internal_value(self, data: Any) -> str | int | bool:
        if isinstance(data, str):
            return str(Text().run_validation(data))
        if not isinstance(data, int):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value
