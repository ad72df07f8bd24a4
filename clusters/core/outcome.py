"""What came of a step: done, not yet, or failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clusters.core.text import NOTHING, Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The step holds now. `result` is kept in the journal for later steps."""

    message: Text = NOTHING
    result: Mapping[str, Any] = field(default_factory=dict)
    touched: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class NotYet:
    """No error, but the world needs time; look again after `retry_in` seconds."""

    why: Text
    retry_in: float
    progress: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """An anticipated failure; the plan stops here.

    Evidence is sentences, or words from outside as they are. `remedy` is the code of
    what the panel can do about it (core.cause.Remedy), empty when there is nothing.
    """

    code: str
    why: Text
    advice: Text = NOTHING
    evidence: tuple[str | Text, ...] = ()
    touched: bool = True
    remedy: str = ""


Outcome = Done | NotYet | Failed
