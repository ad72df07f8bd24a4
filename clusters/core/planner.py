"""Compare desired with observed, and return a plan."""

from collections.abc import Iterator

from clusters.core.meeting_steps import (
    checking_steps,
    dns_repair_steps,
    meeting_removal_steps,
    meeting_steps,
    parting_steps,
    proxy_steps,
    registration_steps,
)
from clusters.core.observed import ObservedCluster, ObservedHost, RunState
from clusters.core.order import led, linked
from clusters.core.plan import Plan, Step, StepKind, on
from clusters.core.spec import BY_REGISTRY, ClusterSpec, MemberSpec, Role
from clusters.core.text import Text, say


def plan_create(spec: ClusterSpec, observed: ObservedCluster) -> Plan:
    """Everything that is missing, in an order that lets members form at once."""
    plan = linked(_creation(spec, observed))
    # Members that register do not ask one another whether there is a cluster already.
    return plan if spec.bootstrap in BY_REGISTRY else led(plan, spec.asked_first.name)


def plan_removal(spec: ClusterSpec, observed: ObservedCluster) -> Plan:
    """Everything the cluster has, and then its definition.

    The steps go by the definition, not by what was seen: an engine that did not
    answer while the plan was made is cleared when it comes back.
    """
    return linked(_removal(spec, observed, say("the cluster is being deleted")))


def plan_rollback(spec: ClusterSpec, observed: ObservedCluster) -> Plan:
    """Take back a create that did not succeed: the same as a removal."""
    return linked(_removal(spec, observed, say("the create is being taken back")))


def plan_repair(spec: ClusterSpec, observed: ObservedCluster) -> Plan:
    """Bring back members that stopped and whose data is intact, and no others."""
    return linked(_repairs(spec, observed))


def missing_members(
    spec: ClusterSpec, observed: ObservedCluster
) -> tuple[MemberSpec, ...]:
    """Members that do not run though their data is there."""
    return tuple(
        member
        for member in spec.members
        if (host := observed.hosts.get(member.host)) is not None
        and host.facts.usable
        and not _runs(spec, member, host)
        and _has_data(spec, member, host, observed.installation)
    )


def _creation(spec: ClusterSpec, observed: ObservedCluster) -> Iterator[Step]:
    for host in spec.hosts:
        yield from _host_steps(spec, host, observed.hosts.get(host))
    yield from checking_steps(spec)
    yield from meeting_steps(spec, observed)
    for member in spec.members:
        yield from _member_steps(spec, member, observed.hosts.get(member.host))
    yield from registration_steps(spec)
    yield Step(
        kind=StepKind.AWAIT_HEALTH,
        target=spec.name,
        cause=say(
            "every one of {size} members must answer a linearizable read",
            size=spec.size,
        ),
    )
    yield from proxy_steps(spec)
    if spec.in_containers:
        yield from _policy_steps(spec)
    yield from parting_steps(spec)


def _host_steps(
    spec: ClusterSpec, host: str, seen: ObservedHost | None
) -> Iterator[Step]:
    cause = say("nothing may be in the way before the first change")
    yield Step(kind=StepKind.CHECK_HOST, target=host, host=host, cause=cause)
    if not spec.in_containers:
        return
    if seen is None or seen.image is None:
        cause = say("{host} does not have the image", host=host)
        yield Step(
            kind=StepKind.PULL_IMAGE, target=spec.version, host=host, cause=cause
        )
    if spec.owns_network and (seen is None or seen.network is None):
        cause = say("members reach one another by name")
        yield Step(
            kind=StepKind.CREATE_NETWORK,
            target=spec.network_name,
            host=host,
            cause=cause,
        )
    if seen is not None and seen.panel_inside:
        cause = say("the panel runs inside this engine and dials members by name")
        yield Step(
            kind=StepKind.JOIN_NETWORK, target=spec.network_name, host=host, cause=cause
        )


def _member_steps(
    spec: ClusterSpec, member: MemberSpec, seen: ObservedHost | None
) -> Iterator[Step]:
    instance = seen.instances.get(spec.instance(member)) if seen else None
    if instance is None:
        if seen is None or spec.volume(member) not in seen.volumes:
            yield on(member, StepKind.CREATE_VOLUME, say("its data needs a place"))
        yield on(member, StepKind.CREATE_MEMBER, say("not there"))
    elif spec.bootstrap in BY_REGISTRY and instance.state == RunState.CREATED:
        # An earlier attempt made it, with a token that is spent.
        yield on(member, StepKind.CREATE_MEMBER, say("it must have the new token"))
    if member.role == Role.PROXY:
        return  # started when the cluster has formed
    if instance is None or instance.state != RunState.RUNNING:
        cause = say("not running") if instance else say("not started")
        yield on(member, StepKind.START_MEMBER, cause)


def _policy_steps(spec: ClusterSpec) -> Iterator[Step]:
    cause = say("it may restart by itself once the cluster has formed")
    for member in spec.members:
        yield on(member, StepKind.SET_RESTART_POLICY, cause)


def _removal(
    spec: ClusterSpec, observed: ObservedCluster, cause: Text
) -> Iterator[Step]:
    for host in spec.hosts:
        for member in spec.on(host):
            yield on(member, StepKind.REMOVE_MEMBER, cause)
            yield on(member, StepKind.REMOVE_VOLUME, cause)
        if spec.in_containers and spec.owns_network:
            yield from _network_removal(spec, host, observed.hosts.get(host), cause)
    yield from meeting_removal_steps(spec, cause)
    yield Step(kind=StepKind.FORGET_CLUSTER, target=spec.name, cause=cause)


def _network_removal(
    spec: ClusterSpec, host: str, seen: ObservedHost | None, cause: Text
) -> Iterator[Step]:
    """The cluster's own network; an existing one may serve the panel and others."""
    if seen is not None and seen.panel_inside:
        yield Step(
            kind=StepKind.LEAVE_NETWORK,
            target=spec.network_name,
            host=host,
            cause=say("a network can not be removed while the panel is in it"),
        )
    yield Step(
        kind=StepKind.REMOVE_NETWORK, target=spec.network_name, host=host, cause=cause
    )


def _repairs(spec: ClusterSpec, observed: ObservedCluster) -> Iterator[Step]:
    yield from dns_repair_steps(spec, observed)
    for member in missing_members(spec, observed):
        host = observed.hosts[member.host]
        if spec.instance(member) not in host.instances:
            cause = say("not there, but its data is intact")
            yield on(member, StepKind.CREATE_MEMBER, cause)
        cause = say("not running, but its data is intact")
        start, wait = _starting(member)
        yield on(member, start, cause)
        yield on(member, wait, say("it must serve again"))
        if spec.in_containers:
            cause = say("it may restart by itself once it serves")
            yield on(member, StepKind.SET_RESTART_POLICY, cause)


def _starting(member: MemberSpec) -> tuple[StepKind, StepKind]:
    """How it starts, and how one waits for it."""
    if member.role == Role.PROXY:
        return StepKind.START_PROXY, StepKind.AWAIT_PROXY
    return StepKind.START_MEMBER, StepKind.AWAIT_MEMBER


def _runs(spec: ClusterSpec, member: MemberSpec, host: ObservedHost) -> bool:
    instance = host.instances.get(spec.instance(member))
    return instance is not None and instance.state in {
        RunState.RUNNING,
        RunState.RESTARTING,
    }


def _has_data(
    spec: ClusterSpec, member: MemberSpec, host: ObservedHost, installation: str
) -> bool:
    volume = host.volumes.get(spec.volume(member))
    return volume is not None and volume.belongs_to(installation, spec.name)
