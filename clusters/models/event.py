"""One line of an operation's log: numbered without gaps, stored, streamed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.core.text import Text
from clusters.models.operation import Operation


class Level(models.TextChoices):
    """How much a line matters."""

    INFO = "info", _("info")
    WARN = "warn", _("warning")
    ERROR = "error", _("error")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line before it has its number."""

    code: str
    text: Text
    level: str = Level.INFO
    step: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Event(models.Model):
    """One stored line. `number` is counted per operation, under its row lock."""

    operation = models.ForeignKey(
        Operation,
        on_delete=models.CASCADE,
        related_name="events",
        verbose_name=_("operation"),
    )
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    level = models.CharField(
        _("level"), max_length=5, choices=Level.choices, default=Level.INFO
    )
    code = models.CharField(_("code"), max_length=60)
    step = models.PositiveSmallIntegerField(_("step"), null=True)
    text = models.JSONField(default=dict)
    data = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["operation", "number"], name="event_number_once_in_an_operation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.code}"

    @classmethod
    def first(cls, operation: Operation, line: Line) -> None:
        """The line that opens the log of an operation just written."""
        Operation.objects.filter(pk=operation.pk).update(last_event=1)
        operation.last_event = 1
        cls.write(operation.pk, 1, [line])

    @classmethod
    def write(cls, operation_id: Any, last: int, lines: Sequence[Line]) -> None:
        """Store lines as the numbers up to `last`, which the caller has just taken."""
        first = last - len(lines) + 1
        Event.objects.bulk_create(
            Event(
                operation_id=operation_id,
                number=number,
                level=line.level,
                code=line.code,
                step=line.step,
                text=line.text.as_json(),
                data=line.data,
            )
            for number, line in enumerate(lines, first)
        )
