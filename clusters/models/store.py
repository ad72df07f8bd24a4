"""A discovery store: where members of clusters register to find one another."""

from dataclasses import asdict
from typing import ClassVar, Self

from django.conf import settings as django_settings  # noqa: TID251 (the user model)
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.core.meeting import StoreAccess, StoreProtocol
from clusters.core.names import DNS_LABEL
from clusters.core.request import StoreOffer
from clusters.core.spec import HostKind
from clusters.models.cluster import Cluster
from clusters.models.sealed import SealBrokenError, seal, unseal


class Store(models.Model):
    """A store that the panel runs (as a cluster of one) or that is there already."""

    name = models.SlugField(_("name"), max_length=40, unique=True)
    protocol = models.CharField(
        _("protocol"),
        max_length=2,
        choices=[(protocol.value, protocol.value) for protocol in StoreProtocol],
    )
    cluster = models.OneToOneField(
        Cluster,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="store",
        verbose_name=_("run by the panel"),
    )
    member_url = models.CharField(_("address for members"), max_length=2000, blank=True)
    panel_url = models.CharField(
        _("address for the panel"),
        max_length=2000,
        blank=True,
        help_text=_("Empty: the same as for members."),
    )
    sealed_access = models.TextField(blank=True, editable=False)
    anonymous = models.BooleanField(
        _("tokens for anybody"),
        default=False,
        help_text=_("Whoever reaches the panel may ask /new for a token."),
    )
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("discovery store")
        verbose_name_plural = _("discovery stores")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(name__regex=rf"\A{DNS_LABEL.pattern}\Z"),
                name="store_name_is_a_label",
            ),
            models.CheckConstraint(
                condition=models.Q(cluster__isnull=False) ^ ~models.Q(member_url=""),
                name="store_is_managed_or_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_managed(self) -> bool:
        return self.cluster_id is not None

    @property
    def access(self) -> StoreAccess:
        """SealBrokenError when the key that sealed it is not known any more."""
        return StoreAccess(**unseal(self.sealed_access))

    @property
    def lost_key(self) -> SealBrokenError | None:
        """Why its access can not be read, which need not stop all else."""
        try:
            unseal(self.sealed_access)
        except SealBrokenError as error:
            return error
        return None

    def to_offer(self) -> StoreOffer:
        seen = getattr(self, "observation", None)
        is_ready = seen is not None and seen.status == "usable"
        if self.cluster is None:
            return StoreOffer(
                name=self.name,
                protocol=self.protocol,
                panel_url=self.panel_url or self.member_url,
                member_url=self.member_url,
                is_ready=is_ready,
            )
        spec = self.cluster.to_spec()
        member = spec.members[0]
        return StoreOffer(
            name=self.name,
            protocol=self.protocol,
            panel_url=f"http://{spec.endpoint(member)}",
            host=member.host,
            host_kind=HostKind(spec.host_kind),
            network=spec.network_name if spec.in_containers else "",
            bind_address=spec.bind_address,
            client_port=member.client_port,
            is_ready=is_ready,
        )

    def seal_access(self, access: StoreAccess) -> Self:
        self.sealed_access = seal(asdict(access))
        return self
