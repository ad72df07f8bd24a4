"""The words an operation's log is written in."""

from collections.abc import Sequence

from clusters.core.outcome import Done, Failed, NotYet
from clusters.core.text import Text, say
from clusters.models import Operation, StepRecord
from clusters.models.event import Level, Line
from clusters.models.operation import State


def begun(records: Sequence[StepRecord]) -> list[Line]:
    """One line for each step that starts for the first time."""
    return [
        Line(
            code="step_started",
            step=record.seq,
            text=say("{step}: {cause}", step=_name(record), cause=_cause(record)),
        )
        for record in records
        if record.attempts == 0
    ]


def done(record: StepRecord, outcome: Done) -> Line:
    text = say("{step}: done", step=_name(record))
    if outcome.message:
        text = say("{step}: {message}", step=_name(record), message=outcome.message)
    return Line(code="step_done", step=record.seq, text=text)


def waiting(record: StepRecord, outcome: NotYet) -> Line:
    text = say("{step}: {message}", step=_name(record), message=outcome.why)
    return Line(code="step_waits", step=record.seq, text=text)


def failed(record: StepRecord, outcome: Failed) -> Line:
    return Line(
        code=outcome.code,
        level=Level.ERROR,
        step=record.seq,
        text=say("{step}: {message}", step=_name(record), message=outcome.why),
        data={"evidence": [str(line) for line in outcome.evidence]},
    )


def turned_back(ending: State, why: Text) -> Line:
    text = say("Taking back what was made: {why}", why=why)
    return Line(code="roll_back", level=Level.WARN, text=text, data={"ending": ending})


def too_late() -> Line:
    text = say("It can not be cancelled any more: something was removed already.")
    return Line(code="too_late_to_cancel", level=Level.WARN, text=text)


def ended(operation: Operation, state: State, why: Text) -> Line:
    good = state == State.SUCCEEDED
    what = say(
        "{kind} of {cluster}", kind=operation.kind, cluster=operation.cluster_name
    )
    text = say("{what}: {state}.", what=what, state=state.value)
    if why:
        text = say("{what}: {state}. {why}", what=what, state=state.value, why=why)
    level = Level.INFO if good else Level.ERROR
    return Line(code=f"operation_{state.value}", level=level, text=text)


def _name(record: StepRecord) -> str:
    return f"{record.kind} {record.target}"


def _cause(record: StepRecord) -> Text:
    return Text.from_json(record.cause)
