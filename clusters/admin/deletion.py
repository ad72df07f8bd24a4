"""The page that lists what a deletion removes and asks for each name to be typed."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clusters import actions
from clusters.admin.asking import ask_for_each, asker, started, told
from clusters.admin.links import operation_url
from clusters.core.errors import PanelError
from clusters.models import Cluster, Operation
from clusters.queries import RemovalView, removal_of

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField
    from django.utils.safestring import SafeString

MOST_AT_ONCE = 20


class DeletionForm(forms.Form):
    """A line for each cluster; where no name is typed, the cluster stays."""

    def __init__(self, clusters: Sequence[Cluster], data: Any = None) -> None:
        super().__init__(data)
        self.clusters = clusters
        for cluster in clusters:
            self.fields[f"confirm_{cluster.pk}"] = _name_field(cluster)
            self.fields[f"generation_{cluster.pk}"] = forms.IntegerField(
                widget=forms.HiddenInput, initial=cluster.generation
            )

    def clean(self) -> dict[str, Any]:
        """One wrong name stops them all: somebody is not looking."""
        answers: dict[str, Any] = super().clean() or {}
        typed = {c: answers.get(f"confirm_{c.pk}") for c in self.clusters}
        for cluster, name in typed.items():
            if name and name != cluster.name:
                words = _("This is not its name. Nothing was deleted.")
                self.add_error(f"confirm_{cluster.pk}", words)
        if not any(typed.values()):
            words = _("Type the name of what is to be deleted.")
            self.add_error(f"confirm_{self.clusters[0].pk}", words)
        return answers

    def lines(
        self,
    ) -> Iterator[tuple[Cluster, RemovalView, "BoundField", "BoundField"]]:
        for cluster in self.clusters:
            name, seen = f"confirm_{cluster.pk}", f"generation_{cluster.pk}"
            yield cluster, removal_of(cluster.name), self[name], self[seen]

    def chosen(self) -> list[Cluster]:
        return [c for c in self.clusters if self.cleaned_data[f"confirm_{c.pk}"]]


def confirm_one(
    admin: ModelAdmin, request: HttpRequest, cluster: Cluster
) -> HttpResponse:
    """Ask for the name, then for the end of one cluster; its operation is shown."""
    if request.method != "POST":
        return _page(admin, request, DeletionForm([cluster]))
    form = DeletionForm([cluster], request.POST)
    if not form.is_valid():
        return _page(admin, request, form)
    try:
        operation = _ask(admin, request, form, cluster)
    except PanelError as refusal:
        messages.error(request, told(refusal))
        cluster.refresh_from_db()
        return _page(admin, request, DeletionForm([cluster]))
    return HttpResponseRedirect(operation_url(operation.pk))


def confirm_many(
    admin: ModelAdmin, request: HttpRequest, chosen: QuerySet[Cluster]
) -> HttpResponse | None:
    """The same for several; None leads back to the list, which tells each answer."""
    clusters = list(chosen[: MOST_AT_ONCE + 1])
    if len(clusters) > MOST_AT_ONCE:
        words = _("Choose at most %(most)s clusters at a time.")
        messages.error(request, words % {"most": MOST_AT_ONCE})
        return None
    form = DeletionForm(clusters, request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        return _page(admin, request, form)

    def ask(cluster: Cluster) -> "SafeString":
        return started(_ask(admin, request, form, cluster))

    ask_for_each(request, form.chosen(), ask)
    return None


def _ask(
    admin: ModelAdmin, request: HttpRequest, form: DeletionForm, cluster: Cluster
) -> Operation:
    operation = actions.delete_cluster(
        asker(request),
        cluster.name,
        confirm=form.cleaned_data[f"confirm_{cluster.pk}"],
        generation=form.cleaned_data[f"generation_{cluster.pk}"],
    )
    admin.log_deletions(request, Cluster.objects.filter(pk=cluster.pk))
    return operation


def _name_field(cluster: Cluster) -> forms.CharField:
    return forms.CharField(
        required=False,
        strip=True,
        label=format_html(_("Type <b>{}</b> to delete it:"), cluster.name),
        label_suffix="",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


def _page(
    admin: ModelAdmin, request: HttpRequest, form: DeletionForm
) -> TemplateResponse:
    return TemplateResponse(
        request,
        "admin/clusters/cluster/delete.html",
        {
            **admin.admin_site.each_context(request),
            "title": _("Delete with all data"),
            "opts": admin.opts,
            "media": admin.media,
            "form": form,
            "clusters": form.clusters,
            "checkbox": ACTION_CHECKBOX_NAME,
        },
    )
