"""The definition of a cluster and of its members: what was asked."""

import uuid
from typing import ClassVar

from django.conf import settings as django_settings  # noqa: TID251 (the user model)
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.core.meeting import Ticket
from clusters.core.names import DNS_LABEL
from clusters.core.spec import (
    LOOPBACK,
    BootstrapMode,
    ClusterSpec,
    HostKind,
    MemberSpec,
    Role,
)
from clusters.models.host import Host


class Cluster(models.Model):
    """A cluster as asked, never as observed. `generation` counts its changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=40, unique=True)
    size = models.PositiveSmallIntegerField(_("size"))
    version = models.CharField(_("version"), max_length=20)
    bootstrap = models.CharField(
        _("bootstrap mode"),
        max_length=20,
        choices=[(mode.value, mode.value) for mode in BootstrapMode],
        default=BootstrapMode.STATIC,
    )
    host_kind = models.CharField(
        _("kind of hosts"),
        max_length=10,
        choices=[(kind.value, _(kind.value)) for kind in HostKind],
    )
    token = models.CharField(_("cluster token"), max_length=128)
    image = models.CharField(_("image"), max_length=300, blank=True)
    bind_address = models.GenericIPAddressField(_("bind address"), default=LOOPBACK)
    network = models.CharField(_("existing network"), max_length=128, blank=True)
    options = models.JSONField(_("etcd options"), default=dict, blank=True)
    ticket = models.JSONField(_("discovery"), default=dict, blank=True)
    serves = models.CharField(
        _("serves as a store for"), max_length=2, blank=True, editable=False
    )
    store_volume = models.CharField(
        _("volume of the store"), max_length=128, blank=True, editable=False
    )
    accepted = models.JSONField(_("accepted warnings"), default=list, blank=True)
    generation = models.PositiveIntegerField(_("generation"), default=1)
    hands_off = models.BooleanField(
        _("hands off"),
        default=False,
        help_text=_("Only watch: nothing is restarted or repaired by itself."),
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
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(name__regex=rf"\A{DNS_LABEL.pattern}\Z"),
                name="cluster_name_is_a_label",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=7), name="cluster_size_1_to_7"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def to_spec(self) -> ClusterSpec:
        members = self.members.select_related("host").order_by("ordinal")
        return ClusterSpec(
            name=self.name,
            size=self.size,
            version=self.version,
            host_kind=HostKind(self.host_kind),
            members=tuple(member.to_spec() for member in members),
            token=self.token,
            bootstrap=BootstrapMode(self.bootstrap),
            image=self.image,
            bind_address=self.bind_address,
            network=self.network,
            options=self.options,
            ticket=Ticket.from_json(self.ticket),
            serves=self.serves,
            store_volume=self.store_volume,
        )


class Member(models.Model):
    """One etcd of a cluster, as asked."""

    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        related_name="members",
        verbose_name=_("cluster"),
    )
    name = models.CharField(_("name"), max_length=40)
    ordinal = models.PositiveSmallIntegerField(_("place in the cluster"))
    host = models.ForeignKey(
        Host,
        on_delete=models.PROTECT,
        related_name="members",
        verbose_name=_("host"),
    )
    client_port = models.PositiveIntegerField(_("client port"))
    peer_port = models.PositiveIntegerField(_("peer port"))
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=[(role.value, _(role.value)) for role in Role],
        default=Role.VOTER,
    )
    address = models.GenericIPAddressField(
        _("address on the network"), null=True, blank=True
    )

    class Meta:
        ordering: ClassVar = ["ordinal"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cluster", "name"], name="member_name_once_in_a_cluster"
            ),
            models.CheckConstraint(
                condition=models.Q(name__regex=rf"\A{DNS_LABEL.pattern}\Z"),
                name="member_name_is_a_label",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def to_spec(self) -> MemberSpec:
        return MemberSpec(
            name=self.name,
            host=self.host.name,
            client_port=self.client_port,
            peer_port=self.peer_port,
            role=Role(self.role),
            address=self.address or "",
        )


class PortLease(models.Model):
    """One port of one host, lent to one member."""

    host = models.ForeignKey(
        Host,
        on_delete=models.CASCADE,
        related_name="leases",
        verbose_name=_("host"),
    )
    port = models.PositiveIntegerField(_("port"))
    member = models.ForeignKey(
        Member,
        on_delete=models.CASCADE,
        related_name="leases",
        verbose_name=_("member"),
    )

    class Meta:
        verbose_name = _("lent port")
        verbose_name_plural = _("lent ports")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["host", "port"], name="port_once_on_a_host"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host_id}:{self.port}"
