"""The form of a discovery store: one that the panel runs, or one that is there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.errors import Problem
from clusters.core.meeting import StoreAccess
from clusters.core.request import StoreRequest
from clusters.core.spec import LOOPBACK
from clusters.queries.texts import translate
from clusters.web.fields import Several

MANAGED, EXTERNAL = "managed", "external"

# A store that the panel runs is a cluster of one member; its problems come by the
# names that clusters have.
_OTHER_NAMES = {
    "hosts": "host",
    "client_ports": "client_port",
    "peer_ports": "peer_port",
    "member_names": "name",
    "key": "client_key",
}
_ACCESS = ("user", "password", "ca", "cert")


def _text(label: Any, longest: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, help_text=help_text
    )


def _port(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, help_text=help_text)


class StoreForm(forms.Form):
    """Everything one can say of a new store; `kind` decides what counts."""

    kind = _text(_("Who runs it"), 20)
    name = _text(_("Name"), 100)
    protocol = _text(_("What it is for"), 20)
    host = _text(_("Where it runs"), 60)
    version = _text(_("Version"), 40)
    client_port = _port(_("Client port"), _("Empty: 23790 when it is free."))
    peer_port = _port(_("Peer port"), _("Empty: 23800 when it is free."))
    network = _text(
        _("Existing network"),
        200,
        _("A Docker network that is there already; empty: one is made."),
    )
    volume = _text(_("Volume"), 200, _("Empty: the store's name and “-data”."))
    image = _text(
        _("Image reference"),
        300,
        _("An image of your own; empty: the official one of the version."),
    )
    bind_address = _text(
        _("Bind address"),
        60,
        _("Where ports are published; 127.0.0.1 is this machine only."),
    )
    anonymous = forms.BooleanField(
        label=_("Anybody may ask /new for a token"), required=False
    )
    member_url = _text(
        _("Address for members"),
        2000,
        _("As members dial it; for v3 several, with commas between them."),
    )
    panel_url = _text(
        _("Address for the panel"), 2000, _("Empty: the same as for members.")
    )
    user = _text(_("User"), 200)
    password = _text(_("Password"), 200, _("It is kept sealed and not shown again."))
    ca = _text(_("CA certificate"), 60_000, _("PEM; empty: those of the system."))
    cert = _text(_("Client certificate"), 60_000, _("PEM, when the store wants one."))
    client_key = _text(
        _("Its key"), 20_000, _("PEM; it is kept sealed and not shown again.")
    )
    accept = Several(required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"notes-{name} help-{name}"
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def is_external(self) -> bool:
        return self.data.get("kind") == EXTERNAL

    def to_request(self) -> StoreRequest:
        """The request; what could not be read is as if it had been left empty."""
        asked = defaultdict(str, self.cleaned_data)
        if self.is_external:
            return _external(asked)
        return StoreRequest(
            name=asked["name"],
            protocol=asked["protocol"],
            host=asked["host"],
            version=asked["version"],
            client_port=asked["client_port"] or 0,
            peer_port=asked["peer_port"] or 0,
            network=asked["network"],
            volume=asked["volume"],
            image=asked["image"],
            bind_address=asked["bind_address"] or LOOPBACK,
            accept=asked["accept"] or (),
            anonymous=bool(asked["anonymous"]),
        )

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem beside its field; what has no field stands at the top."""
        unread = set(self.errors)
        for problem in problems:
            field = self.field_of(problem)
            if field not in unread:
                self.add_error(field or None, translate(problem.text))

    def field_of(self, problem: Problem) -> str:
        name = _OTHER_NAMES.get(problem.field, problem.field)
        return name if name in self.fields else ""

    @property
    def noted(self) -> list[forms.BoundField]:
        """Fields whose notes stand alone, not within a part that is drawn anew."""
        drawn = {"accept", "host"}
        return [field for field in self if field.name not in drawn]

    @property
    def is_advanced(self) -> bool:
        return self._has("network", "volume", "image", "bind_address")

    @property
    def has_access(self) -> bool:
        return self._has(*_ACCESS, "client_key")

    def _has(self, *names: str) -> bool:
        return any(self.errors.get(name) or self.data.get(name) for name in names)


def _external(asked: Mapping[str, Any]) -> StoreRequest:
    access = {name: asked[name] for name in _ACCESS}
    return StoreRequest(
        name=asked["name"],
        protocol=asked["protocol"],
        member_url=asked["member_url"],
        panel_url=asked["panel_url"],
        access=StoreAccess(**access, key=asked["client_key"]),
    )


class RemoveStoreForm(forms.Form):
    """The name, typed once more."""

    confirm = forms.CharField(required=False, max_length=100)
