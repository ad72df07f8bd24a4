"""Findings of a look at a host before anything is decided, with their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from clusters.core.text import NOTHING, Text


class FindingLevel(StrEnum):
    """What a finding means for the create."""

    PASS = "pass"  # noqa: S105 (not a password)
    NOTE = "note"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of a check."""

    code: str
    level: FindingLevel
    text: Text
    advice: Text = NOTHING
    host: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "level": self.level.value,
            "text": self.text.as_json(),
            "advice": self.advice.as_json(),
            "host": self.host,
            "data": dict(self.data),
        }
