"""A ticket as it is remembered: one token, one cluster, one attempt."""

import uuid
from typing import ClassVar

from django.conf import settings as django_settings  # noqa: TID251 (the user model)
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.core.spec import BootstrapMode
from clusters.models.operation import Operation
from clusters.models.store import Store


class TokenState(models.TextChoices):
    """The life of a token; after use it is never offered again."""

    ASKED = "asked", _("asked for")
    FRESH = "fresh", _("fresh")
    IN_USE = "in_use", _("in use")
    USED = "used", _("used")
    BURNT = "burnt", _("burnt")
    REFUSED = "refused", _("refused")


class DiscoveryToken(models.Model):
    """A discovery URL (v2, public) or a token (v3), and who registered under it."""

    id = models.UUIDField(_("ID"), primary_key=True, default=uuid.uuid4, editable=False)
    mode = models.CharField(
        _("bootstrap mode"),
        max_length=20,
        choices=[(mode.value, mode.value) for mode in BootstrapMode],
    )
    store = models.ForeignKey(
        Store,
        null=True,
        on_delete=models.SET_NULL,
        related_name="tokens",
        verbose_name=_("discovery store"),
    )
    place = models.CharField(_("store or service"), max_length=2000)
    address = models.CharField(_("URL or token"), max_length=2000, blank=True)
    size = models.PositiveSmallIntegerField(_("size"))
    state = models.CharField(
        _("state"), max_length=10, choices=TokenState.choices, default=TokenState.FRESH
    )
    reached_as = models.CharField(
        _("host name of the panel"), max_length=253, blank=True, editable=False
    )
    cluster_name = models.CharField(_("cluster"), max_length=40, blank=True)
    operation = models.ForeignKey(
        Operation,
        null=True,
        on_delete=models.SET_NULL,
        related_name="tokens",
        verbose_name=_("operation"),
    )
    is_own = models.BooleanField(_("brought by a person"), default=False)
    registrations = models.JSONField(_("registered"), default=list)
    problem = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("asked by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True)
    seen_at = models.DateTimeField(_("seen"), null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("discovery token")
        verbose_name_plural = _("discovery tokens")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["address"],
                condition=~models.Q(address=""),
                name="discovery_token_once",
            ),
        ]

    def __str__(self) -> str:
        return self.address or str(self.id)
