"""What a request would make, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from clusters.core.drafting import default_version, draft
from clusters.core.errors import Problem, SpecError
from clusters.core.identity import known_id
from clusters.core.images import full_reference, image_version
from clusters.core.meeting_steps import place_of
from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    ObservedCluster,
    ObservedHost,
)
from clusters.core.plan import Step, render
from clusters.core.planner import plan_create
from clusters.core.ports import may_move
from clusters.core.request import ClusterRequest, HostOffer, Places
from clusters.core.rules import request_problems, version_problems
from clusters.core.spec import ClusterSpec
from clusters.core.topology import failures_survived, quorum
from clusters.core.zone import zone_lines
from clusters.core.zones import zone_of
from clusters.queries.clusters import Mark, marks_of
from clusters.queries.names import name_problems
from clusters.queries.offers import host_offers
from clusters.queries.places import places
from clusters.queries.texts import translate


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedMember:
    """One member as it will be."""

    name: str
    id: str
    host: str
    endpoint: str
    peer_url: str
    client_url: str
    client_port: int
    peer_port: int
    role: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep:
    """One line of the plan."""

    kind: str
    target: str
    host: str
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanPreview:
    """The whole plan. Sending `fingerprint` back makes sure that it is still so."""

    spec: ClusterSpec
    name: str
    version: str
    image: str
    network: str
    token: str
    cluster_id: str
    quorum: int
    failures_survived: int
    members: tuple[PlannedMember, ...]
    steps: tuple[PlannedStep, ...]
    text: str
    marks: tuple[Mark, ...]
    fingerprint: str
    ports_may_move: bool
    bootstrap: str
    meeting_place: str
    discovery_url: str
    zone_lines: tuple[str, ...]


def preview_cluster(request: ClusterRequest) -> PlanPreview:
    """The plan of a request; SpecError names everything that is wrong with it.

    It goes by what was last seen of the hosts; the worker looks again.
    """
    offers = host_offers()
    spec = _drafted(request, offers, places())
    steps = plan_create(spec, _assumed(spec, offers))
    return PlanPreview(
        spec=spec,
        name=spec.name,
        version=spec.version,
        image=_image(spec, offers) if spec.in_containers else "",
        network=spec.network_name if spec.in_containers else "",
        token=spec.token,
        cluster_id=known_id(spec.predicted_cluster_id()),
        quorum=quorum(spec.size),
        failures_survived=failures_survived(spec.size),
        members=_members(spec),
        steps=tuple(_step(step) for step in steps),
        text=render(steps),
        marks=marks_of(spec.version),
        fingerprint=spec.fingerprint(),
        ports_may_move=may_move(request),
        bootstrap=spec.bootstrap,
        meeting_place=place_of(spec),
        discovery_url=spec.ticket.url,
        zone_lines=zone_lines(zone_of(spec)) if spec.ticket.domain else (),
    )


def warnings_of(request: ClusterRequest) -> tuple[Problem, ...]:
    """Every warning of a request, whether it was accepted or not."""
    offers = host_offers()
    found = [*request_problems(request, offers, places())]
    chosen = [offers[name] for name in request.hosts if name in offers]
    if chosen and not request.version:
        version = image_version(request.image) or default_version(chosen, request)
        found += version_problems(str(version))
    return tuple(problem for problem in found if problem.can_accept)


def _drafted(
    request: ClusterRequest, offers: Mapping[str, HostOffer], places: Places
) -> ClusterSpec:
    taken = name_problems(request.name)
    try:
        spec = draft(request, offers, places)
    except SpecError as error:
        raise SpecError((*taken, *error.problems)) from error
    if taken:
        raise SpecError(taken)
    return spec


def _members(spec: ClusterSpec) -> tuple[PlannedMember, ...]:
    return tuple(
        PlannedMember(
            name=member.name,
            id=known_id(spec.predicted_member_id(member)),
            host=member.host,
            endpoint=spec.endpoint(member),
            peer_url=spec.peer_url(member),
            client_url=spec.client_url(member),
            client_port=member.client_port,
            peer_port=member.peer_port,
            role=member.role,
            address=member.address,
        )
        for member in spec.members
    )


def _step(step: Step) -> PlannedStep:
    return PlannedStep(
        kind=step.kind,
        target=step.target,
        host=step.host,
        cause=translate(step.cause),
    )


def _image(spec: ClusterSpec, offers: Mapping[str, HostOffer]) -> str:
    """The reference that is pulled; empty while the host's repository is unknown."""
    repository = offers[spec.hosts[0]].image_repository
    if not spec.image and not repository:
        return ""
    return full_reference(spec.image, repository, spec.version)


def _assumed(spec: ClusterSpec, offers: Mapping[str, HostOffer]) -> ObservedCluster:
    hosts = {}
    for name in spec.hosts:
        facts = offers[name].facts or HostFacts(usable=True)
        reference = _image(spec, offers)
        is_there = not spec.image and spec.version in facts.versions
        image = ImageSeen(id="", reference=reference, pinned="") if is_there else None
        hosts[name] = ObservedHost(name=name, facts=facts, image=image)
    return ObservedCluster(installation="", hosts=hosts)
