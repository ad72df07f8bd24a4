"""Which panel this is: the mark on everything it makes."""

import uuid

from django.db import models


class Installation(models.Model):
    """One row: the identity of this panel, on every label it writes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def mark(cls) -> str:
        """The identity; made on first use, by whoever comes first."""
        row, _ = cls.objects.get_or_create(only=True)
        return str(row.id)
