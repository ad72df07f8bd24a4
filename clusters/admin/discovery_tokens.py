"""Discovery tokens: who registered under them, and their end; to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import actions
from clusters.admin.asking import ask_for_each, asker
from clusters.admin.links import row_link
from clusters.admin.readonly import ReadOnlyAdmin, clock, sentence
from clusters.models import DiscoveryToken


@admin.register(DiscoveryToken)
class DiscoveryTokenAdmin(ReadOnlyAdmin):
    """One token, one cluster, one attempt."""

    list_display = (
        "what",
        "place",
        "mode",
        "state",
        "registered",
        "cluster_name",
        "created",
    )
    list_filter = ("state", "mode", "store")
    search_fields = ("address", "place", "cluster_name", "id")
    date_hierarchy = "created_at"
    list_select_related = ("store", "operation")
    actions = ("burn",)
    fields = (
        "address",
        "mode",
        "of_store",
        "place",
        "size",
        "state",
        "why",
        "who",
        "cluster_name",
        "of_operation",
        "is_own",
        "reached_as",
        "created_by",
        "created_at",
        "expires_at",
        "seen_at",
    )

    @admin.action(permissions=["burn"], description=_("Burn: nobody may use them"))
    def burn(self, request: HttpRequest, chosen: QuerySet[DiscoveryToken]) -> None:
        def ask(token: DiscoveryToken) -> str:
            burnt = actions.discard_token(asker(request), token.pk)
            return gettext("Burnt: %s") % burnt

        ask_for_each(request, chosen, ask)

    def has_burn_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clusters.change_discoverytoken")

    @admin.display(description=_("URL or token"), ordering="address")
    def what(self, token: DiscoveryToken) -> str:
        """Its end, which tells it from others; the whole of it is wider than lists."""
        return str(token).rpartition("/")[2]

    @admin.display(description=_("registered"))
    def registered(self, token: DiscoveryToken) -> str:
        known = {"count": len(token.registrations), "size": token.size}
        return gettext("%(count)s of %(size)s") % known

    @admin.display(description=_("who registered"))
    def who(self, token: DiscoveryToken) -> str:
        rows = (
            (row["name"], row["member_id"], ", ".join(row["peer_urls"]))
            for row in token.registrations
        )
        return format_html_join("", "<p><b>{}</b> {} {}</p>", rows) or "-"

    @admin.display(description=_("discovery store"))
    def of_store(self, token: DiscoveryToken) -> str:
        return row_link(token.store)

    @admin.display(description=_("operation"))
    def of_operation(self, token: DiscoveryToken) -> str:
        return row_link(token.operation)

    @admin.display(description=_("problem"))
    def why(self, token: DiscoveryToken) -> str:
        return sentence(token.problem)

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, token: DiscoveryToken) -> str:
        return clock(token.created_at)
