"""Form fields that Django does not have: lists, ports, and etcd's options."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.options import OPTIONS, Option, OptionKind
from clusters.queries.texts import translate
from clusters.queries.words import word
from clusters.web.parameters import clean

_SEPARATORS = re.compile(r"[\s,;]+")
_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})")
_MOST_PORTS = 64
_LONGEST = 200


class NameList(forms.CharField):
    """Names with commas or blanks between them."""

    def clean(self, value: Any) -> tuple[str, ...]:
        written = super().clean(value)
        return tuple(word for word in _SEPARATORS.split(written) if word)


class PortList(forms.CharField):
    """Ports with commas or blanks between them; `23791-23793` is three of them."""

    def clean(self, value: Any) -> tuple[int, ...]:
        written = super().clean(value)
        words = [word for word in _SEPARATORS.split(written) if word]
        ports = tuple(port for word in words for port in _ports(word))
        if len(ports) > _MOST_PORTS:
            raise forms.ValidationError(_not_ports(written))
        return ports


def _ports(word: str) -> Iterator[int]:
    span = _RANGE.fullmatch(word)
    if span:
        yield from range(
            int(span[1]), min(int(span[2]), int(span[1]) + _MOST_PORTS) + 1
        )
    elif word.isascii() and word.isdigit():
        yield int(word[:9])
    else:
        raise forms.ValidationError(_not_ports(word))


def _not_ports(word: str) -> str:
    text = _(
        "“{word}” is not a port. Write them as 23791, 23792, 23793 or 23791-23793."
    )
    return str(text).replace("{word}", word[:40])


class Several(forms.Field):
    """Every value that came under one name; the desk judges them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(clean(str(item), _LONGEST) for item in value or ()))


class WholeNumber(forms.IntegerField):
    """An option's number: people see its unit and bounds, the desk judges them."""

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.unit = word(option.unit)
        self.bounds = f"{option.low:,} … {option.high:,}"
        self.widget.attrs |= {
            "min": option.low,
            "max": option.high,
            "inputmode": "numeric",
        }


def _yes_or_no(value: str) -> bool | None:
    return {"true": True, "false": False}.get(value)


def option_field(option: Option) -> forms.Field:
    """The field of one etcd option; left empty, etcd decides."""
    field = _bare_field(option)
    field.required = False
    field.label = option.flag
    field.help_text = translate(option.help)
    return field


def _bare_field(option: Option) -> forms.Field:
    match option.kind:
        case OptionKind.INTEGER:
            return WholeNumber(option)
        case OptionKind.BOOLEAN:
            choices = [("", _("default")), ("true", _("yes")), ("false", _("no"))]
            return forms.TypedChoiceField(
                choices=choices, coerce=_yes_or_no, empty_value=None
            )
        case OptionKind.CHOICE:
            words = [(word, word) for word in option.choices]
            return forms.ChoiceField(choices=[("", _("default")), *words])
        case OptionKind.RETENTION:
            return forms.CharField(max_length=40)


def option_fields() -> dict[str, forms.Field]:
    """A field for each option, under the name that the desk's problems use."""
    return {f"options.{name}": option_field(option) for name, option in OPTIONS.items()}
