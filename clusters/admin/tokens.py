"""Tokens of programs: made, shown once, and revoked."""

from datetime import timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from clusters import actions
from clusters.admin.asking import Answered
from clusters.models import ApiToken

_LONGEST = timedelta(days=365)
_BEGINNING = 10


class TokenForm(forms.ModelForm):
    """Whose token, what it is called, and for how long it is good."""

    days = forms.IntegerField(
        label=_("days"),
        initial=_LONGEST.days,
        min_value=1,
        max_value=_LONGEST.days,
        help_text=_("How long it is good for, at most 365."),
    )

    class Meta:
        """The rest is made by the desk."""

        model = ApiToken
        fields: ClassVar[list[str]] = ["user", "name"]


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """A token is never changed: delete it and make another."""

    form = TokenForm
    list_display = ("name", "user", "begins", "created", "expiry")
    list_display_links = None
    list_filter = ("user", "created", "expiry")
    search_fields = ("name", "user__username", "token_key")
    date_hierarchy = "created"
    list_select_related = ("user",)

    def has_change_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Nobody makes a token of somebody with more rights."""
        users = get_user_model().objects.filter(is_active=True)
        if not request.user.is_superuser:
            users = users.filter(username=request.user.get_username())
        kwargs |= {"queryset": users, "initial": request.user.pk}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiToken,
        form: forms.ModelForm,
        change: bool,  # noqa: FBT001 (Django's signature)
    ) -> None:
        days = form.cleaned_data["days"]
        plain = actions.create_token(obj.user.get_username(), obj.name, days=days)
        made = ApiToken.objects.filter(user=obj.user, name=obj.name)
        obj.pk = made.latest("created").pk
        cast("Answered", request).token = plain

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Not a redirect: the token is nowhere but in this answer."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("A new token"),
            "opts": self.opts,
            "token": cast("Answered", request).token,
            "name": obj.name,
        }
        return TemplateResponse(request, "admin/clusters/apitoken/made.html", context)

    @admin.display(description=_("begins with"))
    def begins(self, token: ApiToken) -> str:
        return f"{token.token_key[:_BEGINNING]}…"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return super().get_queryset(request).order_by("-created")
