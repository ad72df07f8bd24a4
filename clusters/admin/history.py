"""Steps and the log of all operations: history, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clusters.admin.links import row_link
from clusters.admin.readonly import ReadOnlyAdmin, clock, data, sentence, took
from clusters.core.text import say
from clusters.models import Event, Operation, StepRecord
from clusters.queries.texts import translate


@admin.register(StepRecord)
class StepAdmin(ReadOnlyAdmin):
    """Steps of all operations."""

    list_display = (
        "what",
        "of_operation",
        "seq",
        "state",
        "attempts",
        "began",
        "time",
    )
    list_filter = ("state", "kind", "host", "rollback")
    search_fields = ("target", "operation__cluster_name", "operation__id")
    date_hierarchy = "started_at"
    list_select_related = ("operation",)
    fields = (
        "of_operation",
        "seq",
        "kind",
        "target",
        "host",
        "rollback",
        "why",
        "needs",
        "state",
        "said",
        "progress_data",
        "result_data",
        "fence",
        "attempts",
        "started_at",
        "finished_at",
    )

    @admin.display(description=_("step"), ordering="kind")
    def what(self, step: StepRecord) -> str:
        planned = step.to_step()
        words = say("{step}: {cause}", step=planned.key, cause=planned.cause)
        return translate(words)

    @admin.display(description=_("operation"), ordering="operation__created_at")
    def of_operation(self, step: StepRecord) -> str:
        return _link(step.operation)

    @admin.display(description=_("cause"))
    def why(self, step: StepRecord) -> str:
        return sentence(step.cause)

    @admin.display(description=_("message"))
    def said(self, step: StepRecord) -> str:
        return sentence(step.message)

    @admin.display(description=_("began"), ordering="started_at")
    def began(self, step: StepRecord) -> str:
        return clock(step.started_at) if step.started_at else "-"

    @admin.display(description=_("took"))
    def time(self, step: StepRecord) -> str:
        return took(step.started_at, step.finished_at)

    @admin.display(description=_("progress"))
    def progress_data(self, step: StepRecord) -> str:
        return data(step.progress)

    @admin.display(description=_("result"))
    def result_data(self, step: StepRecord) -> str:
        return data(step.result)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The log of all operations."""

    list_display = ("number", "when", "of_operation", "level", "message", "step")
    list_filter = ("level", "code")
    search_fields = ("code", "operation__cluster_name", "operation__id")
    date_hierarchy = "at"
    list_select_related = ("operation",)
    ordering = ("-at", "-number")
    fields = (
        "of_operation",
        "number",
        "at",
        "level",
        "code",
        "step",
        "message",
        "data_shown",
    )

    @admin.display(description=_("at"), ordering="at")
    def when(self, event: Event) -> str:
        return clock(event.at)

    @admin.display(description=_("operation"), ordering="operation__created_at")
    def of_operation(self, event: Event) -> str:
        return _link(event.operation)

    @admin.display(description=_("message"))
    def message(self, event: Event) -> str:
        return sentence(event.text)

    @admin.display(description=_("data"))
    def data_shown(self, event: Event) -> str:
        return data(event.data)


def _link(operation: Operation) -> str:
    words = f"{operation.get_kind_display()} {operation.cluster_name}"
    return row_link(operation, words)
