"""A place where members run."""

from typing import ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from clusters.core.names import DNS_LABEL
from clusters.core.spec import HostKind
from clusters.models.installation import Installation


class Host(models.Model):
    """A Docker engine, or processes of this machine."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=[(kind.value, _(kind.value)) for kind in HostKind],
    )
    address = models.CharField(
        _("address"),
        max_length=300,
        blank=True,
        help_text=_("Empty: found as the Docker client finds it."),
    )
    image_repository = models.CharField(
        _("image repository"),
        max_length=200,
        blank=True,
        help_text=_("Where images are pulled from; empty: as the settings say."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in HostKind]),
                name="host_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(name__regex=rf"\A{DNS_LABEL.pattern}\Z"),
                name="host_name_is_a_label",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make_first(cls) -> None:
        """The hosts that a new panel begins with; what was removed stays removed."""
        with transaction.atomic():
            _row, is_new = Installation.objects.get_or_create(only=True)
            if is_new:
                cls.objects.create(name="local", kind=HostKind.PROCESS)
                cls.objects.create(name="docker", kind=HostKind.DOCKER)
