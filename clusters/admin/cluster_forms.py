"""The forms of a cluster: the request for one, and the one thing that may change."""

import re
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import queries
from clusters.admin.discovery_fields import (
    DISCOVERY,
    discovery_fields,
    discovery_from,
)
from clusters.admin.option_fields import OPTION, option_fields, options_from
from clusters.admin.refusals import complain
from clusters.core.errors import ConflictError, PanelError, SpecError
from clusters.core.releases import LINES
from clusters.core.request import ClusterRequest
from clusters.core.spec import LOOPBACK, BootstrapMode
from clusters.models import Cluster
from clusters.queries.texts import translate
from clusters.queries.words import word

_SEPARATOR = re.compile(r"[\s,]+")


class NameList(forms.CharField):
    """Several words in one line, parted by commas or spaces."""

    def clean(self, value: Any) -> tuple[Any, ...]:
        words = _SEPARATOR.split(super().clean(value))
        return tuple(word for word in words if word)


class PortList(NameList):
    """Several port numbers in one line."""

    def clean(self, value: Any) -> tuple[int, ...]:
        try:
            return tuple(int(word) for word in super().clean(value))
        except ValueError as error:
            raise ValidationError(
                gettext("Use numbers with commas between them."), code="invalid"
            ) from error


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes one below the other, in the style of the admin site."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "radiolist"})


class AcceptField(forms.MultipleChoiceField):
    """Codes of warnings; its boxes appear once a warning was raised."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.MultipleHiddenInput, **kwargs)

    def valid_value(self, value: str) -> bool:
        return True

    def offer(self, warnings: dict[str, str]) -> None:
        if warnings:
            self.widget = Boxes()
            self.choices = [
                (code, format_html("<b>{}</b>: {}", code, text))
                for code, text in warnings.items()
            ]


class Suggesting(forms.TextInput):
    """A line of text that offers values to choose from."""

    def __init__(self, values: Iterable[str]) -> None:
        super().__init__()
        self.values = list(values)

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        marks = format_html_join(
            "", '<option value="{}"></option>', ((v,) for v in self.values)
        )
        known = {**(attrs or {}), "list": f"{name}-values"}
        line = super().render(name, value, known, renderer)
        return format_html(
            '{}<datalist id="{}-values">{}</datalist>', line, name, marks
        )


class RequestForm(forms.ModelForm):
    """A request for a cluster. The desk judges it; `refusal` is what the desk said."""

    refusal: ClassVar[PanelError | None] = None

    key = forms.CharField(label="", widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(
        label=_("name"),
        help_text=_("a-z, 0-9 and hyphens, at most 40; begins with a letter."),
    )
    size = forms.IntegerField(
        label=_("size"), initial=3, help_text=_("1, 3, 5 or 7 members.")
    )
    version = forms.CharField(
        label=_("version"),
        required=False,
        help_text=_("Empty: the newest that the chosen hosts have or can pull."),
    )
    bootstrap = forms.ChoiceField(
        label=_("bootstrap mode"),
        choices=[(mode.value, mode.value) for mode in BootstrapMode],
    )
    hosts = forms.MultipleChoiceField(label=_("hosts"), required=False, widget=Boxes)
    accept = AcceptField(
        label=_("accept"), required=False, help_text=_("The cluster keeps the mark.")
    )
    cluster_token = forms.CharField(
        label=_("cluster token"), required=False, help_text=_("Empty: the name.")
    )
    member_names = NameList(
        label=_("member names"),
        required=False,
        help_text=_("With commas between them; empty: etcd1, etcd2 and so on."),
    )
    client_ports = PortList(
        label=_("client ports"), required=False, help_text=_("Empty: the first free.")
    )
    peer_ports = PortList(
        label=_("peer ports"), required=False, help_text=_("Empty: the first free.")
    )
    bind_address = forms.CharField(
        label=_("bind address"), required=False, initial=LOOPBACK
    )
    image = forms.CharField(
        label=_("image"),
        required=False,
        help_text=_("Empty: the official one of this version."),
    )
    network = forms.CharField(
        label=_("existing network"),
        required=False,
        help_text=_("Empty: one of the cluster's own."),
    )
    extra_members = forms.IntegerField(
        label=_("extra members"),
        required=False,
        help_text=_("Proxies beyond the size (etcd 3.5 or older)."),
    )
    keep_on_failure = forms.BooleanField(
        label=_("keep on failure"),
        required=False,
        help_text=_("Leave what a failed create made, to look at it."),
    )

    class Meta:
        """A row of this model comes out of it, written by the desk."""

        model = Cluster
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label)
        self.fields.update(discovery_fields())
        self.fields.update(option_fields())
        hosts = queries.host_list()
        here = {version for host in hosts for version in host.versions}
        newest = [str(line.newest) for line in LINES.values()]
        offered = dict.fromkeys([*sorted(here, reverse=True), *reversed(newest)])
        self.fields["version"].widget = Suggesting(offered)
        self.fields["hosts"].choices = [  # type: ignore[attr-defined]
            (host.name, _described(host)) for host in hosts
        ]
        usable = [host.name for host in hosts if host.usable]
        self.fields["hosts"].initial = usable if len(usable) == 1 else []

    def _post_clean(self) -> None:
        """Not the model: what is wrong is said once, by the desk."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._offer_warnings()
        complain(self, self.refusal, {"options.": OPTION, "discovery.": DISCOVERY})
        return cleaned

    def cluster_request(self) -> ClusterRequest:
        answers = self.cleaned_data
        plain = ("name", "version", "bootstrap", "cluster_token", "image", "network")
        return ClusterRequest(
            **{name: answers.get(name) or "" for name in plain},
            size=answers["size"],
            hosts=tuple(answers["hosts"]),
            member_names=answers["member_names"],
            client_ports=answers["client_ports"],
            peer_ports=answers["peer_ports"],
            bind_address=answers["bind_address"] or LOOPBACK,
            options=options_from(answers),
            accept=tuple(answers["accept"]),
            keep_on_failure=answers["keep_on_failure"],
            extra_members=answers["extra_members"] or 0,
            discovery=discovery_from(answers),
        )

    def _offer_warnings(self) -> None:
        """Boxes for the warnings of this request, those accepted before included."""
        if not isinstance(self.refusal, SpecError):
            return
        found = queries.warnings_of(self.cluster_request())
        warnings = {problem.code: translate(problem.text) for problem in found}
        field = self.fields["accept"]
        if isinstance(field, AcceptField):
            field.offer(warnings)


def _described(host: queries.HostView) -> str:
    seen = ", ".join(host.versions) or host.reason or gettext("not looked at yet")
    return f"{host.name} ({word(host.kind)}): {seen}"


class HandsOffForm(forms.ModelForm):
    """All that may change in a definition here, and of which state that was seen."""

    refusal: ClassVar[PanelError | None] = None

    seen_generation = forms.IntegerField(label="", widget=forms.HiddenInput)

    class Meta:
        """Everything else stands there read-only."""

        model = Cluster
        fields: ClassVar[list[str]] = ["hands_off"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_generation"].initial = self.instance.generation

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        complain(self, self.refusal)
        if isinstance(self.refusal, ConflictError):
            # The difference stands above; saving once more is meant.
            now = {"seen_generation": str(self.instance.generation)}
            self.data = {**dict(self.data.items()), **now}
        return cleaned
