"""What is asked of discovery: where members meet, stores and tokens."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from clusters.api.bodies.base import PageQuery
from clusters.api.fields import Flag, StrictSerializer, Text, Texts, Whole
from clusters.core.addresses import LONGEST
from clusters.core.meeting import DnsKind, StoreAccess, StoreProtocol
from clusters.core.request import StoreRequest
from clusters.core.spec import LOOPBACK

LONGEST_PEM = 20_000
_ACCESS = ("user", "password", "ca", "cert", "key", "skip_verify")
_MANAGED = (
    *("host", "version", "client_port", "peer_port", "network", "volume", "image"),
    *("bind_address", "accept", "anonymous"),
)
_EXTERNAL = ("member_url", "panel_url", *_ACCESS)


class DiscoveryBody(StrictSerializer):
    """How members are to meet. Each mode uses some of it; the rest is left out."""

    store = Text(
        required=False,
        allow_blank=True,
        help_text="Name of a discovery store. Empty: the one on the same host.",
    )
    url = Text(
        required=False,
        allow_blank=True,
        max_length=LONGEST,
        help_text="A whole discovery URL of your own (discovery_v2, discovery_public).",
    )
    token = Text(
        required=False,
        allow_blank=True,
        help_text="A token of your own. Empty: a fresh one for each attempt.",
    )
    service = Text(
        required=False,
        allow_blank=True,
        max_length=LONGEST,
        help_text="Address of a public service. Empty: the one in the settings.",
    )
    domain = Text(
        required=False, allow_blank=True, help_text="Of the SRV records (dns_srv)."
    )
    service_name = Text(
        required=False,
        allow_blank=True,
        help_text="A suffix: _etcd-server-NAME._tcp instead of _etcd-server._tcp.",
    )
    dns = Text(
        required=False,
        allow_blank=True,
        help_text="Who keeps the zone: "
        + " (the panel) or ".join(kind.value for kind in DnsKind)
        + " (you).",
    )
    name_servers = Texts(
        required=False, help_text="Whom the members ask for an external zone."
    )
    subnet = Text(
        required=False,
        allow_blank=True,
        help_text="Of the network that is made for dns_srv. Empty: chosen.",
    )
    addresses = Texts(
        required=False, help_text="A fixed one for each member. Empty: chosen."
    )


class StoreBody(StrictSerializer):
    """A discovery store: one that the panel is to run on `host`, or one that is there
    already at `member_url`. Fields of both together are refused."""

    name = Text(max_length=100, help_text="A DNS label; members may dial it.")
    protocol = Text(
        default=StoreProtocol.V2.value,
        help_text="v2 (private v2 discovery, etcd 3.5 or older) or v3.",
    )
    host = Text(
        default="", allow_blank=True, help_text="Managed: where the panel runs it."
    )
    version = Text(
        default="", allow_blank=True, help_text="Managed. Empty: the newest that fits."
    )
    client_port = Whole(
        default=0, min_value=0, help_text="Managed: published. 0: chosen."
    )
    peer_port = Whole(
        default=0, min_value=0, help_text="Managed: published. 0: chosen."
    )
    network = Text(
        default="", allow_blank=True, help_text="Managed: an existing network."
    )
    volume = Text(default="", allow_blank=True, help_text="Managed. Empty: its name's.")
    image = Text(default="", allow_blank=True, help_text="Managed. Empty: official.")
    bind_address = Text(
        default=LOOPBACK,
        help_text="Managed: the address of the host to publish ports on.",
    )
    accept = Texts(default=(), help_text="Managed: codes of warnings you accept.")
    anonymous = Flag(
        default=False, help_text="Managed: anybody may ask /new for its tokens."
    )
    member_url = Text(
        default="",
        allow_blank=True,
        max_length=LONGEST,
        help_text="External: where members reach it; of v3 several, with commas.",
    )
    panel_url = Text(
        default="",
        allow_blank=True,
        max_length=LONGEST,
        help_text="External: where the panel reaches it. Empty: the same.",
    )
    user = Text(
        default="", allow_blank=True, write_only=True, help_text="External, v3."
    )
    password = Text(
        default="",
        allow_blank=True,
        write_only=True,
        help_text="External, v3. Kept encrypted, and never shown again.",
    )
    ca = Text(
        default="",
        allow_blank=True,
        write_only=True,
        max_length=LONGEST_PEM,
        help_text="External, v3: PEM of who signed its certificate.",
    )
    cert = Text(
        default="",
        allow_blank=True,
        write_only=True,
        max_length=LONGEST_PEM,
        help_text="External, v3: PEM of the certificate to show it.",
    )
    key = Text(
        default="",
        allow_blank=True,
        write_only=True,
        max_length=LONGEST_PEM,
        help_text="External, v3: PEM. Kept encrypted, and never shown again.",
    )
    skip_verify = Flag(
        default=False,
        write_only=True,
        help_text="External, v3: take whatever certificate it shows.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = {name for name, value in self.initial_data.items() if value}
        wrong = dict(_mixed(given))
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs

    def as_request(self) -> StoreRequest:
        given: Mapping[str, Any] = self.validated_data
        plain = {name: given[name] for name in given if name not in _ACCESS}
        access = StoreAccess(**{name: given[name] for name in _ACCESS})
        return StoreRequest(
            **{**plain, "accept": tuple(plain["accept"])}, access=access
        )


def _mixed(given: set[str]) -> Iterator[tuple[str, ErrorDetail]]:
    """What does not go with the rest: a store is run by the panel or it is not."""
    external = [name for name in _EXTERNAL if name in given]
    if not external:
        return
    if "member_url" not in given:
        text = _("Needed for a store that is there already.")
        yield "member_url", ErrorDetail(text, code="required")
    text = _("This is of a store that the panel runs; leave it out, or member_url.")
    for name in _MANAGED:
        if name in given:
            yield name, ErrorDetail(text, code="store_mixed")


class StoreChangeBody(StrictSerializer):
    """A change of a discovery store."""

    anonymous = Flag(help_text="Anybody who reaches the panel may ask /new for tokens.")


class StoreDeleteQuery(StrictSerializer):
    """The word that makes sure."""

    confirm = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="The store's name, once more. Needed.",
    )


class TokenListQuery(PageQuery):
    """Which tokens."""

    store = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="Only tokens of this store.",
    )
    before = serializers.UUIDField(
        required=False, help_text="The last token of the page before."
    )


class NewQuery(StrictSerializer):
    """What the public service's call takes, and which store is to give the token."""

    size = serializers.IntegerField(default=3, help_text="How many members.")
    store = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="A store for v2 discovery that the panel runs. Empty: any.",
    )


class TokenBody(StrictSerializer):
    """A fresh token of a store that the panel runs."""

    store = Text(
        default="", allow_blank=True, help_text="Empty: a store for v2 discovery."
    )
    size = Whole(default=3, help_text="How many members will be voters.")
