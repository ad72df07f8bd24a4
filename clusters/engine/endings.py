"""How operations end: success, failure, cancellation, and the way back."""

from collections.abc import Mapping

from clusters.core.observed import MemberReport, ObservedCluster
from clusters.core.order import linked
from clusters.core.outcome import Failed
from clusters.core.plan import Plan, Step, StepKind
from clusters.core.planner import plan_rollback
from clusters.core.text import Text, say
from clusters.engine import narration, watch, watch_stores, wiring
from clusters.engine.journal import Journal, failure
from clusters.engine.observe import observe
from clusters.engine.planning import spec_of
from clusters.models import Operation, StepRecord
from clusters.models.operation import Kind, State


def succeed(journal: Journal, heard: Mapping[str, MemberReport]) -> None:
    """Everything in the plan holds; what was seen is kept before it is said.

    What all members said a moment ago they are not asked again.
    """
    operation = journal.operation
    if operation.cluster is not None:
        watch.observe_cluster(operation.cluster, heard)
        if operation.cluster.serves:
            watch_stores.look_at(operation.cluster.store.pk)
    why = say("Done.") if operation.kind == Kind.DELETE else say("All members serve.")
    line = narration.ended(operation, State.SUCCEEDED, why)
    journal.end(State.SUCCEEDED, line, explanation=why.as_json())


def fail(journal: Journal, problem: Failed) -> bool:
    """End after a failed step, or turn back. True: there are steps to take back."""
    operation = journal.operation
    if operation.ending:
        _stuck(journal, problem)
        return False
    if operation.kind != Kind.CREATE or operation.keep:
        state = State.FAILED if operation.touched else State.REJECTED
        _end(journal, state, problem)
        return False
    ending = State.FAILED if operation.touched else State.REJECTED
    _turn_back(journal, ending, problem)
    return True


def cancel(journal: Journal) -> bool:
    """End as asked, or turn back. True: there are steps to take back."""
    operation = journal.operation
    operation.refresh_from_db(fields=["cancel_actor"])
    problem = Failed(
        code="cancelled",
        why=say("{who} cancelled it.", who=operation.cancel_actor),
        advice=say("Nothing of it is left. Retry starts anew."),
    )
    if operation.kind != Kind.CREATE:
        _end(journal, State.CANCELLED, problem)
        return False
    _turn_back(journal, State.CANCELLED, problem)
    return True


def finish_roll_back(journal: Journal) -> None:
    """Everything was taken back: the end that the roll-back was for."""
    operation = journal.operation
    operation.refresh_from_db(fields=["explanation"])
    state = State(operation.ending)
    why = Text.from_json(operation.explanation)
    journal.end(state, narration.ended(operation, state, why))


def poisoned(journal: Journal) -> None:
    """It ended its worker again and again: a person must look."""
    problem = Failed(
        code="poison",
        why=say(
            "Its worker died {count} times at the same step.",
            count=journal.operation.crashes,
        ),
        advice=say("Look at the worker's log, then retry or delete the cluster."),
    )
    _end(journal, State.NEEDS_OPERATOR, problem)


def errored(journal: Journal) -> None:
    """A bug of the panel, never blamed on the user."""
    problem = Failed(
        code="internal_error",
        why=say("The panel made a mistake; the worker's log has the details."),
        advice=say("Retry the operation; report it if it happens again."),
    )
    _end(journal, State.ERRORED, problem)


def can_cancel(operation: Operation) -> bool:
    """A delete that removed something goes on to its end."""
    return operation.kind != Kind.DELETE or not operation.touched


def _stuck(journal: Journal, problem: Failed) -> None:
    still = Failed(
        code="roll_back_failed",
        why=say("Taking it back did not succeed: {why}", why=problem.why),
        advice=say("Mend the cause, then delete the cluster to remove the rest."),
        evidence=problem.evidence,
        remedy=problem.remedy,
    )
    _end(journal, State.NEEDS_OPERATOR, still)


def _end(journal: Journal, state: State, problem: Failed) -> None:
    line = narration.ended(journal.operation, state, problem.why)
    journal.end(state, line, **failure(problem))


def _turn_back(journal: Journal, ending: State, problem: Failed) -> None:
    operation = journal.operation
    first = StepRecord.objects.filter(operation=operation).count()
    records = [
        StepRecord.of(operation, number, step, rollback=True)
        for number, step in enumerate(_way_back(operation), first)
    ]
    journal.turn_back(
        ending,
        failure(problem),
        records,
        narration.turned_back(ending, problem.why),
    )


def _way_back(operation: Operation) -> Plan:
    if operation.plan is None or not operation.touched:
        cause = say("nothing was made; only the definition goes")
        forget = Step(
            kind=StepKind.FORGET_CLUSTER, target=operation.cluster_name, cause=cause
        )
        return linked([forget])
    spec = spec_of(operation)
    seen: ObservedCluster = observe(spec, wiring.tools_for(spec))
    return plan_rollback(spec, seen)
