"""Places where members run."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    IntegerField,
    ListField,
)

from clusters.api.answers.base import Answer


class OrphanAnswer(Answer):
    """An instance that this panel made and no cluster knows."""

    name = CharField()
    cluster = CharField(help_text="Whose it was.")
    state = CharField(help_text="created, running, restarting or exited.")


class HostAnswer(Answer):
    """A place where members run."""

    name = CharField()
    kind = CharField(help_text="docker or process.")
    address = CharField()
    usable = BooleanField(allow_null=True, help_text="Null until it was looked at.")
    code = CharField()
    reason = CharField(help_text="Why it can not be used.")
    cure = CharField(help_text="What to do about it.")
    engine = CharField()
    versions = ListField(child=CharField(), help_text="Releases that are there.")
    pullable = ListField(child=CharField(), help_text="Releases it can get.")
    default_version = CharField()
    image_repository = CharField()
    disk_free = IntegerField(allow_null=True, help_text="Bytes.")
    members = IntegerField()
    orphans = OrphanAnswer(many=True)
    seen_at = DateTimeField(allow_null=True)
