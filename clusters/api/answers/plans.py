"""What would be made, and whether it can be."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    IntegerField,
    JSONField,
    ListField,
)

from clusters.api.answers.base import Answer
from clusters.api.answers.clusters import MarkAnswer


class PlannedMemberAnswer(Answer):
    """One member as it will be."""

    name = CharField()
    id = CharField(
        help_text="Hexadecimal, computed before anything starts. Empty while it depends"
        " on a token that is not made yet."
    )
    host = CharField()
    endpoint = CharField()
    peer_url = CharField()
    client_url = CharField()
    client_port = IntegerField()
    peer_port = IntegerField()
    role = CharField(help_text="voter or proxy.")
    address = CharField(help_text="Its fixed one, which the zone names; else empty.")


class PlannedStepAnswer(Answer):
    """One line of the plan."""

    kind = CharField()
    target = CharField()
    host = CharField()
    cause = CharField()


class PlanAnswer(Answer):
    """What a create would make. Nothing of it was written."""

    name = CharField()
    version = CharField()
    image = CharField()
    network = CharField()
    token = CharField()
    cluster_id = CharField(
        help_text="Hexadecimal, computed before anything starts. Empty while it depends"
        " on a token that is not made yet."
    )
    quorum = IntegerField()
    failures_survived = IntegerField()
    members = PlannedMemberAnswer(many=True)
    steps = PlannedStepAnswer(many=True)
    text = CharField(help_text="The steps, one a line.")
    warnings = MarkAnswer(many=True, source="marks")
    fingerprint = CharField(help_text="Changes when anything of the plan does.")
    ports_may_move = BooleanField(
        help_text="Nobody named them: should they be in use, free ones are taken."
    )
    bootstrap = CharField()
    meeting_place = CharField(
        help_text="The store, service or domain where members find one another."
    )
    discovery_url = CharField(help_text="Empty while its token is not made yet.")
    zone_lines = ListField(
        child=CharField(), help_text="What the zone of dns_srv must hold."
    )


class CheckedPlanAnswer(PlanAnswer):
    """The plan, and where a look at the hosts is being written down."""

    check = CharField(help_text="Its address; ask until its state is `done`.")


class CheckLineAnswer(Answer):
    """One finding of a check."""

    code = CharField()
    level = CharField(help_text="pass, note, warn or block.")
    host = CharField()
    text = CharField()
    advice = CharField(help_text="What to do about it.")
    data = DictField(child=JSONField())  # type: ignore[assignment]


class CheckAnswer(Answer):
    """A look outside before anything is decided, line by line; it expires."""

    id = CharField()
    state = CharField(help_text="queued, running or done.")
    lines = CheckLineAnswer(many=True)
    blocked = BooleanField(help_text="A line forbids the create.")
    created_at = DateTimeField()
    expires_at = DateTimeField()
