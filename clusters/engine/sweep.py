"""Look what waits, what was abandoned and what needs repair; many at once do no harm.

Everything runs correctly from here alone: the doorbell only makes it quicker.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from clusters.core.observed import ObservedCluster
from clusters.core.planner import missing_members, plan_repair
from clusters.core.text import NOTHING, Text, say
from clusters.engine import watch
from clusters.engine.owner import is_dead
from clusters.engine.presence import has_left
from clusters.models import (
    Check,
    Cluster,
    DiscoveryToken,
    Event,
    Host,
    Operation,
)
from clusters.models.check import CheckState
from clusters.models.discovery_token import TokenState
from clusters.models.event import Line
from clusters.models.operation import ACTIVE, Kind, State, Via

log = logging.getLogger(__name__)

Ring = Callable[[uuid.UUID], object]

RING_AGAIN = timedelta(seconds=2)
# A repair that did not help is not tried at once again.
REPAIR_PAUSE = timedelta(seconds=30)
MOST_REPAIRS = 3
REPAIR_WINDOW = timedelta(minutes=10)


def take_over(ring: Ring) -> int:
    """Free what dead owners held and ring for all that waits; how many were rung."""
    for pk, owner, fence in _held():
        gone = is_dead(owner) or has_left(pk, fence)
        if gone and Operation.release_dead(pk, owner, fence):
            log.warning("The owner of operation %s died; it is taken over.", pk)
    rung = 0
    quiet = Q(rung_at=None) | Q(rung_at__lt=Now() - RING_AGAIN)
    waiting = Operation.claimable().filter(quiet).order_by("next_run_at")
    for pk in waiting.values_list("pk", flat=True)[:100]:
        mine = Operation.objects.filter(quiet, pk=pk)
        if mine.update(rung_at=Now()):
            ring(pk)
            rung += 1
    return rung


def waiting_checks() -> tuple[uuid.UUID, ...]:
    """Checks whose bell was lost or whose worker died."""
    late = Q(state=CheckState.QUEUED, created_at__lt=Now() - RING_AGAIN)
    abandoned = Q(state=CheckState.RUNNING, lease_until__lt=Now())
    rows = Check.objects.filter(late | abandoned, expires_at__gt=Now())
    return tuple(rows.values_list("pk", flat=True)[:20])


def waiting_tokens() -> tuple[uuid.UUID, ...]:
    """Tokens whose bell was lost; whoever asked may have gone, and asks again."""
    late = Q(state=TokenState.ASKED, created_at__lt=Now() - RING_AGAIN)
    return tuple(DiscoveryToken.objects.filter(late).values_list("pk", flat=True)[:20])


def look_at_hosts() -> None:
    for host in Host.objects.all():
        watch.observe_host(host)


def look_at_clusters() -> int:
    """Observe every cluster, and bring back members whose data is intact, and its
    name server."""
    repairs = 0
    busy = Operation.objects.filter(state__in=ACTIVE).values("cluster_name")
    for cluster in Cluster.objects.exclude(name__in=busy):
        seen = watch.observe_cluster(cluster)
        if not cluster.hands_off and (why := _why_repair(cluster, seen)):
            repairs += _repair(cluster, why)
    return repairs


def _why_repair(cluster: Cluster, seen: ObservedCluster) -> Text:
    spec = cluster.to_spec()
    if missing_members(spec, seen):
        return say("A member of {name} stopped; its data is intact.", name=spec.name)
    if plan_repair(spec, seen):
        return say("The name server of {name} stopped.", name=spec.name)
    return NOTHING


def _held() -> list[tuple[uuid.UUID, str, int]]:
    held = Operation.objects.filter(state__in=ACTIVE).exclude(owner="")
    return list(held.values_list("pk", "owner", "fence"))


def _repair(cluster: Cluster, why: Text) -> bool:
    """Start a repair, unless the cluster was never whole or repairs do not help."""
    mine = Operation.objects.filter(cluster=cluster)
    if not mine.filter(kind=Kind.CREATE, state=State.SUCCEEDED).exists():
        return False
    repairs = mine.filter(kind=Kind.REPAIR)
    if repairs.filter(created_at__gt=Now() - REPAIR_PAUSE).exists():
        return False
    if repairs.filter(created_at__gt=Now() - REPAIR_WINDOW).count() >= MOST_REPAIRS:
        return False
    try:
        with transaction.atomic():
            operation = Operation.open_for(
                cluster, Kind.REPAIR, {}, actor_name="etcdpanel", via=Via.PANEL
            )
            Event.first(operation, Line(code="repair_needed", text=why))
    except IntegrityError:  # somebody changes the cluster just now
        return False
    return True
