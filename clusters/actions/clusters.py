"""Ask for a cluster, or for its end."""

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from clusters.actions.asking import (
    Asker,
    active_operation,
    authorise,
    once,
    refuse_while_busy,
    start,
)
from clusters.actions.giving_way import give_way
from clusters.actions.needed import refuse_needed
from clusters.actions.operations import cancel
from clusters.core.drafting import draft
from clusters.core.errors import (
    ConflictError,
    NotFoundError,
    Problem,
    SpecError,
)
from clusters.core.meeting import NO_TICKET
from clusters.core.request import ClusterRequest
from clusters.core.spec import ClusterSpec
from clusters.core.text import say
from clusters.models import Cluster, Host, Member, Operation, PortLease, Store
from clusters.models.operation import Kind
from clusters.queries.names import name_problems
from clusters.queries.offers import host_offers
from clusters.queries.places import places

_TRIES = 3


def create_cluster(
    asker: Asker, request: ClusterRequest, *, previewed: str = ""
) -> Operation:
    """Write the definition and start to build it.

    `previewed` is the fingerprint of the plan a person saw; when what would be made
    now differs, nothing is written and ConflictError tells the difference.
    """
    authorise(asker)
    create = partial(_create, asker, request, previewed)
    return once(asker, Kind.CREATE, request.as_json(), create)


def _create(asker: Asker, request: ClusterRequest, previewed: str) -> Operation:
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _create_now(asker, request, previewed)
        except IntegrityError:  # a neighbour took the name, or a worker a port, now
            _refuse_taken_name(request.name)
    raise ConflictError(
        say("Others took the ports of {name} just now.", name=request.name),
        code="changed_meanwhile",
        advice=say("Ask again."),
    )


def _create_now(asker: Asker, request: ClusterRequest, previewed: str) -> Operation:
    # Whoever lends ports of a host waits here for whoever does so already.
    hosts = Host.objects.filter(name__in=request.hosts).order_by("pk")
    list(hosts.select_for_update())
    spec = draft(request, host_offers(), places())
    _refuse_taken_name(spec.name)
    _refuse_stale(spec, previewed)
    cluster = _write(asker, spec, request)
    return start(asker, Kind.CREATE, cluster, request.as_json())


def delete_cluster(
    asker: Asker, name: str, *, confirm: str, generation: int | None = None
) -> Operation:
    """Remove a cluster and all its data. `confirm` must be its name.

    While it is being created, the create is cancelled instead: its roll-back removes
    the same things. A repair that the panel began by itself gives way.
    """
    authorise(asker)
    if confirm != name:
        text = say("Type {name} to confirm: its data will be gone.", name=name[:60])
        raise SpecError([Problem(field="confirm", code="not_confirmed", text=text)])
    request = {"name": name}
    return once(
        asker, Kind.DELETE, request, partial(_delete, asker, request, generation)
    )


def _delete(asker: Asker, request: dict[str, Any], generation: int | None) -> Operation:
    cluster = _cluster(request["name"])
    _refuse_old(cluster, generation)
    if cluster.serves:
        refuse_needed(cluster.name)
    running = active_operation(cluster.name)
    if running is not None and running.kind == Kind.CREATE:
        return cancel(asker, running)
    with transaction.atomic():
        free_at = give_way(asker, running) if running is not None else None
        operation = start(asker, Kind.DELETE, cluster, request)
        if free_at is not None:
            Operation.objects.filter(pk=operation.pk).update(next_run_at=free_at)
    return operation


def set_hands_off(
    asker: Asker, name: str, *, hands_off: bool, generation: int | None = None
) -> Cluster:
    """Stop, or resume, everything that the panel does by itself."""
    authorise(asker)
    cluster = _cluster(name)
    _refuse_old(cluster, generation)
    changed = Cluster.objects.filter(pk=cluster.pk, generation=cluster.generation)
    if not changed.update(hands_off=hands_off, generation=F("generation") + 1):
        _refuse_old(_cluster(name), cluster.generation)
    cluster.refresh_from_db()
    return cluster


def _cluster(name: str) -> Cluster:
    cluster = Cluster.objects.filter(name=name).first()
    if cluster is None:
        raise NotFoundError(
            say("There is no cluster {name}.", name=name[:60]), code="no_such_cluster"
        )
    return cluster


def _refuse_taken_name(name: str) -> None:
    problems = name_problems(name)
    if problems:
        refuse_while_busy(name)
        raise SpecError(problems)


def _refuse_stale(spec: ClusterSpec, previewed: str) -> None:
    if previewed and previewed != spec.fingerprint():
        raise ConflictError(
            say("What would be made has changed since the plan was shown."),
            code="plan_changed",
            advice=say("Look at the new plan, then press Create again."),
            extra={"difference": _members_now(spec)},
        )


def _members_now(spec: ClusterSpec) -> list[dict[str, Any]]:
    return [
        {
            "member": member.name,
            "host": member.host,
            "client_port": member.client_port,
            "peer_port": member.peer_port,
            "version": spec.version,
        }
        for member in spec.members
    ]


def _refuse_old(cluster: Cluster, generation: int | None) -> None:
    if generation is not None and generation != cluster.generation:
        raise ConflictError(
            say("{name} was changed since this form was shown.", name=cluster.name),
            code="stale_form",
            advice=say("Look at it again, then ask again."),
            extra={
                "difference": {
                    "generation": {"yours": generation, "now": cluster.generation},
                    "hands_off": {"now": cluster.hands_off},
                }
            },
        )


def _write(asker: Asker, spec: ClusterSpec, request: ClusterRequest) -> Cluster:
    cluster = Cluster.objects.create(
        name=spec.name,
        size=spec.size,
        version=spec.version,
        bootstrap=spec.bootstrap,
        host_kind=spec.host_kind,
        token=spec.token,
        image=spec.image,
        bind_address=spec.bind_address,
        network=spec.network,
        options=dict(spec.options),
        ticket=spec.ticket.as_json() if spec.ticket != NO_TICKET else {},
        serves=spec.serves,
        store_volume=spec.store_volume,
        accepted=list(request.accept),
        created_by=asker.user,
    )
    if spec.serves:
        Store.objects.create(
            name=spec.name,
            protocol=spec.serves,
            cluster=cluster,
            created_by=asker.user,
        )
    hosts = {host.name: host for host in Host.objects.filter(name__in=spec.hosts)}
    for ordinal, planned in enumerate(spec.members):
        member = Member.objects.create(
            cluster=cluster,
            name=planned.name,
            ordinal=ordinal,
            host=hosts[planned.host],
            client_port=planned.client_port,
            peer_port=planned.peer_port,
            role=planned.role,
            address=planned.address or None,
        )
        PortLease.objects.bulk_create(
            PortLease(host=member.host, port=port, member=member)
            for port in (member.client_port, member.peer_port)
        )
    return cluster
