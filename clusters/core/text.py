"""Sentences for people: a template and its values, translated where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, Union

Value = Union[str, int, float, "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence; `template` is the key of the translation catalogue.

    A value may be a sentence itself: "{host} can not be used: {reason}".
    """

    template: str
    params: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.params) if self.params else self.template

    def __bool__(self) -> bool:
        return bool(self.template)

    def as_json(self) -> dict[str, Any]:
        params = {
            name: value.as_json() if isinstance(value, Text) else value
            for name, value in self.params.items()
        }
        return {"text": self.template, "params": params}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        if not stored:
            return cls("")
        params = {
            name: cls.from_json(value) if isinstance(value, Mapping) else value
            for name, value in stored.get("params", {}).items()
        }
        return cls(stored["text"], params)


NOTHING = Text("")


def say(template: str, /, **params: Value) -> Text:
    """Make a sentence; translators find every literal given to this function."""
    return Text(template, params)


def say_count(count: int, one: str, many: str, /, **params: Value) -> Text:
    """The sentence for one, or that for any other number; both know {count}."""
    return Text(one if count == 1 else many, {"count": count, **params})


def quote(words: str, limit: int = 400) -> Text:
    """Wrap words that came from outside: shown as they are, but for the best known."""
    clean = "".join(c if c.isprintable() else " " for c in words)
    return Text("{words}", {"words": clean[:limit]})
