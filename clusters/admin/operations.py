"""Operations: how far each is, and what may be asked of it."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import actions
from clusters.admin.asking import ask_for_each, asker, started
from clusters.admin.links import list_link, operation_url, row_link
from clusters.admin.readonly import (
    ReadOnlyAdmin,
    Unchangeable,
    clock,
    data,
    quoted,
    sentence,
    took,
)
from clusters.core.errors import PanelError
from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.models.operation import Kind
from clusters.queries.texts import evidence
from clusters.queries.words import actor, word

# Who may ask for a kind of operation may also cancel it, or ask for it again.
_PERMISSION = {
    Kind.CREATE.value: "clusters.add_cluster",
    Kind.DELETE.value: "clusters.delete_cluster",
    Kind.REPAIR.value: "clusters.change_cluster",
}


class StepInline(Unchangeable, admin.TabularInline):
    """The steps of an operation, in the order of its plan."""

    model = StepRecord
    extra = 0
    show_change_link = True
    fields = (
        "seq",
        "what",
        "target",
        "host",
        "why",
        "state",
        "said",
        "attempts",
        "time",
    )
    readonly_fields = fields

    @admin.display(description=_("kind"))
    def what(self, step: StepRecord) -> str:
        return word(step.kind)

    @admin.display(description=_("took"))
    def time(self, step: StepRecord) -> str:
        return took(step.started_at, step.finished_at)

    @admin.display(description=_("cause"))
    def why(self, step: StepRecord) -> str:
        return sentence(step.cause)

    @admin.display(description=_("message"))
    def said(self, step: StepRecord) -> str:
        return sentence(step.message)


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    """What was asked, by whom, how far it is or how it ended."""

    list_display = (
        "what",
        "state",
        "steps_done",
        "by",
        "via",
        "asked_at",
        "watch",
    )
    list_filter = ("state", "kind", "via", "code")
    search_fields = ("cluster_name", "actor_name", "id")
    date_hierarchy = "created_at"
    actions = ("retry", "cancel")
    inlines: ClassVar = [StepInline]
    fieldsets = (
        (None, {"fields": ("watch", "kind", "of_cluster", "state", "log")}),
        (_("How it ended"), {"fields": ("why", "do", "evidence_lines", "code")}),
        (
            _("Asked"),
            {"fields": ("by", "via", "created_at", "asked", "keep")},
        ),
        (
            _("How it runs"),
            {
                "classes": ("collapse",),
                "fields": (
                    "owner",
                    "fence",
                    "lease_until",
                    "next_run_at",
                    "rung_at",
                    "crashes",
                    "touched",
                    "ending",
                    "started_at",
                    "deadline",
                    "cancel_requested_at",
                    "cancel_actor",
                    "finished_at",
                    "frozen_plan",
                ),
            },
        ),
    )

    @admin.action(permissions=["ask"], description=_("Ask for the same again"))
    def retry(self, request: HttpRequest, chosen: QuerySet[Operation]) -> None:
        def ask(operation: Operation) -> SafeString:
            _may_ask(request, operation)
            return started(actions.retry_operation(asker(request), operation.pk))

        ask_for_each(request, chosen, ask)

    @admin.action(permissions=["ask"], description=_("Cancel"))
    def cancel(self, request: HttpRequest, chosen: QuerySet[Operation]) -> None:
        def ask(operation: Operation) -> str:
            _may_ask(request, operation)
            actions.cancel_operation(asker(request), operation.pk)
            return gettext(
                "Asked to cancel: %(cluster)s. It ends after the step that runs."
            ) % {"cluster": operation.cluster_name}

        ask_for_each(request, chosen, ask)

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return any(request.user.has_perm(name) for name in _PERMISSION.values())

    @admin.display(description=_("operation"), ordering="cluster_name")
    def what(self, operation: Operation) -> str:
        return f"{operation.get_kind_display()} {operation.cluster_name}"

    @admin.display(description=_("by"), ordering="actor_name")
    def by(self, operation: Operation) -> str:
        return actor(operation.actor_name)

    @admin.display(description=_("asked"), ordering="created_at")
    def asked_at(self, operation: Operation) -> str:
        return clock(operation.created_at)

    @admin.display(description=_("steps done"))
    def steps_done(self, operation: Operation) -> str:
        states = [step.state for step in operation.steps.all()]
        return f"{states.count('succeeded')} / {len(states)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        return super().get_queryset(request).prefetch_related("steps")

    @admin.display(description=_("page"))
    def watch(self, operation: Operation) -> SafeString:
        url = operation_url(operation.pk)
        return format_html('<a href="{}">{}</a>', url, gettext("Watch it"))

    @admin.display(description=_("cluster"))
    def of_cluster(self, operation: Operation) -> str:
        if operation.cluster is None:
            return gettext("%(name)s (gone)") % {"name": operation.cluster_name}
        return row_link(operation.cluster)

    @admin.display(description=_("log"))
    def log(self, operation: Operation) -> SafeString:
        words = gettext("%(count)s lines") % {"count": operation.last_event}
        return list_link(Event, words, operation__id__exact=str(operation.pk))

    @admin.display(description=_("explanation"))
    def why(self, operation: Operation) -> str:
        return sentence(operation.explanation)

    @admin.display(description=_("what to do"))
    def do(self, operation: Operation) -> str:
        return sentence(operation.advice)

    @admin.display(description=_("evidence"))
    def evidence_lines(self, operation: Operation) -> str:
        return quoted(evidence(operation.evidence))

    @admin.display(description=_("request"))
    def asked(self, operation: Operation) -> str:
        return data(operation.request)

    @admin.display(description=_("plan"))
    def frozen_plan(self, operation: Operation) -> str:
        return data(operation.plan)


def _may_ask(request: HttpRequest, operation: Operation) -> None:
    if not request.user.has_perm(_PERMISSION[operation.kind]):
        raise PanelError(
            say("You may not ask for this kind of operation."), code="not_allowed"
        )
