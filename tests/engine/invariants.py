"""What must hold whatever happened: checked by the tests that break things."""

from collections import Counter

from django.db import transaction

from clusters.core.names import LABEL
from clusters.models import Cluster, Event, Member, Operation, PortLease, StepRecord
from clusters.models.operation import ACTIVE

TERMINAL = "operation_"


def check_now(world):
    """What holds at every moment, between two slices of work."""
    at_most_one_instance_of_a_member(world)
    everything_labelled_is_known(world)
    ports_are_lent_once()
    logs_have_no_gaps()
    nothing_was_done_twice_in_one_claim(world)
    the_panel_made_no_mistake()


def check_quiet(world):
    """The same, and what holds once nothing is under way any more."""
    check_now(world)
    everything_has_ended_in_time()


def at_most_one_instance_of_a_member(world):
    hashes = Counter(
        (labels.get(f"{LABEL}.cluster"), labels.get(f"{LABEL}.member"))
        for labels in world.labels()["instances"].values()
        if f"{LABEL}.member" in labels
    )
    assert max(hashes.values(), default=1) == 1, hashes


def everything_labelled_is_known(world):
    """It belongs to a definition, or to an operation that has not ended."""
    known = {
        *Cluster.objects.values_list("name", flat=True),
        *Operation.objects.filter(state__in=ACTIVE).values_list(
            "cluster_name", flat=True
        ),
    }
    orphans = [
        (kind, name)
        for kind, things in world.labels().items()
        for name, labels in things.items()
        if labels.get(f"{LABEL}.cluster", "") not in known
    ]
    assert not orphans, orphans


def ports_are_lent_once():
    """To the member that is to listen there, and to nobody when it has gone."""
    lent = list(PortLease.objects.values_list("host", "port", "member"))
    wanted = [
        (host, port, pk)
        for pk, host, *ports in Member.objects.values_list(
            "pk", "host", "client_port", "peer_port"
        )
        for port in ports
    ]
    assert sorted(lent) == sorted(wanted)
    assert len({(host, port) for host, port, _ in lent}) == len(lent)


@transaction.atomic
def logs_have_no_gaps():
    """Numbers count up from one, and the end is said once, at the end."""
    lines: dict[object, list[tuple[int, str]]] = {}
    rows = Event.objects.order_by("operation", "number")
    for pk, number, code in rows.values_list("operation", "number", "code"):
        lines.setdefault(pk, []).append((number, code))
    for operation in Operation.objects.all():
        told = lines.get(operation.pk, [])
        assert [number for number, _ in told] == list(range(1, len(told) + 1))
        assert operation.last_event == len(told), (
            operation,
            operation.last_event,
            told,
        )
        ends = [code for _, code in told if code.startswith(TERMINAL)]
        expected = [f"{TERMINAL}{operation.state}"] if operation.is_over else []
        assert ends == expected, (operation, told)
        assert not ends or told[-1][1] == ends[0], (operation, told)


def nothing_was_done_twice_in_one_claim(world):
    """Of what carries labels: they name the operation and its fence."""
    done = Counter(
        (call["verb"], call["target"], call["operation"], call["fence"])
        for call in world.calls()
        if call["outcome"] == "done" and call["operation"]
    )
    assert max(done.values(), default=1) == 1, done.most_common(1)


def the_panel_made_no_mistake():
    errored = Operation.objects.filter(state="errored")
    assert not errored.exists(), [
        (str(operation), operation.evidence) for operation in errored
    ]


def everything_has_ended_in_time():
    for operation in Operation.objects.all():
        assert operation.is_over, operation
        in_time = (
            operation.deadline is None or operation.finished_at <= operation.deadline
        )
        assert in_time, operation
        assert not operation.owner, operation


def data_went_only_as_asked(before, world, by_hand):
    """Whoever lost a volume was deleted or taken back; the volumes that are there."""
    now = set(world.labels()["volumes"])
    for volume in before - now - by_hand:
        removals = StepRecord.objects.filter(
            kind="remove_volume", started_at__isnull=False
        ).select_related("operation")
        asked = [
            step
            for step in removals
            if (step.operation.kind == "delete" or step.rollback)
            and volume.startswith(step.operation.cluster_name)
        ]
        assert asked, volume
    return now
