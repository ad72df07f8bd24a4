"""Clusters and their members."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    IntegerField,
    ListField,
)

from clusters.api.answers.base import Answer
from clusters.api.answers.operations import OperationRowAnswer
from clusters.api.fields import OptionValue


class MarkAnswer(Answer):
    """Something to know of a cluster, such as a dangerous release."""

    code = CharField()
    text = CharField()
    source = CharField(  # type: ignore[assignment]
        help_text="Where it is written."
    )


class VerdictAnswer(Answer):
    """How a cluster is: what, why and what to do."""

    state = CharField(
        help_text="healthy, degraded, no_quorum, unreachable, creating, deleting or"
        " unknown."
    )
    what = CharField()
    why = CharField()
    do = CharField()


class MemberAnswer(Answer):
    """One member, as `etcdctl member list` and `endpoint status` show it."""

    name = CharField()
    id = CharField(help_text="Hexadecimal.")
    id_is_predicted = BooleanField(help_text="It was computed, not heard yet.")
    status = CharField(
        help_text="started, unstarted, unreachable, crash_loop, lost, proxy or unknown."
    )
    why = CharField()
    advice = CharField(help_text="What to do about it.")
    cause = CharField(help_text="What its log says, for programs; else empty.")
    remedy = CharField(help_text="What the panel can do about it; else empty.")
    evidence = ListField(child=CharField(), help_text="Its own lines that say so.")
    role = CharField(help_text="voter, learner or proxy.")
    is_leader = BooleanField()
    host = CharField()
    endpoint = CharField(help_text="Where clients reach it from its host.")
    peer_urls = ListField(child=CharField())
    client_urls = ListField(child=CharField())
    version = CharField(help_text="What it says it runs; empty until it was heard.")
    db_size = IntegerField(allow_null=True, help_text="Bytes.")
    db_size_in_use = IntegerField(allow_null=True, help_text="Bytes.")
    raft_index = IntegerField(allow_null=True)
    started_at = CharField()
    since = DateTimeField(allow_null=True, help_text="When this status began.")
    seen_at = DateTimeField(allow_null=True)


class MeetingAnswer(Answer):
    """How the members met; what a mode does not have is empty."""

    place = CharField()
    store = CharField()
    url = CharField(help_text="The discovery URL of v2 and of the public service.")
    token = CharField(help_text="Of v3 discovery.")
    endpoints = ListField(child=CharField())
    domain = CharField()
    service_name = CharField()
    dns = CharField(help_text="managed or external.")
    name_servers = ListField(child=CharField())
    zone_lines = ListField(child=CharField())


class ClusterRowAnswer(Answer):
    """One cluster in a list."""

    name = CharField()
    size = IntegerField()
    version = CharField()
    bootstrap = CharField()
    host_kind = CharField()
    hosts = ListField(child=CharField())
    verdict = VerdictAnswer()
    marks = MarkAnswer(many=True)
    hands_off = BooleanField(help_text="The panel only watches.")
    serving = IntegerField(allow_null=True, help_text="Members that answer reads.")
    seen_at = DateTimeField(allow_null=True)
    created_at = DateTimeField()
    operation = CharField(allow_null=True, help_text="The one that runs now.")
    operation_kind = CharField(allow_null=True)


class ClusterAnswer(ClusterRowAnswer):
    """One cluster: its definition, how it is, and how to reach it."""

    generation = IntegerField(help_text="Counts the changes of the definition.")
    created_by = CharField()
    token = CharField()
    image = CharField()
    bind_address = CharField()
    network = CharField()
    options = DictField(child=OptionValue())
    accepted = ListField(child=CharField())
    cluster_id = CharField(help_text="Hexadecimal, computed from URLs and token.")
    quorum = IntegerField()
    failures_survived = IntegerField()
    endpoints = ListField(child=CharField())
    etcdctl = CharField(help_text="A command line that works from the host.")
    serves = CharField(help_text="v2 or v3: a discovery store that the panel runs.")
    drift = ListField(
        child=CharField(), help_text="What differs from the definition, as a plan."
    )
    meeting = MeetingAnswer()
    members = MemberAnswer(many=True)
    operations = OperationRowAnswer(many=True, help_text="The newest ones.")
