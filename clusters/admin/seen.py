"""What was seen and what is lent: members, observations, checks, ports; to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from clusters.admin.links import list_link, row_link
from clusters.admin.readonly import ReadOnlyAdmin, StatusFilter, data
from clusters.models import Check, Installation, Member, Observation, PortLease
from clusters.queries.texts import stored
from clusters.queries.words import word


class OwnStatusFilter(StatusFilter):
    """The same, for what was seen itself."""

    path = "status"


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Members as asked, with what was last seen of them."""

    list_display = (
        "name",
        "of_cluster",
        "on_host",
        "client_port",
        "peer_port",
        "role",
        "status",
    )
    list_filter = (StatusFilter, "role", "host")
    search_fields = ("name", "cluster__name", "host__name")
    list_select_related = ("cluster", "host", "observation")
    fields = (
        "name",
        "of_cluster",
        "ordinal",
        "on_host",
        "client_port",
        "peer_port",
        "role",
        "seen",
        "ports",
    )

    @admin.display(description=_("cluster"), ordering="cluster__name")
    def of_cluster(self, member: Member) -> str:
        return row_link(member.cluster)

    @admin.display(description=_("host"), ordering="host__name")
    def on_host(self, member: Member) -> str:
        return row_link(member.host)

    @admin.display(description=_("status"), ordering="observation__status")
    def status(self, member: Member) -> str:
        seen = getattr(member, "observation", None)
        return word(seen.status) if seen else "-"

    @admin.display(description=_("last seen"))
    def seen(self, member: Member) -> str:
        return row_link(getattr(member, "observation", None))

    @admin.display(description=_("ports"))
    def ports(self, member: Member) -> str:
        ports = member.leases.values_list("port", flat=True)
        words = ", ".join(map(str, sorted(ports))) or "-"
        return list_link(PortLease, words, member__id__exact=member.pk)


@admin.register(Observation)
class ObservationAdmin(ReadOnlyAdmin):
    """The latest look at each cluster, member, host and discovery store."""

    list_display = ("subject", "seen_as", "since", "seen_at")
    list_filter = (OwnStatusFilter,)
    search_fields = (
        "cluster__name",
        "member__name",
        "member__cluster__name",
        "host__name",
        "store__name",
    )
    date_hierarchy = "seen_at"
    list_select_related = ("cluster", "member__cluster", "host", "store")
    fields = ("subject", "seen_as", "since", "seen_at", "facts_shown")

    def get_list_display_links(
        self, request: HttpRequest, list_display: object
    ) -> tuple[str, ...]:
        return ("seen_as",)

    @admin.display(description=_("subject"))
    def subject(self, seen: Observation) -> str:
        if seen.member is not None:
            return row_link(seen.member, f"{seen.member.cluster} / {seen.member}")
        return row_link(seen.cluster or seen.host or seen.store)

    @admin.display(description=_("status"), ordering="status")
    def seen_as(self, seen: Observation) -> str:
        return word(seen.status)

    @admin.display(description=_("facts"))
    def facts_shown(self, seen: Observation) -> str:
        return data(seen.facts)


@admin.register(Check)
class CheckAdmin(ReadOnlyAdmin):
    """Looks outside before anything was decided; they expire."""

    list_display = ("id", "of", "state", "actor", "created_at", "expires_at")
    list_filter = ("state",)
    search_fields = ("id", "actor__username")
    date_hierarchy = "created_at"
    list_select_related = ("actor",)
    fields = (
        "of",
        "state",
        "found",
        "actor",
        "created_at",
        "expires_at",
        "owner",
        "lease_until",
        "definition",
    )

    @admin.display(description=_("cluster"))
    def of(self, check: Check) -> str:
        return str(check.spec.get("name", "-"))

    @admin.display(description=_("lines"))
    def found(self, check: Check) -> str:
        lines = ((word(x["level"]), x["code"], stored(x["text"])) for x in check.lines)
        return format_html_join("", "<p><b>{}</b> {}: {}</p>", lines) or "-"

    @admin.display(description=_("definition"))
    def definition(self, check: Check) -> str:
        return data(check.spec)


@admin.register(PortLease)
class PortLeaseAdmin(ReadOnlyAdmin):
    """Which port of which host is lent to which member."""

    list_display = ("port", "on_host", "to_member", "of_cluster")
    list_filter = ("host",)
    search_fields = ("port", "member__name", "member__cluster__name", "host__name")
    fields = ("port", "on_host", "to_member", "of_cluster")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PortLease]:
        rows = super().get_queryset(request)
        return rows.select_related("host", "member__cluster").order_by("host", "port")

    @admin.display(description=_("host"), ordering="host__name")
    def on_host(self, lease: PortLease) -> str:
        return row_link(lease.host)

    @admin.display(description=_("member"), ordering="member__name")
    def to_member(self, lease: PortLease) -> str:
        return row_link(lease.member)

    @admin.display(description=_("cluster"), ordering="member__cluster__name")
    def of_cluster(self, lease: PortLease) -> str:
        return row_link(lease.member.cluster)


@admin.register(Installation)
class InstallationAdmin(ReadOnlyAdmin):
    """The mark of this panel on everything it makes."""

    fields = ("id",)
