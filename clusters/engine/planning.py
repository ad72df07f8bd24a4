"""Compute the plan once and freeze it, before the first side effect."""

from datetime import timedelta
from typing import Any

from clusters.core.identity import known_id
from clusters.core.meeting_steps import DNS_PIN
from clusters.core.observed import ObservedCluster
from clusters.core.plan import Plan
from clusters.core.planner import plan_create, plan_removal, plan_repair
from clusters.core.spec import ClusterSpec
from clusters.engine import wiring
from clusters.engine.journal import Journal
from clusters.engine.observe import observe
from clusters.engine.ports import settle_ports
from clusters.engine.subnets import settle_subnet
from clusters.engine.tickets import settle_ticket
from clusters.models import Operation, StepRecord
from clusters.models.operation import Kind

DEADLINES: dict[Kind, timedelta] = {
    Kind.CREATE: timedelta(minutes=45),  # a pull over a slow line is the most of it
    Kind.DELETE: timedelta(minutes=30),
    Kind.REPAIR: timedelta(minutes=10),
}


def freeze_plan(journal: Journal) -> None:
    """Look, plan, and write the plan down; later slices only read it."""
    operation = journal.operation
    if operation.cluster is None:
        raise RuntimeError("an operation without a cluster has nothing to plan")
    spec = operation.cluster.to_spec()
    tools = wiring.tools_for(spec)
    seen = observe(spec, tools)
    if operation.kind == Kind.CREATE:
        if is_new(seen):
            spec = settle_ports(journal, operation.cluster, tools)
            spec = settle_subnet(operation.cluster, spec, tools)
        spec = settle_ticket(operation, spec)
    plan = plan_of(Kind(operation.kind), spec, seen)
    journal.freeze(
        frozen(spec, seen, plan),
        [
            StepRecord.of(operation, number, step, rollback=False)
            for number, step in enumerate(plan)
        ],
        DEADLINES[Kind(operation.kind)],
    )


def is_new(seen: ObservedCluster) -> bool:
    """Nothing of it is there yet, and every host answered."""
    return all(host.facts.usable and not host.instances for host in seen.hosts.values())


def plan_of(kind: Kind, spec: ClusterSpec, seen: ObservedCluster) -> Plan:
    match kind:
        case Kind.CREATE:
            return plan_create(spec, seen)
        case Kind.DELETE:
            return plan_removal(spec, seen)
        case Kind.REPAIR:
            return plan_repair(spec, seen)


def frozen(spec: ClusterSpec, seen: ObservedCluster, plan: Plan) -> dict[str, Any]:
    """The plan as it is kept: definition, pinned images, identities and steps."""
    return {
        "spec": spec.as_json(),
        "images": _pinned(seen),
        "member_ids": {
            member.name: known_id(spec.predicted_member_id(member))
            for member in spec.voters
        },
        "cluster_id": known_id(spec.predicted_cluster_id()),
        "steps": [step.as_json() for step in plan],
    }


def _pinned(seen: ObservedCluster) -> dict[str, str]:
    hosts = seen.hosts.values()
    pinned = {host.name: host.image.pinned for host in hosts if host.image}
    dns = [host.dns_image.pinned for host in hosts if host.dns_image]
    return pinned | ({DNS_PIN: dns[0]} if dns else {})


def spec_of(operation: Operation) -> ClusterSpec:
    """The definition as it was frozen."""
    if operation.plan is None:
        raise RuntimeError("the plan is not frozen yet")
    return ClusterSpec.from_json(operation.plan["spec"])
