"""The forms of a discovery store: the request for one, and its end."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import queries
from clusters.admin.refusals import complain
from clusters.core.addresses import LONGEST
from clusters.core.errors import PanelError, SpecError
from clusters.core.meeting import StoreAccess, StoreProtocol
from clusters.core.request import StoreRequest
from clusters.core.spec import LOOPBACK
from clusters.models import Store
from clusters.queries.texts import translate

MANAGED = (
    *("host", "version", "client_port", "peer_port", "network", "volume", "image"),
    *("bind_address", "accept", "anonymous"),
)
EXTERNAL = (
    *("member_url", "panel_url", "user", "password", "ca", "cert", "secret_key"),
    "skip_verify",
)


class Pem(forms.Textarea):
    """A text that goes in and never comes back, also when the form does."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


def _pem(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=Pem({"rows": 3}), help_text=_("PEM.")
    )


class StoreForm(forms.ModelForm):
    """One that the panel runs on a host, or one that is there at an address."""

    refusal: ClassVar[PanelError | None] = None

    once = forms.CharField(label="", widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("name"), help_text=_("a-z, 0-9 and hyphens; members may dial it.")
    )
    protocol = forms.ChoiceField(
        label=_("protocol"),
        choices=[(protocol.value, protocol.value) for protocol in StoreProtocol],
        help_text=_("v2 needs etcd 3.5 or older; v3 is for members of 3.6 and newer."),
    )
    host = forms.ChoiceField(label=_("host"), required=False)
    version = forms.CharField(
        label=_("version"), required=False, help_text=_("Empty: the newest that fits.")
    )
    client_port = forms.IntegerField(
        label=_("client port"), required=False, help_text=_("Empty: the first free.")
    )
    peer_port = forms.IntegerField(
        label=_("peer port"), required=False, help_text=_("Empty: the first free.")
    )
    network = forms.CharField(
        label=_("existing network"), required=False, help_text=_("Empty: its own.")
    )
    volume = forms.CharField(
        label=_("volume"), required=False, help_text=_("Empty: its own.")
    )
    image = forms.CharField(
        label=_("image"), required=False, help_text=_("Empty: the official one.")
    )
    bind_address = forms.CharField(
        label=_("bind address"),
        required=False,
        help_text=_("Empty: %s.") % LOOPBACK,
    )
    accept = forms.CharField(
        label=_("accept"),
        required=False,
        help_text=_("Codes of warnings, with blanks between them."),
    )
    anonymous = forms.BooleanField(
        label=_("tokens for anybody"),
        required=False,
        help_text=_("Whoever reaches the panel may ask /new for a token."),
    )
    member_url = forms.CharField(
        label=_("address for members"), required=False, max_length=LONGEST
    )
    panel_url = forms.CharField(
        label=_("address for the panel"),
        required=False,
        max_length=LONGEST,
        help_text=_("Empty: the same as for members."),
    )
    user = forms.CharField(label=_("user"), required=False)
    password = forms.CharField(
        label=_("password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("Kept encrypted, and never shown again."),
    )
    ca = _pem(_("certificate of who signed its own"))
    cert = _pem(_("certificate to show it"))
    secret_key = _pem(_("key of that certificate"))
    skip_verify = forms.BooleanField(
        label=_("take any certificate"),
        required=False,
        help_text=_("Whoever is between could read and change what members say."),
    )

    class Meta:
        """A row of this model comes out of it, written by the desk."""

        model = Store
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        hosts = [(host.name, host.name) for host in queries.host_list()]
        self.fields["host"].choices = [("", "-"), *hosts]  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """Not the model: what is wrong is said once, by the desk."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if any(cleaned.get(name) for name in EXTERNAL):
            self._refuse_mixed(cleaned)
        complain(self, self.refusal, {"key": "secret_key"})
        return cleaned

    def _refuse_mixed(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("member_url"):
            words = gettext("Needed for a store that is there already.")
            self.add_error("member_url", words)
        for name in MANAGED:
            if cleaned.get(name):
                self.add_error(name, _MIXED)

    def store_request(self) -> StoreRequest:
        answers = self.cleaned_data
        plain = ("name", "protocol", "host", "version", "network", "volume", "image")
        return StoreRequest(
            **{name: answers.get(name) or "" for name in plain},
            client_port=answers["client_port"] or 0,
            peer_port=answers["peer_port"] or 0,
            bind_address=answers["bind_address"] or LOOPBACK,
            accept=tuple(answers["accept"].split()),
            anonymous=answers["anonymous"],
            member_url=answers["member_url"],
            panel_url=answers["panel_url"],
            access=StoreAccess(
                user=answers["user"],
                password=answers["password"],
                ca=answers["ca"],
                cert=answers["cert"],
                key=answers["secret_key"],
                skip_verify=answers["skip_verify"],
            ),
        )


_MIXED = _("This is of a store that the panel runs; leave it out, or the addresses.")


class OpennessForm(forms.ModelForm):
    """All that may change of a store."""

    refusal: ClassVar[PanelError | None] = None

    class Meta:
        """Everything else stands there read-only."""

        model = Store
        fields: ClassVar[list[str]] = ["anonymous"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        complain(self, self.refusal)
        return cleaned


class EndForm(forms.Form):
    """The name of a store, typed once more. The desk judges it."""

    confirm = forms.CharField(
        required=False,
        label_suffix="",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def refuse(self, refusal: SpecError) -> None:
        for problem in refusal.problems:
            self.add_error("confirm", translate(problem.text))
