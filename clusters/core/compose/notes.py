"""What people are told of a Compose file that was read, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusters.core.errors import Problem
from clusters.core.text import Text, quote, say

FIELD = "compose"
_SHOWN = 80
_LONGEST_KEY = 120
# Nobody reads more, and a hostile file may give reason for any number.
_MOST_LINES = 300
_MOST_PROBLEMS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One sentence about a key of some services; without services, of the file."""

    services: tuple[str, ...]
    key: str
    text: Text

    @property
    def place(self) -> str:
        """Where in the file it is: `etcd1, etcd2: ports`."""
        return ": ".join(part for part in (", ".join(self.services), self.key) if part)

    def as_json(self) -> dict[str, Any]:
        return {
            "services": list(self.services),
            "key": self.key,
            "text": self.text.as_json(),
        }


class Pages:
    """Lines in the order they came; what is said of several services is said once."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], Line] = {}

    def add(self, service: str, key: str, text: Text) -> None:
        key = printable(key)[:_LONGEST_KEY]
        same = (key, str(text))
        if same not in self._lines and len(self._lines) >= _MOST_LINES:
            return
        before = self._lines[same].services if same in self._lines else ()
        services = (*before, service) if service and service not in before else before
        self._lines[same] = Line(services=services, key=key, text=text)

    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines.values())


class Notes:
    """Everything noted while a file is read."""

    def __init__(self) -> None:
        self._understood = Pages()
        self._changed = Pages()
        self._not_understood = Pages()
        self._problems: dict[str, Problem] = {}

    def understand(self, service: str, key: str, text: Text) -> None:
        self._understood.add(service, key, text)

    def change(self, service: str, key: str, text: Text) -> None:
        """It will differ from the file, and why."""
        self._changed.add(service, key, text)

    def ignore(self, service: str, key: str, value: object) -> None:
        """Not understood, and left out of the cluster."""
        text = say("“{value}” is not understood: ignored.", value=shown(value))
        self._not_understood.add(service, key, text)

    def warn(self, service: str, key: str, text: Text) -> None:
        """Not understood, and what follows from it."""
        self._not_understood.add(service, key, text)

    def refuse(self, service: str, key: str, code: str, text: Text) -> None:
        """It stops the import."""
        if len(self._problems) >= _MOST_PROBLEMS:
            return
        place = Line(services=(service,) if service else (), key=key, text=text).place
        sentence = say("{place}: {reason}", place=quote(place, 200), reason=text)
        whole = sentence if place else text
        problem = Problem(field=FIELD, code=code, text=whole)
        self._problems.setdefault(str(whole), problem)

    @property
    def understood(self) -> tuple[Line, ...]:
        return self._understood.lines()

    @property
    def changed(self) -> tuple[Line, ...]:
        return self._changed.lines()

    @property
    def not_understood(self) -> tuple[Line, ...]:
        return self._not_understood.lines()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._problems.values())


def printable(words: str) -> str:
    return "".join(c if c.isprintable() else " " for c in words)


def shown(value: object) -> Text:
    """A value of the file, short enough for a line."""
    if isinstance(value, Mapping):
        return quote(", ".join(str(key) for key in value), _SHOWN)
    if isinstance(value, list | tuple):
        return quote(", ".join(str(item) for item in value), _SHOWN)
    return quote(str(value), _SHOWN)
