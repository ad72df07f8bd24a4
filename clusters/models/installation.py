"""Which panel this is: the mark on everything it makes."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """One row: the identity of this panel, on every label it writes."""

    id = models.UUIDField(_("ID"), primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("mark of this panel")
        verbose_name_plural = _("mark of this panel")

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def mark(cls) -> str:
        """The identity; made on first use, by whoever comes first."""
        row, _is_new = cls.objects.get_or_create(only=True)
        return str(row.id)
