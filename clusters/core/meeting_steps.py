"""The steps by which members meet: what a mode needs before, during and after."""

from collections.abc import Iterator

from clusters.core.addresses import origin_of
from clusters.core.observed import ObservedCluster, RunState
from clusters.core.plan import Step, StepKind, on
from clusters.core.spec import BY_REGISTRY, BootstrapMode, ClusterSpec
from clusters.core.text import Text, say

# The target of the step that pulls the image of the cluster's own name server.
DNS_IMAGE = "dns"
# Among the pinned images, which are named by their hosts; no host is named so.
DNS_PIN = ":dns"


def place_of(spec: ClusterSpec) -> str:
    """Where members meet, by the name under which people know it."""
    ticket = spec.ticket
    return ticket.store or ticket.service or ticket.domain or origin_of(ticket.url)


def checking_steps(spec: ClusterSpec) -> Iterator[Step]:
    if spec.bootstrap != BootstrapMode.STATIC:
        yield Step(
            kind=StepKind.CHECK_DISCOVERY,
            target=place_of(spec),
            cause=say("members must find one another there"),
        )


def meeting_steps(spec: ClusterSpec, observed: ObservedCluster) -> Iterator[Step]:
    """What must be there before the first member starts."""
    if spec.bootstrap in BY_REGISTRY:
        cause = say("members register under it, and no other cluster does")
        target = place_of(spec)
        yield Step(kind=StepKind.PREPARE_TICKET, target=target, cause=cause)
    if spec.ticket.attach_on:
        yield _attached(
            spec, StepKind.ATTACH_STORE, say("members dial the store by its name")
        )
    if spec.has_own_dns:
        yield from _dns_steps(spec, observed)


def registration_steps(spec: ClusterSpec) -> Iterator[Step]:
    if spec.bootstrap in BY_REGISTRY:
        cause = say("all {size} members must register", size=spec.size)
        yield Step(kind=StepKind.AWAIT_REGISTRATION, target=place_of(spec), cause=cause)


def proxy_steps(spec: ClusterSpec) -> Iterator[Step]:
    for member in spec.proxies:
        cause = say("a proxy joins when the cluster has formed")
        yield on(member, StepKind.START_PROXY, cause)
        yield on(member, StepKind.AWAIT_PROXY, say("it must reach the members"))


def parting_steps(spec: ClusterSpec) -> Iterator[Step]:
    if spec.ticket.attach_on:
        yield _attached(
            spec, StepKind.DETACH_STORE, say("members need the store only once")
        )


def meeting_removal_steps(spec: ClusterSpec, cause: Text) -> Iterator[Step]:
    if spec.ticket.attach_on:
        yield _attached(spec, StepKind.DETACH_STORE, cause)
    if spec.has_own_dns:
        yield _dns(spec, StepKind.REMOVE_DNS, cause)


def dns_repair_steps(spec: ClusterSpec, observed: ObservedCluster) -> Iterator[Step]:
    """The name server comes back too: clients of the cluster ask it."""
    host = observed.hosts.get(spec.hosts[0])
    if not spec.has_own_dns or host is None or not host.facts.usable:
        return
    if host.dns is None and host.dns_image is not None:
        yield _dns(spec, StepKind.CREATE_DNS, say("the name server is gone"))
        yield _dns(spec, StepKind.START_DNS, say("not started"))
    elif host.dns is not None and host.dns.state == RunState.EXITED:
        yield _dns(spec, StepKind.START_DNS, say("the name server stopped"))


def _attached(spec: ClusterSpec, kind: StepKind, cause: Text) -> Step:
    ticket = spec.ticket
    return Step(kind=kind, target=ticket.store, host=ticket.attach_on, cause=cause)


def _dns_steps(spec: ClusterSpec, observed: ObservedCluster) -> Iterator[Step]:
    seen = observed.hosts.get(spec.hosts[0])
    if seen is None or seen.dns_image is None:
        cause = say("{host} does not have the name server's image", host=spec.hosts[0])
        yield Step(
            kind=StepKind.PULL_IMAGE, target=DNS_IMAGE, host=spec.hosts[0], cause=cause
        )
    if seen is None or seen.dns is None:
        yield _dns(spec, StepKind.CREATE_DNS, say("members ask it for SRV records"))
    yield _dns(spec, StepKind.START_DNS, say("it must answer before members start"))
    yield _dns(spec, StepKind.AWAIT_DNS, say("every record must be as planned"))


def _dns(spec: ClusterSpec, kind: StepKind, cause: Text) -> Step:
    host = spec.hosts[0]
    return Step(kind=kind, target=spec.dns_instance, host=host, cause=cause)
