"""Things of this panel that belong to no cluster: reported, and removed where that is
provably safe.

A listing that failed says nothing, and neither does a cluster whose operation still
runs: nobody acts on absence alone.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from clusters.core.errors import BackendError
from clusters.core.names import LABEL
from clusters.core.observed import InstanceSeen, Orphan, RunState
from clusters.drivers.base import Driver
from clusters.models import Cluster, Host, Installation, Observation, Operation
from clusters.models.operation import ACTIVE

log = logging.getLogger(__name__)

# An orphan is at least that old before anything is done about it.
AGE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """The clusters that things may belong to, read before the host was listed."""

    clusters: frozenset[str]
    busy: frozenset[str]

    def has(self, name: str) -> bool:
        return name in self.clusters or name in self.busy


def find_orphans(host: Host, driver: Driver) -> tuple[Orphan, ...]:
    """The panel's own instances on a host that no cluster knows, with since when."""
    before = _before(host)
    try:
        there = driver.find_all(Installation.mark())
    except BackendError:
        return tuple(before.values())
    known = _known()  # after the listing: what was made meanwhile is known by now
    now = timezone.now().isoformat()
    strangers = [seen for seen in there if not known.has(_cluster(seen))]
    return tuple(
        Orphan(
            name=seen.name,
            cluster=_cluster(seen),
            state=seen.state.value,
            since=before[seen.id].since if seen.id in before else now,
            id=seen.id,
        )
        for seen in strangers
    )


def remove_safe(orphans: tuple[Orphan, ...], driver: Driver) -> tuple[Orphan, ...]:
    """Remove what was made and never started, so that it holds nothing; what is left.

    What once ran may hold the last trace of something: a person removes it.
    """
    return tuple(orphan for orphan in orphans if not _removed(orphan, driver))


def _removed(orphan: Orphan, driver: Driver) -> bool:
    old = datetime.fromisoformat(orphan.since) < timezone.now() - AGE
    if not old or orphan.state != RunState.CREATED:
        return False
    try:
        seen = driver.find_instance(orphan.name)
        if seen is None or seen.id != orphan.id or seen.state != RunState.CREATED:
            return False
        driver.remove_instance(seen.id)
    except BackendError as error:
        log.warning("The orphan %s was not removed: %s", orphan.name, error)
        return False
    log.warning(
        "The orphan %s of the cluster %s is removed.", seen.name, orphan.cluster
    )
    return True


def _known() -> _Known:
    active = Operation.objects.filter(state__in=ACTIVE)
    return _Known(
        busy=frozenset(active.values_list("cluster_name", flat=True)),
        clusters=frozenset(Cluster.objects.values_list("name", flat=True)),
    )


def _before(host: Host) -> Mapping[str, Orphan]:
    seen = Observation.objects.filter(host=host).first()
    kept = seen.facts.get("orphans", ()) if seen else ()
    return {row["id"]: Orphan(**row) for row in kept}


def _cluster(seen: InstanceSeen) -> str:
    return seen.labels.get(f"{LABEL}.cluster", "")
