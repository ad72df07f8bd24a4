"""A bearer token of a program; only a digest of it is stored."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox is untyped
    """One named token of a user."""

    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"


# What knox defines has no words for people.
_WORDS = {"user": _("user"), "created": _("created"), "expiry": _("expires")}
for _field, _words in _WORDS.items():
    ApiToken._meta.get_field(_field).verbose_name = _words  # noqa: SLF001 (public)
