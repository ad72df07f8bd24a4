"""The fields of the create form that say how members meet."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.meeting_rules import FIELDS
from clusters.core.request import DiscoveryRequest
from clusters.core.spec import BootstrapMode
from clusters.web.fields import NameList

PREFIX = "discovery."


def mode_of(written: str) -> BootstrapMode:
    """The mode that is chosen; static when it is none that there is."""
    known = {mode.value for mode in BootstrapMode}
    return BootstrapMode(written) if written in known else BootstrapMode.STATIC


def discovery_request(mode: str, asked: Mapping[str, Any]) -> DiscoveryRequest:
    """What was said for this mode; what was typed for another one does not count."""
    named = FIELDS[mode_of(mode)]
    given: dict[str, Any] = {name: asked[f"{PREFIX}{name}"] for name in named}
    return DiscoveryRequest(**{name: said for name, said in given.items() if said})


def discovery_fields() -> dict[str, forms.Field]:
    """A field for each of them, under the name that the desk's problems use."""
    return {f"{PREFIX}{name}": field for name, field in _fields().items()}


def _fields() -> dict[str, forms.Field]:
    return {
        "store": _text(_("Discovery store"), 60),
        "token": _text(
            _("A token of your own"),
            140,
            _("Empty: each attempt gets a fresh one."),
        ),
        "url": _text(
            _("A whole discovery URL of your own"),
            500,
            _("Every member gets it byte for byte; store and token are in it then."),
        ),
        "service": _text(_("Service"), 500),
        "domain": _text(_("Domain"), 253, _("The members' records are below it.")),
        "service_name": _text(
            _("Service name"),
            60,
            _("For several clusters in one domain: _etcd-server-NAME. Mostly empty."),
        ),
        "dns": _text(_("Who keeps the zone"), 20),
        "name_servers": NameList(
            label=_("Name servers"),
            max_length=300,
            required=False,
            help_text=_("Addresses that members ask; empty: those of their host."),
        ),
        "subnet": _text(
            _("Subnet"),
            40,
            _("Of the cluster's own network; empty: one that is free."),
        ),
        "addresses": NameList(
            label=_("Addresses"),
            max_length=400,
            required=False,
            help_text=_("One a member, for the zone names them; empty: chosen."),
        ),
    }


def _text(label: Any, longest: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, help_text=help_text
    )
