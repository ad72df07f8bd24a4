"""What was last seen of a cluster, a member or a host, and since when."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models.cluster import Cluster, Member
from clusters.models.host import Host
from clusters.models.store import Store

_SUBJECTS = ("cluster", "member", "host", "store")


def _only(subject: str) -> Q:
    return Q(**{f"{other}__isnull": other != subject for other in _SUBJECTS})


_ONE_SUBJECT = _only("cluster") | _only("member") | _only("host") | _only("store")


class Observation(models.Model):
    """The latest look at one thing; `since` moves only when `status` changes."""

    cluster = models.OneToOneField(
        Cluster, null=True, on_delete=models.CASCADE, related_name="observation"
    )
    member = models.OneToOneField(
        Member, null=True, on_delete=models.CASCADE, related_name="observation"
    )
    host = models.OneToOneField(
        Host, null=True, on_delete=models.CASCADE, related_name="observation"
    )
    store = models.OneToOneField(
        Store, null=True, on_delete=models.CASCADE, related_name="observation"
    )
    status = models.CharField(_("status"), max_length=20)
    facts = models.JSONField(default=dict)
    since = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_ONE_SUBJECT, name="observation_of_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.status)

    @classmethod
    def keep(cls, status: str, facts: dict[str, Any], **subject: models.Model) -> None:
        """Replace what was last seen of the subject (cluster=, member=, …)."""
        now = timezone.now()
        fresh = {"status": status, "facts": facts, "seen_at": now}
        row, is_new = cls.objects.get_or_create(
            **subject, defaults={**fresh, "since": now}
        )
        if is_new:
            return
        if row.status != status:
            fresh["since"] = now
        cls.objects.filter(pk=row.pk).update(**fresh)
