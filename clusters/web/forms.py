"""Forms: what was typed becomes a request, and the desk's problems its errors."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.errors import Problem
from clusters.core.options import OPTIONS
from clusters.core.request import ClusterRequest
from clusters.core.spec import LOOPBACK, BootstrapMode
from clusters.queries.texts import translate
from clusters.web.fields import NameList, PortList, Several, option_fields
from clusters.web.meeting_fields import PREFIX, discovery_fields, discovery_request

# Options that most people who open the advanced part look for.
COMMON_OPTIONS = (
    "heartbeat_interval",
    "election_timeout",
    "quota_backend_bytes",
    "auto_compaction_mode",
    "auto_compaction_retention",
)


class ClusterForm(forms.Form):
    """Everything one can say of a new cluster; most of it may stay empty."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    size = forms.IntegerField(
        label=_("Members"), error_messages={"required": _("Choose a size.")}
    )
    hosts = Several(label=_("Where it runs"), required=False)
    version = forms.CharField(label=_("Version"), max_length=40, required=False)
    bootstrap = forms.CharField(
        label=_("How members find one another"), max_length=40, required=False
    )
    extra_members = forms.IntegerField(
        label=_("Proxies beyond the size"),
        required=False,
        help_text=_(
            "They pass requests on and keep no data. Only etcd 3.5 and older has them."
        ),
    )
    other_version = forms.CharField(
        label=_("Another version"),
        max_length=40,
        required=False,
        help_text=_("Any release of etcd 3.4 to 3.7; it wins over the choice above."),
    )
    image = forms.CharField(
        label=_("Image reference"),
        max_length=300,
        required=False,
        help_text=_("An image of your own; empty: the official one of the version."),
    )
    cluster_token = forms.CharField(
        label=_("Cluster token"),
        max_length=200,
        required=False,
        help_text=_("IDs are made from it and the peer URLs; empty: the name."),
    )
    member_names = NameList(
        label=_("Member names"),
        max_length=400,
        required=False,
        help_text=_("With commas between them; empty: etcd1, etcd2, …"),
    )
    client_ports = PortList(
        label=_("Client ports"),
        max_length=200,
        required=False,
        help_text=_("One a member, below 32768; empty: a free block is found."),
    )
    peer_ports = PortList(
        label=_("Peer ports"),
        max_length=200,
        required=False,
        help_text=_("One a member; empty: a free block is found."),
    )
    bind_address = forms.CharField(
        label=_("Bind address"),
        max_length=60,
        required=False,
        help_text=_("Where ports are published; 127.0.0.1 is this machine only."),
    )
    network = forms.CharField(
        label=_("Existing network"),
        max_length=200,
        required=False,
        help_text=_("A Docker network that is there already; empty: one is made."),
    )
    keep_on_failure = forms.BooleanField(
        label=_("Keep everything when the create fails"),
        required=False,
        help_text=_("For looking at it; otherwise all that was made is taken back."),
    )
    accept = Several(required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields.update({**discovery_fields(), **option_fields()})
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"notes-{name} help-{name}"
            field.widget.attrs.setdefault("autocomplete", "off")

    def to_request(self) -> ClusterRequest:
        """The request; what could not be read of it is as if it had been left empty."""
        asked = defaultdict(str, self.cleaned_data)
        mode = asked["bootstrap"] or BootstrapMode.STATIC.value
        return ClusterRequest(
            name=asked["name"],
            size=asked["size"] or 0,
            extra_members=asked["extra_members"] or 0,
            bootstrap=mode,
            discovery=discovery_request(mode, asked),
            version=asked["other_version"] or asked["version"],
            hosts=asked["hosts"] or (),
            cluster_token=asked["cluster_token"],
            member_names=asked["member_names"] or (),
            client_ports=asked["client_ports"] or (),
            peer_ports=asked["peer_ports"] or (),
            bind_address=asked["bind_address"] or LOOPBACK,
            image=asked["image"],
            network=asked["network"],
            options=self._options(asked),
            accept=asked["accept"] or (),
            keep_on_failure=bool(asked["keep_on_failure"]),
        )

    @staticmethod
    def _options(asked: Mapping[str, Any]) -> dict[str, str | int | bool]:
        given = ((name, asked[f"options.{name}"]) for name in OPTIONS)
        return {name: value for name, value in given if value not in {None, ""}}

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem beside its field; what has no field stands at the top."""
        unread = set(self.errors)
        for problem in problems:
            field = self.field_of(problem)
            if field not in unread:
                self.add_error(field or None, translate(problem.text))

    def field_of(self, problem: Problem) -> str:
        """The field beside which a problem stands; empty: it has none."""
        if problem.field == "version" and self.data.get("other_version"):
            return "other_version"
        return problem.field if problem.field in self.fields else ""

    @property
    def noted(self) -> list[forms.BoundField]:
        """Fields whose notes stand alone, not within a part that is drawn anew."""
        drawn = {"hosts", "accept", "bootstrap", "discovery.store", "discovery.dns"}
        return [field for field in self if field.name not in drawn]

    @property
    def discovery_fields(self) -> dict[str, forms.BoundField]:
        return {
            name.removeprefix(PREFIX): self[name]
            for name in self.fields
            if name.startswith(PREFIX)
        }

    @property
    def has_own_token(self) -> bool:
        return self._has("token", "url")

    @property
    def has_own_addresses(self) -> bool:
        return self._has("name_servers", "subnet", "addresses")

    def _has(self, *names: str) -> bool:
        fields = [f"{PREFIX}{name}" for name in names]
        return any(self.errors.get(f) or self.data.get(f) for f in fields)

    @property
    def common_options(self) -> list[forms.BoundField]:
        return [self[f"options.{name}"] for name in COMMON_OPTIONS]

    @property
    def further_options(self) -> list[forms.BoundField]:
        return [self[f"options.{n}"] for n in OPTIONS if n not in COMMON_OPTIONS]

    @property
    def is_advanced(self) -> bool:
        """Whether anything in the advanced part was filled in, or is wrong."""
        simple = {"name", "size", "hosts", "version", "bootstrap", "accept"}
        return any(
            self.errors.get(name) or self.data.get(name)
            for name in self.fields
            if name not in simple and not name.startswith(PREFIX)
        )


class DeleteForm(forms.Form):
    """The name, typed once more, of the generation that was shown."""

    confirm = forms.CharField(required=False, max_length=100)
    generation = forms.IntegerField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
