"""A look outside before anything is decided, filled in line by line."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings as django_settings  # noqa: TID251 (the user model)
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LIFETIME = timedelta(hours=1)


class CheckState(models.TextChoices):
    """The life of a check."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")


def _expiry() -> datetime:
    return timezone.now() + LIFETIME


class Check(models.Model):
    """Preflight lines for one definition that is not written yet; it expires."""

    id = models.UUIDField(_("ID"), primary_key=True, default=uuid.uuid4, editable=False)
    spec = models.JSONField()
    ports_may_move = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=CheckState.choices, default=CheckState.QUEUED
    )
    lines = models.JSONField(default=list)
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    actor = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), default=_expiry)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("check")
        verbose_name_plural = _("checks")

    def __str__(self) -> str:
        return f"{self.id}: {self.state}"

    def claim(self, owner: str, lease: timedelta) -> bool:
        """Take the check, unless a living worker has it."""
        free = models.Q(state=CheckState.QUEUED) | models.Q(
            state=CheckState.RUNNING, lease_until__lt=Now()
        )
        taken = Check.objects.filter(free, pk=self.pk).update(
            owner=owner, state=CheckState.RUNNING, lease_until=Now() + lease, lines=[]
        )
        return bool(taken)
