"""The membership table: what was asked beside what was last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clusters.core.health import MemberStatus
from clusters.core.identity import known_id
from clusters.core.spec import ClusterSpec
from clusters.core.text import Text
from clusters.models import Cluster, Member, Observation
from clusters.queries.texts import evidence, translate


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRow:
    """One member. Sizes are in bytes; `id` is hexadecimal, as etcdctl prints it.

    Until the member was heard, `id` is the predicted one and `id_is_predicted`. Of one
    that is down, `why`, `advice` and `evidence` say what its log says; `cause` and
    `remedy` are codes (core.causes, core.cause.Remedy).
    """

    name: str
    id: str
    id_is_predicted: bool
    status: str
    why: str
    advice: str
    cause: str
    remedy: str
    evidence: tuple[str, ...]
    role: str
    is_leader: bool
    host: str
    endpoint: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    version: str
    db_size: int | None
    db_size_in_use: int | None
    raft_index: int | None
    started_at: str
    since: datetime | None
    seen_at: datetime | None


def member_rows(cluster: Cluster, spec: ClusterSpec) -> tuple[MemberRow, ...]:
    rows = cluster.members.select_related("observation", "host").order_by("ordinal")
    return tuple(_row(member, spec) for member in rows)


def _row(member: Member, spec: ClusterSpec) -> MemberRow:
    seen: Observation | None = getattr(member, "observation", None)
    facts: dict[str, Any] = seen.facts if seen else {}
    planned = spec.member(member.name)
    real = facts.get("id", "")
    return MemberRow(
        name=member.name,
        id=real or known_id(spec.predicted_member_id(planned)),
        id_is_predicted=not real,
        status=seen.status if seen else MemberStatus.UNKNOWN.value,
        why=translate(Text.from_json(facts.get("why"))),
        advice=translate(Text.from_json(facts.get("advice"))),
        cause=facts.get("cause", ""),
        remedy=facts.get("remedy", ""),
        evidence=evidence(facts.get("evidence", [])),
        role=facts.get("role", member.role),
        is_leader=facts.get("is_leader", False),
        host=member.host.name,
        endpoint=spec.endpoint(planned),
        peer_urls=tuple(facts.get("peer_urls") or [spec.peer_url(planned)]),
        client_urls=tuple(facts.get("client_urls") or [spec.client_url(planned)]),
        version=facts.get("version", ""),
        db_size=facts.get("db_size"),
        db_size_in_use=facts.get("db_size_in_use"),
        raft_index=facts.get("raft_index"),
        started_at=facts.get("started_at", ""),
        since=seen.since if seen else None,
        seen_at=seen.seen_at if seen else None,
    )
