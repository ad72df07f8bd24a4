"""The form of an import: a Compose file, and what of it is said otherwise."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.core.compose.tickets import TokenChoice
from clusters.core.errors import Problem
from clusters.queries.compose_text import LARGEST
from clusters.queries.imports import ImportView, read_import
from clusters.queries.texts import translate
from clusters.web.fields import Several

KEEP = TokenChoice.KEEP.value


class ImportForm(forms.Form):
    """What a cluster is made of: the file, and four answers."""

    compose = forms.CharField(
        label=_("Compose file"),
        max_length=LARGEST + 1,
        required=False,
        help_text=_("Its etcd services become one cluster; nothing else is started."),
    )
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    version = forms.CharField(
        label=_("Version"),
        max_length=40,
        required=False,
        help_text=_("Empty: that of the images in the file."),
    )
    host = forms.CharField(label=_("Where it runs"), max_length=60, required=False)
    discovery = forms.CharField(
        label=_("A discovery token in the file"), max_length=20, required=False
    )
    accept = Several(required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"notes-{name} help-{name}"

    @property
    def has_file(self) -> bool:
        return bool(self.data.get("compose", "").strip())

    @property
    def accepted(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data.get("accept") or ())

    def read(self) -> ImportView:
        asked = defaultdict(str, self.cleaned_data)
        return read_import(
            self.data.get("compose", ""),
            name=asked["name"],
            version=asked["version"],
            hosts=(asked["host"],) if asked["host"] else (),
            discovery=asked["discovery"] or KEEP,
        )

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Show each problem beside its field; all that is in the file stands there."""
        for problem in problems:
            said = translate(problem.text)
            field = self.field_of(problem)
            if said not in self.errors.get(field, ()):
                self.add_error(field, said)

    def field_of(self, problem: Problem) -> str:
        name = {"hosts": "host"}.get(problem.field, problem.field)
        return name if name in self.fields else "compose"

    @property
    def noted(self) -> list[forms.BoundField]:
        """Fields whose notes stand alone, not within a part that is drawn anew."""
        return [field for field in self if field.name not in {"accept", "host"}]
