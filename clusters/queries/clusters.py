"""Clusters in a list and one on its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from clusters.core.errors import NotFoundError
from clusters.core.health import ClusterState
from clusters.core.identity import known_id
from clusters.core.meeting_steps import place_of
from clusters.core.releases import Version, advisories
from clusters.core.spec import ClusterSpec
from clusters.core.text import say
from clusters.core.topology import failures_survived, quorum
from clusters.core.zone import zone_lines
from clusters.core.zones import zone_of
from clusters.models import Cluster, Operation
from clusters.models.operation import ACTIVE, Kind
from clusters.queries.members import MemberRow, member_rows
from clusters.queries.operations import OperationRow, operation_list
from clusters.queries.texts import stored, translate

PAGE_SIZE = 50
_BUSY = {
    Kind.CREATE.value: (ClusterState.CREATING, say("It is being created.")),
    Kind.DELETE.value: (ClusterState.DELETING, say("It is being deleted.")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictView:
    """What, why, what to do."""

    state: str
    what: str
    why: str
    do: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Something a person must know of this cluster, on every page of it."""

    code: str
    text: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingView:
    """How the members of a cluster met; what a mode does not have is empty.

    `url` is the discovery URL (v2, public), `token` that of v3; `zone_lines` are the
    records of SRV.
    """

    place: str
    store: str
    url: str
    token: str
    endpoints: tuple[str, ...]
    domain: str
    service_name: str
    dns: str
    name_servers: tuple[str, ...]
    zone_lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterRow:
    """One line of the list."""

    name: str
    size: int
    version: str
    bootstrap: str
    host_kind: str
    hosts: tuple[str, ...]
    verdict: VerdictView
    marks: tuple[Mark, ...]
    hands_off: bool
    serving: int | None
    seen_at: datetime | None
    created_at: datetime
    operation: str | None
    operation_kind: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterPage(ClusterRow):
    """All there is to know of one cluster."""

    generation: int
    created_by: str
    token: str
    image: str
    bind_address: str
    network: str
    options: Mapping[str, Any]
    accepted: tuple[str, ...]
    cluster_id: str
    quorum: int
    failures_survived: int
    endpoints: tuple[str, ...]
    etcdctl: str
    serves: str
    drift: tuple[str, ...]
    meeting: MeetingView
    members: tuple[MemberRow, ...]
    operations: tuple[OperationRow, ...]


def cluster_list(
    *, after: str = "", search: str = "", state: str = "", limit: int = PAGE_SIZE
) -> tuple[tuple[ClusterRow, ...], str | None]:
    """One page of clusters by name, and the name after which the next begins."""
    rows = _with_observation().filter(serves="", name__gt=after).order_by("name")
    if search:
        rows = rows.filter(name__contains=search.lower())
    if state:
        rows = _in_state(rows, state)
    found = list(rows[: limit + 1])
    page = found[:limit]
    busy = _active({cluster.name for cluster in page})
    shown = tuple(ClusterRow(**_row(c, busy.get(c.name))) for c in page)
    return shown, (page[-1].name if len(found) > limit else None)


def _in_state(rows: QuerySet[Cluster], state: str) -> QuerySet[Cluster]:
    """Clusters whose verdict is this state, as `_verdict` would give it."""
    building = Operation.objects.filter(state__in=ACTIVE, kind__in=_BUSY)
    for kind, (busy, _) in _BUSY.items():
        if state == busy:
            busy_names = building.filter(kind=kind).values("cluster_name")
            return rows.filter(name__in=busy_names)
    rows = rows.exclude(name__in=building.values("cluster_name"))
    unseen = Q(observation=None) if state == ClusterState.UNKNOWN else Q(pk=None)
    return rows.filter(unseen | Q(observation__status=state))


def cluster_row(name: str) -> ClusterRow:
    cluster = _find(name)
    return ClusterRow(**_row(cluster, _active({name}).get(name)))


