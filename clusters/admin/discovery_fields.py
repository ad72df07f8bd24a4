"""Form fields that say how the members of a new cluster meet."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters import queries
from clusters.core.addresses import LONGEST
from clusters.core.meeting import DnsKind
from clusters.core.request import DiscoveryRequest

DISCOVERY = "discovery_"
_TEXTS = ("store", "url", "token", "service", "domain", "service_name", "dns", "subnet")
_LISTS = ("name_servers", "addresses")
DISCOVERY_NAMES = tuple(f"{DISCOVERY}{name}" for name in (*_TEXTS, *_LISTS))


def discovery_fields() -> dict[str, forms.Field]:
    stores = [
        (store.name, f"{store.name} ({store.protocol})")
        for store in queries.store_list()
    ]
    kinds = [(kind.value, kind.value) for kind in DnsKind]
    found: dict[str, forms.Field] = {
        "store": forms.ChoiceField(
            label=_("Discovery store"),
            choices=[("", _("one on the same host")), *stores],
            help_text=_("For discovery_v2 and discovery_v3."),
        ),
        "url": forms.CharField(
            label=_("Discovery URL"),
            max_length=LONGEST,
            help_text=_(
                "A whole one of your own, for discovery_v2 and discovery_public."
            ),
        ),
        "token": forms.CharField(
            label=_("Discovery token"),
            help_text=_("One of your own; empty: a fresh one for each attempt."),
        ),
        "service": forms.CharField(
            label=_("Discovery service"),
            max_length=LONGEST,
            help_text=_("For discovery_public; empty: the one in the settings."),
        ),
        "domain": forms.CharField(
            label=_("Domain"), help_text=_("Of the SRV records, for dns_srv.")
        ),
        "service_name": forms.CharField(
            label=_("Service name"), help_text=_("A suffix of the SRV records' name.")
        ),
        "dns": forms.ChoiceField(
            label=_("Who keeps the zone"), choices=[("", _("as it fits")), *kinds]
        ),
        "subnet": forms.CharField(
            label=_("Subnet"), help_text=_("Of the network that is made for dns_srv.")
        ),
        "name_servers": forms.CharField(
            label=_("Name servers"),
            help_text=_("Whom members ask for an external zone."),
        ),
        "addresses": forms.CharField(
            label=_("Addresses"), help_text=_("A fixed one for each member.")
        ),
    }
    for field in found.values():
        field.required = False
    return {f"{DISCOVERY}{name}": field for name, field in found.items()}


def discovery_from(answers: Mapping[str, Any]) -> DiscoveryRequest:
    given: dict[str, Any] = {
        name: (answers.get(f"{DISCOVERY}{name}") or "") for name in (*_TEXTS, *_LISTS)
    }
    for name in _LISTS:
        given[name] = tuple(filter(None, re.split(r"[\s,]+", given[name])))
    return DiscoveryRequest(**given)
