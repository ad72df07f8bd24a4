"""What is asked of files: the form to leave in, and what to make of one."""

from rest_framework import serializers

from clusters.api.fields import StrictSerializer, Text, Texts
from clusters.core.compose.tickets import TokenChoice
from clusters.queries.compose_text import LARGEST
from clusters.queries.exports import FORMATS
from clusters.queries.imports import ImportView, read_import


class ExportQuery(StrictSerializer):
    """Which form."""

    format = serializers.ChoiceField(
        choices=FORMATS,
        default="compose",
        help_text="A Compose file, command lines, systemd units, or zone lines.",
    )


class ImportBody(StrictSerializer):
    """A Compose file of etcd services, and what it does not say."""

    compose = Text(max_length=LARGEST, help_text="The text of the file (YAML).")
    name = Text(max_length=100, help_text="Of the cluster that is to be made.")
    version = Text(
        default="", allow_blank=True, help_text="Empty: that of the file's images."
    )
    hosts = Texts(default=(), help_text="Names of hosts to run it on. Needed.")
    discovery = Text(
        default=TokenChoice.KEEP.value,
        help_text="A discovery token in the file: keep it, or renew it.",
    )
    accept = Texts(
        default=(),
        help_text="Codes of the warnings that you accept, such as size_even.",
    )

    def read(self) -> ImportView:
        given = dict(self.validated_data)
        given.pop("accept")
        return read_import(given.pop("compose"), **given)
