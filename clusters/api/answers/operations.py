"""Operations, their steps and their log."""

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


class OperationRowAnswer(Answer):
    """One operation in a list."""

    id = CharField()
    kind = CharField(help_text="create, delete or repair.")
    cluster = CharField()
    state = CharField(
        help_text="queued, running, succeeded, failed, rejected, cancelled,"
        " needs_operator or errored."
    )
    code = CharField(help_text="Why it ended so, for programs.")
    explanation = CharField(help_text="Why it ended so, for people.")
    actor = CharField()
    via = CharField(help_text="form, admin, rest, command or panel.")
    created_at = DateTimeField()
    started_at = DateTimeField(allow_null=True)
    finished_at = DateTimeField(allow_null=True)
    is_over = BooleanField()


class StepAnswer(Answer):
    """One step of an operation's plan."""

    seq = IntegerField()
    kind = CharField()
    target = CharField()
    host = CharField()
    cause = CharField(help_text="Why it is in the plan.")
    state = CharField(help_text="queued, running, succeeded, failed or cancelled.")
    message = CharField()
    rollback = BooleanField(help_text="It takes back what an earlier step made.")
    progress = DictField(
        child=JSONField(),
        help_text="`current` and `total`, where a step counts something.",
    )
    started_at = DateTimeField(allow_null=True)
    finished_at = DateTimeField(allow_null=True)


class OperationAnswer(OperationRowAnswer):
    """One operation with its steps."""

    advice = CharField(help_text="What to do next.")
    evidence = ListField(child=CharField(), help_text="What members said themselves.")
    remedy = CharField(help_text="What the panel can do about it; else empty.")
    steps = StepAnswer(many=True)
    steps_done = IntegerField()
    steps_total = IntegerField()
    deadline = DateTimeField(allow_null=True)
    is_cancelling = BooleanField()
    can_cancel = BooleanField()
    can_retry = BooleanField()
    last_event = IntegerField(help_text="The number of the newest line of its log.")
    cluster_exists = BooleanField()


class LineAnswer(Answer):
    """One line of an operation's log."""

    number = IntegerField(help_text="1, 2, 3, … without gaps.")
    at = DateTimeField()
    level = CharField(help_text="info, warn or error.")
    code = CharField()
    message = CharField()
    step = IntegerField(allow_null=True, help_text="The number of its step.")
    data = DictField(child=JSONField())  # type: ignore[assignment]


class AcceptedAnswer(Answer):
    """A change was written and will be carried out."""

    operation = CharField(help_text="Its ID; `Location` is its address.")
    cluster = CharField()
