"""Put sentences into the language of the reader."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from clusters.core.text import Text, Value
from clusters.queries import words

# The values of a sentence that are code words, by their names.
_CODED: Mapping[str, Callable[[str], str]] = {
    "kind": words.word,
    "state": words.word,
    "step": words.step,
    "unit": words.unit,
    "who": words.actor,
    "words": words.word,
    "statuses": words.several,
}


def translate(text: Text) -> str:
    """A sentence with its values, in the language of this request."""
    if not text:
        return ""
    params = {name: _value(name, value) for name, value in text.params.items()}
    template = gettext(text.template)
    return template.format(**params) if params else template


def stored(text: Mapping[str, Any] | None) -> str:
    """The same, for a sentence as the database keeps it."""
    return translate(Text.from_json(text))


def evidence(lines: list[Any]) -> tuple[str, ...]:
    """What was seen: sentences, and words from outside as they are."""
    return tuple(stored(x) if isinstance(x, Mapping) else x for x in lines)


def _value(name: str, value: Value) -> str | int | float:
    if isinstance(value, Text):
        return translate(value)
    read = _CODED.get(name)
    return read(value) if read and isinstance(value, str) else value
