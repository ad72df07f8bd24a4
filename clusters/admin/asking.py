"""How the admin site asks the desk, and tells what the desk answered."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clusters.actions import Asker
from clusters.admin.links import operation_url
from clusters.core.errors import ConflictError, PanelError
from clusters.models import Cluster, Operation
from clusters.models.operation import Via
from clusters.queries.texts import translate

_Row = TypeVar("_Row", bound=Model)


class Answered(HttpRequest):
    """A request on its way through Django's admin, with what the desk answered."""

    refusal: PanelError | None
    operation: Operation
    token: str


def asker(request: HttpRequest, key: str = "") -> Asker:
    if not request.user.is_authenticated:  # nobody would be the panel itself
        raise PermissionDenied
    return Asker(user=request.user, via=Via.ADMIN, key=key)


def told(refusal: PanelError) -> SafeString:
    """A refusal for a person: what, what to do, what differs, and what is running."""
    words = " ".join(filter(None, [translate(refusal.text), translate(refusal.advice)]))
    extra = refusal.extra if isinstance(refusal, ConflictError) else {}
    if "operation" in extra:
        return _linked(words, extra["operation"])
    return format_html("{} {}", words, _difference(extra.get("difference")))


def _difference(found: object) -> str:
    """What a stale form did not know; other differences are told by the sentence."""
    if not isinstance(found, dict):
        return ""
    labels = {field.name: field.verbose_name for field in Cluster._meta.fields}  # noqa: SLF001 (public)
    lines = []
    for name, values in found.items():
        shown = {"field": labels[name], "now": _value(values["now"])}
        if "yours" in values:
            line = _("%(field)s: %(now)s (on your form: %(yours)s).")
            lines.append(line % {**shown, "yours": _value(values["yours"])})
        else:
            lines.append(_("%(field)s: %(now)s.") % shown)
    return " ".join(lines)


def _value(value: object) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)


def _linked(words: str, operation_id: object) -> SafeString:
    url = operation_url(operation_id)
    return format_html('{} <a href="{}">{}</a>', words, url, _("Watch it"))


def started(operation: Operation) -> SafeString:
    words = _("Asked for: %(kind)s of %(cluster)s.") % {
        "cluster": operation.cluster_name,
        "kind": operation.get_kind_display(),
    }
    return _linked(words, operation.pk)


def ask_for_each(
    request: HttpRequest, rows: Iterable[_Row], ask: Callable[[_Row], SafeString | str]
) -> None:
    """Ask the desk about each row by itself; one refusal does not stop the others."""
    for row in rows:
        try:
            messages.success(request, ask(row))
        except PanelError as refusal:
            messages.error(request, format_html("“{}”: {}", row, told(refusal)))
