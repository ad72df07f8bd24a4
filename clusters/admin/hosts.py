"""Hosts: places that staff may add, change and, once empty, remove."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.db.models.deletion import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.admin.links import list_link, row_link
from clusters.admin.readonly import StatusFilter, sentence
from clusters.core.names import is_label
from clusters.core.rules import label_rule
from clusters.core.spec import HostKind
from clusters.models import Host, Member
from clusters.queries.texts import translate
from clusters.queries.words import word

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class HostForm(forms.ModelForm):
    """A Docker engine; processes of this machine are there from the start."""

    class Meta:
        """The kind is no choice: only engines are added."""

        model = Host
        fields: ClassVar[list[str]] = ["name", "address", "image_repository"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_label(name):
            raise ValidationError(translate(label_rule()), code="name_invalid")
        return name

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        is_new = self.instance.pk is None
        if address or is_new:
            _refuse_bad(address)
        return address


def _refuse_bad(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "unix" and parts.path.startswith("/"):
        return
    if parts.scheme == "ssh" and parts.hostname:
        return
    if parts.scheme != "tcp" or not parts.hostname:
        raise ValidationError(
            gettext("Use unix:///path/of/socket, ssh://user@host or tcp://host:port."),
            code="address_invalid",
        )
    if parts.hostname not in _LOOPBACK:
        raise ValidationError(
            gettext(
                "Whoever can reach this address would own the engine: plain tcp:// is"
                " for this machine only. Use ssh://user@%(host)s."
            ),
            code="address_without_tls",
            params={"host": parts.hostname},
        )


@admin.register(Host)
class HostAdmin(admin.ModelAdmin):
    """Places where members run."""

    form = HostForm
    list_display = ("name", "kind", "address", "usable", "member_count", "created_at")
    list_filter = ("kind", StatusFilter)
    search_fields = ("name", "address")
    fields = ("name", "address", "image_repository")
    shown = (
        "kind",
        "members_here",
        "seen",
        "engine",
        "versions",
        "disk",
        "created_at",
    )

    def get_fields(self, request: HttpRequest, obj: Host | None = None) -> Any:
        if obj is None:
            return self.fields
        is_engine = obj.kind == HostKind.DOCKER
        return (*(self.fields if is_engine else ("name",)), *self.shown)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Host | None = None
    ) -> tuple[str, ...]:
        """The name is written on everything made there."""
        return ("name", *self.shown) if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Host,
        form: Any,
        change: bool,  # noqa: FBT001 (Django's signature)
    ) -> None:
        if not change:
            obj.kind = HostKind.DOCKER
        super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    # Removal

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What was last seen goes along; members stand in the way."""
        hosts = list(objs)
        members = Member.objects.filter(host__in=hosts).select_related("cluster")
        in_the_way = [
            str(row_link(m, f"{m.host} / {m.cluster} / {m.name}")) for m in members
        ]
        may = self.has_delete_permission(request)
        lacking = set() if may else {str(self.opts.verbose_name)}
        names = [str(row_link(host)) for host in hosts]
        return (
            names,
            {str(self.opts.verbose_name_plural): len(hosts)},
            lacking,
            in_the_way,
        )

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError:
            messages.error(request, _REFUSAL)
            return HttpResponseRedirect(request.get_full_path())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except ProtectedError:
            messages.error(request, _REFUSAL)
            return HttpResponseRedirect(request.get_full_path())

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        rows: QuerySet[Host] = super().get_queryset(request)
        rows = rows.select_related("observation")
        return rows.annotate(member_count=Count("members"))

    @admin.display(description=_("usable"), boolean=True)
    def usable(self, host: Host) -> bool | None:
        return _facts(host).get("usable")

    @admin.display(description=_("members"), ordering="member_count")
    def member_count(self, host: Host) -> int:
        return int(vars(host)["member_count"])

    @admin.display(description=_("members"))
    def members_here(self, host: Host) -> str:
        words = gettext("%(count)s members") % {"count": self.member_count(host)}
        return list_link(Member, words, host__id__exact=host.pk)

    @admin.display(description=_("last seen"))
    def seen(self, host: Host) -> str:
        seen = getattr(host, "observation", None)
        if seen is None:
            return gettext("Not looked at yet.")
        said = [sentence(seen.facts.get(name)) for name in ("reason", "cure")]
        return " ".join([word(seen.status), *(words for words in said if words != "-")])

    @admin.display(description=_("engine"))
    def engine(self, host: Host) -> str:
        return str(_facts(host).get("engine") or "-")

    @admin.display(description=_("versions of etcd"))
    def versions(self, host: Host) -> str:
        return ", ".join(_facts(host).get("versions", ())) or "-"

    @admin.display(description=_("free disk"))
    def disk(self, host: Host) -> str:
        free = _facts(host).get("disk_free")
        return "-" if free is None else filesizeformat(free)


def _facts(host: Host) -> dict[str, Any]:
    seen = getattr(host, "observation", None)
    return seen.facts if seen else {}


_REFUSAL = _("A member came to this host just now; nothing was deleted.")
