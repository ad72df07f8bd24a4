"""A form field for each etcd option that may be set."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.options import OPTIONS, Option, OptionKind
from clusters.queries.texts import translate
from clusters.queries.words import word

OPTION = "option_"
OPTION_NAMES = tuple(f"{OPTION}{name}" for name in OPTIONS)


def option_fields() -> dict[str, forms.Field]:
    return {f"{OPTION}{name}": _field(option) for name, option in OPTIONS.items()}


def options_from(answers: Mapping[str, Any]) -> dict[str, str | int | bool]:
    """The options that were filled in."""
    given = {name: answers.get(f"{OPTION}{name}") for name in OPTIONS}
    return {name: value for name, value in given.items() if value not in {None, ""}}


def _field(option: Option) -> forms.Field:
    given: dict[str, Any] = {
        "label": option.flag,
        "help_text": " ".join(
            filter(None, [translate(option.help), word(option.unit)])
        ),
        "required": False,
    }
    match option.kind:
        case OptionKind.INTEGER:
            return forms.IntegerField(**given)
        case OptionKind.BOOLEAN:
            yes_no = [("", _("as etcd does")), ("true", "true"), ("false", "false")]
            return forms.TypedChoiceField(
                choices=yes_no, coerce="true".__eq__, empty_value=None, **given
            )
        case OptionKind.CHOICE:
            named = [(choice, choice) for choice in option.choices]
            return forms.ChoiceField(choices=[("", _("as etcd does")), *named], **given)
        case OptionKind.RETENTION:
            return forms.CharField(**given)
