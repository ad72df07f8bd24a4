"""Clusters in the admin site: asked for, handed off and deleted through the desk."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import actions, queries
from clusters.admin.asking import Answered, ask_for_each, asker, started
from clusters.admin.cluster_forms import HandsOffForm, RequestForm
from clusters.admin.deletion import confirm_many, confirm_one
from clusters.admin.discovery_fields import DISCOVERY_NAMES
from clusters.admin.links import operation_url, row_link
from clusters.admin.option_fields import OPTION_NAMES
from clusters.admin.readonly import StatusFilter, clock, data
from clusters.admin.refusals import AskingAdmin, answered
from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Cluster, Operation
from clusters.queries.words import word

_REQUEST = (
    (
        None,
        {"fields": ("name", "size", "version", "bootstrap", "hosts", "accept", "key")},
    ),
    (
        _("Advanced"),
        {
            "classes": ("collapse",),
            "fields": (
                "cluster_token",
                "member_names",
                "client_ports",
                "peer_ports",
                "bind_address",
                "image",
                "network",
                "keep_on_failure",
            ),
        },
    ),
    (
        _("Where members meet"),
        {"classes": ("collapse",), "fields": (*DISCOVERY_NAMES, "extra_members")},
    ),
    (_("etcd options"), {"classes": ("collapse",), "fields": OPTION_NAMES}),
)
_DEFINITION = (
    "name",
    "purpose",
    "size",
    "version",
    "bootstrap",
    "met",
    "host_kind",
    "token",
    "image",
    "bind_address",
    "network",
    "options",
    "accepted",
    "generation",
    "created_by",
    "created_at",
)


@admin.register(Cluster)
class ClusterAdmin(AskingAdmin):
    """Definitions are written and removed by the desk alone."""

    list_display = (
        "name",
        "size",
        "version",
        "host_kind",
        "purpose",
        "status",
        "is_hands_off",
        "created",
    )
    list_filter = (
        StatusFilter,
        "host_kind",
        "version",
        "bootstrap",
        "serves",
        "hands_off",
    )
    search_fields = ("name", "members__name", "members__host__name")
    date_hierarchy = "created_at"
    list_per_page = 50
    actions = (
        "delete_clusters",
        "create_again",
        "take_hands_off",
        "put_hands_on",
    )

    # The request for a cluster, and the one thing that changes afterwards

    def get_fieldsets(self, request: HttpRequest, obj: Cluster | None = None) -> Any:
        if obj is None:
            return _REQUEST
        may_change = self.has_change_permission(request, obj)
        editable = ("hands_off", *(("seen_generation",) if may_change else ()))
        return (
            (None, {"fields": (*editable,)}),
            (_("Definition"), {"fields": _DEFINITION}),
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Cluster | None = None
    ) -> tuple[str, ...]:
        return _DEFINITION if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Cluster | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 (Django's signature)
        **kwargs: Any,
    ) -> type[ModelForm]:
        return answered(HandsOffForm if obj else RequestForm, request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        cluster = context["original"]
        context |= {
            "page": queries.cluster_page(cluster.name) if cluster else None,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Cluster,
        form: ModelForm,
        change: bool,  # noqa: FBT001 (Django's signature)
    ) -> None:
        if isinstance(form, RequestForm):
            who = asker(request, key=form.cleaned_data["key"])
            operation = actions.create_cluster(who, form.cluster_request())
            cast("Answered", request).operation = operation
            obj.pk, obj.name = operation.cluster_id, operation.cluster_name
        elif "hands_off" in form.changed_data:
            actions.set_hands_off(
                asker(request),
                obj.name,
                hands_off=form.cleaned_data["hands_off"],
                generation=form.cleaned_data["seen_generation"],
            )

    def response_add(
        self, request: HttpRequest, obj: Cluster, post_url_continue: str | None = None
    ) -> HttpResponse:
        operation = cast("Answered", request).operation
        return HttpResponseRedirect(operation_url(operation.pk))

    # The end of a cluster

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        cluster = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, cluster):
            raise PermissionDenied
        if cluster is None:
            raise Http404
        return confirm_one(self, request, cluster)

    @admin.action(permissions=["delete"], description=_("Delete the selected clusters"))
    def delete_clusters(
        self, request: HttpRequest, chosen: QuerySet[Cluster]
    ) -> HttpResponse | None:
        return confirm_many(self, request, chosen)

    # Should Django ever find another way here, the desk refuses: no name was typed.
    def delete_model(self, request: HttpRequest, obj: Cluster) -> None:
        actions.delete_cluster(asker(request), obj.name, confirm="")

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Cluster]
    ) -> None:
        for cluster in queryset:
            self.delete_model(request, cluster)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered

    # What else may be asked

    @admin.action(permissions=["add"], description=_("Retry what did not succeed"))
    def create_again(self, request: HttpRequest, chosen: QuerySet[Cluster]) -> None:
        def ask(cluster: Cluster) -> SafeString:
            latest = Operation.objects.filter(cluster_name=cluster.name).first()
            if latest is None:
                raise NotFoundError(
                    say("Nothing was ever done to it."), code="no_such_operation"
                )
            return started(actions.retry_operation(asker(request), latest.pk))

        ask_for_each(request, chosen, ask)

    @admin.action(permissions=["change"], description=_("Hands off: only watch"))
    def take_hands_off(self, request: HttpRequest, chosen: QuerySet[Cluster]) -> None:
        self._set_hands_off(request, chosen, hands_off=True)

    @admin.action(permissions=["change"], description=_("Hands on: repair by itself"))
    def put_hands_on(self, request: HttpRequest, chosen: QuerySet[Cluster]) -> None:
        self._set_hands_off(request, chosen, hands_off=False)

    def _set_hands_off(
        self, request: HttpRequest, chosen: QuerySet[Cluster], *, hands_off: bool
    ) -> None:
        def ask(cluster: Cluster) -> str:
            actions.set_hands_off(
                asker(request),
                cluster.name,
                hands_off=hands_off,
                generation=cluster.generation,
            )
            self.log_change(request, cluster, [{"changed": {"fields": ["hands off"]}}])
            words = gettext("Hands off: %s") if hands_off else gettext("Hands on: %s")
            return words % cluster

        ask_for_each(request, chosen, ask)

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cluster]:
        return super().get_queryset(request).select_related("observation", "store")

    @admin.display(description=_("status"), ordering="observation__status")
    def status(self, cluster: Cluster) -> str:
        seen = getattr(cluster, "observation", None)
        return word(seen.status) if seen else "-"

    @admin.display(description=_("purpose"), ordering="serves")
    def purpose(self, cluster: Cluster) -> str:
        """A cluster of one may be where the members of others meet."""
        if not cluster.serves:
            return "-"
        words = gettext("discovery store (%s)") % cluster.serves
        return row_link(getattr(cluster, "store", None), words)

    @admin.display(description=_("hands off"), ordering="hands_off")
    def is_hands_off(self, cluster: Cluster) -> str:
        return gettext("yes") if cluster.hands_off else "-"

    @admin.display(description=_("where members met"))
    def met(self, cluster: Cluster) -> str:
        return data({k: v for k, v in cluster.ticket.items() if v})

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, cluster: Cluster) -> str:
        return clock(cluster.created_at)
