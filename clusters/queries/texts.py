"""Put sentences into the language of the reader."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from clusters.core.text import Text


def translate(text: Text) -> str:
    """A sentence with its values, in the language of this request."""
    if not text:
        return ""
    params = {
        name: translate(value) if isinstance(value, Text) else value
        for name, value in text.params.items()
    }
    template = gettext(text.template)
    return template.format(**params) if params else template


def stored(text: Mapping[str, Any] | None) -> str:
    """The same, for a sentence as the database keeps it."""
    return translate(Text.from_json(text))
