"""Tickets as an operation settles, uses and closes them: one cluster, one attempt."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clusters.core.meeting import TokenSeen
from clusters.core.meeting_steps import place_of
from clusters.core.plan import StepKind
from clusters.core.spec import BY_REGISTRY, BootstrapMode, ClusterSpec
from clusters.core.ticketing import with_token
from clusters.models import Cluster, DiscoveryToken, Operation, StepRecord, Store
from clusters.models.discovery_token import TokenState
from clusters.models.operation import State

# A token of the public service is deleted there after so long (DISC_MINAGE).
PUBLIC_LIFETIME = timedelta(hours=12)


def settle_ticket(operation: Operation, spec: ClusterSpec) -> ClusterSpec:
    """The definition with a token of this attempt, before its plan is frozen.

    A token that a person brought stays; the public service chooses its own later.
    """
    if spec.bootstrap not in BY_REGISTRY:
        return spec
    chooses = spec.bootstrap != BootstrapMode.DISCOVERY_PUBLIC
    if chooses and not spec.ticket.is_own:
        token = uuid.uuid4().hex
        ticket = with_token(spec.ticket, spec.bootstrap, token)
        spec = replace(spec, ticket=ticket)
        _keep(operation, spec)
    if address_of(spec):
        take(operation, spec)
    return spec


def with_result(
    operation: Operation, spec: ClusterSpec, result: Mapping[str, Any]
) -> ClusterSpec:
    """The definition with the URL that a service gave, also where it is kept."""
    url = result.get("url", "")
    if not url or spec.ticket.url == url:
        return spec
    spec = replace(spec, ticket=replace(spec.ticket, url=url))
    _keep(operation, spec)
    take(operation, spec)
    return spec


def address_of(spec: ClusterSpec) -> str:
    """What makes a token known: the whole URL, or the token of v3."""
    return spec.ticket.url or spec.ticket.token


def take(operation: Operation, spec: ClusterSpec) -> None:
    """Mark the token as this operation's, unless it is used up."""
    is_public = spec.bootstrap == BootstrapMode.DISCOVERY_PUBLIC
    mine = {
        "state": TokenState.IN_USE,
        "operation": operation,
        "cluster_name": spec.name,
        "is_own": spec.ticket.is_own,
    }
    row, is_new = DiscoveryToken.objects.get_or_create(
        address=address_of(spec),
        defaults={
            **mine,
            "mode": spec.bootstrap,
            "store": Store.objects.filter(name=spec.ticket.store).first(),
            "place": place_of(spec),
            "size": spec.size,
            "created_by": operation.actor,
            "expires_at": timezone.now() + PUBLIC_LIFETIME if is_public else None,
        },
    )
    if not is_new:
        fresh = DiscoveryToken.objects.filter(pk=row.pk, state=TokenState.FRESH)
        fresh.update(**mine)


def used_by(spec: ClusterSpec) -> DiscoveryToken | None:
    """Who had the token of a definition before, if it is not free any more."""
    rows = DiscoveryToken.objects.filter(address=address_of(spec) or None)
    mine = Q(state=TokenState.IN_USE, cluster_name=spec.name)
    return rows.exclude(Q(state=TokenState.FRESH) | mine).first()


def note_registrations(spec: ClusterSpec, seen: TokenSeen) -> None:
    """Keep who has registered, for the pages of tokens."""
    token = DiscoveryToken.objects.filter(address=address_of(spec) or None).first()
    if token is not None:
        note(token, seen)


def note(token: DiscoveryToken, seen: TokenSeen) -> None:
    """The same; a token that was given to a script is used from now on."""
    kept = [
        {
            "member_id": registered.member_id,
            "name": registered.name,
            "peer_urls": list(registered.peer_urls),
        }
        for registered in seen.registrations
    ]
    rows = DiscoveryToken.objects.filter(pk=token.pk)
    rows.update(registrations=kept, seen_at=timezone.now())
    if kept:
        rows.filter(state=TokenState.FRESH).update(state=TokenState.USED)


def close(operation: Operation, ended: str) -> None:
    """The attempt is over: its token is used, or burnt, and never offered again.

    One that a person brought, and that nothing was done with, is as fresh as before.
    """
    mine = DiscoveryToken.objects.filter(operation=operation, state=TokenState.IN_USE)
    prepared = StepRecord.objects.filter(
        operation=operation, kind=StepKind.PREPARE_TICKET, started_at__isnull=False
    )
    if not prepared.exists():
        as_before = {"state": TokenState.FRESH, "cluster_name": "", "operation": None}
        mine.filter(is_own=True).update(**as_before)
    used = ended == State.SUCCEEDED
    mine.update(state=TokenState.USED if used else TokenState.BURNT)


def _keep(operation: Operation, spec: ClusterSpec) -> None:
    rows = Cluster.objects.filter(operations=operation)
    rows.update(ticket=spec.ticket.as_json())
