"""Discovery stores in the admin site: asked for, opened and let go by the desk."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import actions, queries
from clusters.admin.asking import Answered, ask_for_each, asker, told
from clusters.admin.links import list_link, operation_url, row_link
from clusters.admin.readonly import StatusFilter, clock, sentence
from clusters.admin.refusals import AskingAdmin, answered
from clusters.admin.store_forms import (
    EXTERNAL,
    MANAGED,
    EndForm,
    OpennessForm,
    StoreForm,
)
from clusters.core.errors import PanelError, SpecError
from clusters.models import DiscoveryToken, Store
from clusters.queries.words import word

_REQUEST = (
    (None, {"fields": ("name", "protocol", "once")}),
    (_("Run by the panel"), {"fields": MANAGED}),
    (_("There already"), {"fields": EXTERNAL}),
)
_SHOWN = (
    "name",
    "protocol",
    "of_cluster",
    "for_members",
    "for_panel",
    "logged_in",
    "seen",
    "why",
    "tokens_here",
    "created_by",
    "created_at",
)


@admin.register(Store)
class StoreAdmin(AskingAdmin):
    """Where members of clusters register to find one another."""

    list_display = ("name", "protocol", "of_cluster", "status", "anonymous", "created")
    list_filter = (StatusFilter, "protocol", "anonymous")
    search_fields = ("name", "member_url")
    list_select_related = ("cluster", "observation")
    list_per_page = 50
    actions = ("look",)

    def get_fieldsets(self, request: HttpRequest, obj: Store | None = None) -> Any:
        if obj is None:
            return _REQUEST
        return ((None, {"fields": ("anonymous",)}), (_("Store"), {"fields": _SHOWN}))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Store | None = None
    ) -> tuple[str, ...]:
        return _SHOWN if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Store | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 (Django's signature)
        **kwargs: Any,
    ) -> type[ModelForm]:
        return answered(OpennessForm if obj else StoreForm, request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Store,
        form: ModelForm,
        change: bool,  # noqa: FBT001 (Django's signature)
    ) -> None:
        if not isinstance(form, StoreForm):
            opened = form.cleaned_data["anonymous"]
            actions.change_store(asker(request), obj.name, anonymous=opened)
            return
        wanted, answer = form.store_request(), cast("Answered", request)
        if wanted.is_external:
            made = actions.add_external_store(asker(request), wanted)
        else:
            who = asker(request, key=form.cleaned_data["once"])
            answer.operation = actions.create_managed_store(who, wanted)
            made = Store.objects.get(name=wanted.name)
        obj.pk, obj.name = made.pk, made.name

    def response_add(
        self, request: HttpRequest, obj: Store, post_url_continue: str | None = None
    ) -> HttpResponse:
        operation = getattr(request, "operation", None)
        if operation is None:
            return super().response_add(request, obj, post_url_continue)
        return HttpResponseRedirect(operation_url(operation.pk))

    # The end of a store

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        store = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, store):
            raise PermissionDenied
        if store is None:
            raise Http404
        form = EndForm(request.POST or None)
        if form.is_valid():
            try:
                return self._end(request, store, form.cleaned_data["confirm"])
            except SpecError as refusal:
                form.refuse(refusal)
            except PanelError as refusal:
                messages.error(request, told(refusal))
        return self._confirm(request, store, form)

    def _end(self, request: HttpRequest, store: Store, confirm: str) -> HttpResponse:
        going, name = Store.objects.filter(pk=store.pk), store.name
        len(going)  # read now: afterwards it may be gone
        operation = actions.delete_store(asker(request), name, confirm=confirm)
        self.log_deletions(request, going)
        if operation is not None:
            return HttpResponseRedirect(operation_url(operation.pk))
        words = gettext("Forgotten: %s. It goes on without the panel.")
        messages.success(request, words % name)
        return HttpResponseRedirect(reverse("admin:clusters_store_changelist"))

    def _confirm(
        self, request: HttpRequest, store: Store, form: EndForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Delete a discovery store"),
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "store": queries.store_page(store.name),
            "removal": queries.removal_of(store.name) if store.is_managed else None,
        }
        template = "admin/clusters/store/delete.html"
        return TemplateResponse(request, template, context)

    # Should Django ever find another way here, the desk refuses: no name was typed.
    def delete_model(self, request: HttpRequest, obj: Store) -> None:
        actions.delete_store(asker(request), obj.name, confirm="")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Store]) -> None:
        for store in queryset:
            self.delete_model(request, store)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered

    # What else may be asked

    @admin.action(permissions=["view"], description=_("Look at them now"))
    def look(self, request: HttpRequest, chosen: QuerySet[Store]) -> None:
        def ask(store: Store) -> str:
            actions.look_at_store(asker(request), store.name)
            return gettext("A worker looks at %s now.") % store.name

        ask_for_each(request, chosen, ask)

    # The list

    @admin.display(description=_("run by the panel"), ordering="cluster__name")
    def of_cluster(self, store: Store) -> str:
        return row_link(store.cluster)

    @admin.display(description=_("status"), ordering="observation__status")
    def status(self, store: Store) -> str:
        seen = getattr(store, "observation", None)
        return word(seen.status) if seen else "-"

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, store: Store) -> str:
        return clock(store.created_at)

    @admin.display(description=_("last seen"))
    def seen(self, store: Store) -> str:
        return row_link(getattr(store, "observation", None))

    @admin.display(description=_("explanation"))
    def why(self, store: Store) -> str:
        seen = getattr(store, "observation", None)
        facts = seen.facts if seen else {}
        said = [sentence(facts.get(name)) for name in ("reason", "cure")]
        return " ".join(words for words in said if words != "-") or "-"

    @admin.display(description=_("address for members"))
    def for_members(self, store: Store) -> str:
        return queries.store_page(store.name).member_url

    @admin.display(description=_("address for the panel"))
    def for_panel(self, store: Store) -> str:
        return queries.store_page(store.name).panel_url

    @admin.display(description=_("the panel logs in"))
    def logged_in(self, store: Store) -> str:
        has_login = store.lost_key is not None or bool(store.access.user)
        return gettext("yes") if has_login else gettext("no")

    @admin.display(description=_("tokens"))
    def tokens_here(self, store: Store) -> str:
        words = gettext("%(count)s tokens") % {"count": store.tokens.count()}
        return list_link(DiscoveryToken, words, store__id__exact=store.pk)