def cluster_page(name: str) -> ClusterPage:
    cluster = _find(name)
    spec = cluster.to_spec()
    endpoints = tuple(spec.endpoint(member) for member in spec.voters)
    return ClusterPage(
        **_row(cluster, _active({name}).get(name)),
        generation=cluster.generation,
        created_by=cluster.created_by.get_username() if cluster.created_by else "",
        token=cluster.token,
        image=cluster.image,
        bind_address=cluster.bind_address,
        network=spec.network_name if spec.in_containers else "",
        options=cluster.options,
        accepted=tuple(cluster.accepted),
        cluster_id=known_id(spec.predicted_cluster_id()),
        quorum=quorum(cluster.size),
        failures_survived=failures_survived(cluster.size),
        endpoints=endpoints,
        etcdctl=f"etcdctl --endpoints={','.join(endpoints)} member list -w table",
        serves=spec.serves,
        drift=tuple(stored(line) for line in _facts_of(cluster).get("drift", ())),
        meeting=meeting_of(spec),
        members=member_rows(cluster, spec),
        operations=operation_list(cluster_name=name, limit=20)[0],
    )


def meeting_of(spec: ClusterSpec) -> MeetingView:
    ticket = spec.ticket
    return MeetingView(
        place=place_of(spec),
        store=ticket.store,
        url=ticket.url,
        token=ticket.token,
        endpoints=ticket.endpoints,
        domain=ticket.domain,
        service_name=ticket.service_name,
        dns=ticket.dns,
        name_servers=ticket.name_servers,
        zone_lines=zone_lines(zone_of(spec)) if ticket.domain else (),
    )


def _with_observation() -> QuerySet[Cluster]:
    rows = Cluster.objects.select_related("observation", "created_by")
    return rows.prefetch_related("members__host")


def _find(name: str) -> Cluster:
    cluster = _with_observation().filter(name=name).first()
    if cluster is None:
        raise NotFoundError(
            say("There is no cluster {name}.", name=name[:60]), code="no_such_cluster"
        )
    return cluster


def _active(names: set[str]) -> dict[str, Operation]:
    rows = Operation.objects.filter(cluster_name__in=names, state__in=ACTIVE)
    return {row.cluster_name: row for row in rows}


def _facts_of(cluster: Cluster) -> Mapping[str, Any]:
    seen = getattr(cluster, "observation", None)
    return seen.facts if seen else {}


def _row(cluster: Cluster, running: Operation | None) -> dict[str, Any]:
    seen = getattr(cluster, "observation", None)
    facts = _facts_of(cluster)
    return {
        "name": cluster.name,
        "size": cluster.size,
        "version": cluster.version,
        "bootstrap": cluster.bootstrap,
        "host_kind": cluster.host_kind,
        "hosts": _hosts(cluster),
        "verdict": _verdict(seen.status if seen else "", facts, running),
        "marks": marks_of(cluster.version),
        "hands_off": cluster.hands_off,
        "serving": facts.get("serving"),
        "seen_at": seen.seen_at if seen else None,
        "created_at": cluster.created_at,
        "operation": str(running.pk) if running else None,
        "operation_kind": running.kind if running else None,
    }


def _hosts(cluster: Cluster) -> tuple[str, ...]:
    return tuple(dict.fromkeys(member.host.name for member in cluster.members.all()))


def _verdict(
    status: str, facts: Mapping[str, Any], running: Operation | None
) -> VerdictView:
    if running is not None and running.kind in _BUSY:
        state, what = _BUSY[running.kind]
        return VerdictView(state=state.value, what=translate(what), why="", do="")
    return VerdictView(
        state=status or ClusterState.UNKNOWN.value,
        what=stored(facts.get("what")) or translate(say("Not looked at yet.")),
        why=stored(facts.get("why")),
        do=stored(facts.get("do")),
    )


def marks_of(written: str) -> tuple[Mark, ...]:
    version = Version.parse(written)
    if version is None:
        return ()
    return tuple(
        Mark(code=a.code, text=translate(a.text), source=a.source)
        for a in advisories(version)
    )
