"""Places where members run, and whether they can be used."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from clusters.core.drafting import default_version
from clusters.core.observed import HostFacts
from clusters.core.request import HostOffer
from clusters.core.spec import HostKind
from clusters.models import Host
from clusters.queries.texts import translate


@dataclass(frozen=True, kw_only=True, slots=True)
class OrphanRow:
    """An instance of this panel that belongs to no cluster."""

    name: str
    cluster: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HostView:
    """One host. `usable` is None until it was looked at; `disk_free` is in bytes."""

    name: str
    kind: str
    address: str
    usable: bool | None
    code: str
    reason: str
    cure: str
    engine: str
    versions: tuple[str, ...]
    pullable: tuple[str, ...]
    default_version: str
    image_repository: str
    disk_free: int | None
    members: int
    orphans: tuple[OrphanRow, ...]
    seen_at: datetime | None


def host_list() -> tuple[HostView, ...]:
    rows = Host.objects.select_related("observation").annotate(count=Count("members"))
    return tuple(_view(host) for host in rows.order_by("name"))


def _view(host: Host) -> HostView:
    seen = getattr(host, "observation", None)
    facts = HostFacts.from_json(seen.facts) if seen else None
    offer = HostOffer(name=host.name, kind=HostKind(host.kind), facts=facts)
    shown = facts or HostFacts(usable=False)
    return HostView(
        name=host.name,
        kind=host.kind,
        address=host.address,
        usable=facts.usable if facts else None,
        code=shown.code,
        reason=translate(shown.reason),
        cure=translate(shown.cure),
        engine=shown.engine,
        versions=shown.versions,
        pullable=shown.pullable,
        default_version=str(default_version([offer])),
        image_repository=host.image_repository or shown.repository,
        disk_free=shown.disk_free,
        members=host.count,  # type: ignore[attr-defined]
        orphans=tuple(
            OrphanRow(name=one.name, cluster=one.cluster, state=one.state)
            for one in shown.orphans
        ),
        seen_at=seen.seen_at if seen else None,
    )
