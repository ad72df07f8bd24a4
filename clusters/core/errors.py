"""Every error the panel raises on purpose.

PanelError             code, sentence, advice: fit for a screen
|-- SpecError          the request is impossible: each problem stands at its field
|-- ConflictError      something else holds the cluster, or the form is stale
|-- NotFoundError      no such thing, or not yours
|-- IdempotencyError   the same key came with another request
`-- BackendError       a host, a discovery service or etcd said no
    `-- Unavailable    it can not be reached now: worth another try
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clusters.core.text import NOTHING, Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with one field of a request.

    A problem that `can_accept` is a warning: naming its code in `accept` allows it.
    """

    field: str
    code: str
    text: Text
    can_accept: bool = False


class PanelError(Exception):
    """An anticipated failure whose message is fit for a screen."""

    def __init__(self, text: Text, *, code: str, advice: Text = NOTHING) -> None:
        self.text = text
        self.code = code
        self.advice = advice
        super().__init__(str(text))


class SpecError(PanelError):
    """A definition that can not be built, with a problem for each field."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].text, code=self.problems[0].code)


class ConflictError(PanelError):
    """Another operation holds the cluster, or what was read has changed since."""

    def __init__(
        self,
        text: Text,
        *,
        code: str,
        advice: Text = NOTHING,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.extra = dict(extra or {})
        super().__init__(text, code=code, advice=advice)


class NotFoundError(PanelError):
    """There is no such thing."""


class IdempotencyError(PanelError):
    """An idempotency key was used before, for another request."""


class BackendError(PanelError):
    """The world outside refused; trying the same again will not help."""


class Unavailable(BackendError):  # noqa: N818 (a state of the world, not a mistake)
    """The world outside does not answer now; it may later."""
