"""Clusters to files, and from files."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    JSONField,
    ListField,
)

from clusters.api.answers.base import Answer, FoundAnswer
from clusters.api.answers.plans import PlanAnswer


class FilesAnswer(Answer):
    """A cluster in a form that runs without the panel."""

    format = CharField()
    files = DictField(child=CharField(), help_text="Their texts, by name.")


class ImportLineAnswer(Answer):
    """One sentence about a place in the file."""

    place = CharField(help_text="Such as `etcd1, etcd2: ports`; else empty.")
    text = CharField()


class ImportAnswer(Answer):
    """What was understood of a file."""

    understood = ImportLineAnswer(many=True)
    changed = ImportLineAnswer(many=True, help_text="What will differ from the file.")
    not_understood = ImportLineAnswer(many=True, help_text="What is left out.")
    discovery_url = CharField(help_text="The one in the file.")
    discovery = CharField(help_text="keep or renew, as asked.")
    needs_renewal = BooleanField(help_text="The token in the file can not be kept.")
    volumes = ListField(child=CharField(), help_text="Those that will be made.")


class CheckedImportAnswer(ImportAnswer):
    """The same with the plan. Nothing of it was written."""

    problems = DictField(
        child=FoundAnswer(many=True),
        help_text="What stands in the way, by field. Empty: it can be created.",
    )
    request = DictField(
        child=JSONField(),
        allow_null=True,
        help_text="The body of a create that makes the same.",
    )
    plan = PlanAnswer(allow_null=True)
    check = CharField(
        allow_null=True,
        help_text="Address of a look at the hosts; ask until its state is `done`.",
    )
