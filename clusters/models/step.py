"""One step of an operation's frozen plan and how it went."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.core.plan import Step, StepKind
from clusters.core.text import Text
from clusters.models.operation import Operation


class StepState(models.TextChoices):
    """The life of a step."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (StepState.QUEUED.value, StepState.RUNNING.value)


class StepRecord(models.Model):
    """One step: intent before the call, result after it."""

    operation = models.ForeignKey(
        Operation,
        on_delete=models.CASCADE,
        related_name="steps",
        verbose_name=_("operation"),
    )
    seq = models.PositiveSmallIntegerField(_("number"))
    rollback = models.BooleanField(_("takes back"), default=False)
    kind = models.CharField(_("kind"), max_length=30)
    target = models.CharField(_("target"), max_length=130)
    host = models.CharField(_("host"), max_length=40, blank=True)
    cause = models.JSONField(default=dict)
    needs = models.JSONField(_("comes after"), default=list)
    state = models.CharField(
        _("state"), max_length=10, choices=StepState.choices, default=StepState.QUEUED
    )
    message = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    fence = models.PositiveBigIntegerField(_("fence"), default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("began"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering: ClassVar = ["seq"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["operation", "seq"], name="step_number_once_in_an_operation"
            ),
        ]

    def __str__(self) -> str:
        where = f"@{self.host}" if self.host else ""
        return f"{gettext(self.kind)} {self.target}{where}"

    def to_step(self) -> Step:
        return Step(
            kind=StepKind(self.kind),
            target=self.target,
            host=self.host,
            cause=Text.from_json(self.cause),
            needs=tuple(self.needs),
        )

    @classmethod
    def of(
        cls, operation: Operation, seq: int, step: Step, *, rollback: bool
    ) -> "StepRecord":
        return cls(
            operation=operation,
            seq=seq,
            rollback=rollback,
            kind=step.kind,
            target=step.target,
            host=step.host,
            cause=step.cause.as_json(),
            needs=list(step.needs),
        )
