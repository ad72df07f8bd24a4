"""Before the plan is frozen, ports that a stranger took are exchanged for free ones."""

from django.db import IntegrityError

from clusters.core.ports import may_move, move
from clusters.core.request import ClusterRequest
from clusters.core.spec import ClusterSpec
from clusters.core.text import say
from clusters.engine.job import Tools
from clusters.engine.journal import Journal
from clusters.models import Cluster, Host, PortLease
from clusters.models.event import Line

_TRIES = 20


def settle_ports(journal: Journal, cluster: Cluster, tools: Tools) -> ClusterSpec:
    """The definition, moved to free ports where the panel had chosen taken ones.

    Named ports stay: when they are in use, the check of the host says so.
    """
    spec = cluster.to_spec()
    request = ClusterRequest.from_json(journal.operation.request)
    if not may_move(request):
        return spec
    for _ in range(_TRIES):
        moved = _free(spec, request, cluster, tools)
        if moved == spec:
            break
        try:
            _write(journal, cluster, moved)
        except IntegrityError:  # a create lent one of these ports just now
            continue
        return moved
    return spec


def _free(
    spec: ClusterSpec, request: ClusterRequest, cluster: Cluster, tools: Tools
) -> ClusterSpec:
    """The definition on ports that nobody uses; as it is when there are none."""
    moved = spec
    taken: dict[str, set[int]] = {}
    for _ in range(_TRIES):
        busy = _busy(moved, tools)
        if not busy:
            return moved
        for host, ports in busy.items():
            taken.setdefault(host, _lent(host, cluster)).update(ports)
        found = move(moved, request, taken)
        if found is None:
            break
        moved = found
    return spec


def _busy(spec: ClusterSpec, tools: Tools) -> dict[str, set[int]]:
    found = {}
    for host in spec.hosts:
        ports = [p for m in spec.on(host) for p in (m.client_port, m.peer_port)]
        busy = tools.drivers[host].busy_ports(spec.bind_address, ports)
        if busy:
            found[host] = set(busy)
    return found


def _lent(host: str, cluster: Cluster) -> set[int]:
    others = PortLease.objects.filter(host__name=host).exclude(member__cluster=cluster)
    return set(others.values_list("port", flat=True))


def _write(journal: Journal, cluster: Cluster, spec: ClusterSpec) -> None:
    def body() -> None:
        PortLease.objects.filter(member__cluster=cluster).delete()
        hosts = Host.objects.in_bulk(field_name="name")
        for row in cluster.members.all():
            planned = spec.member(row.name)
            row.client_port, row.peer_port = planned.client_port, planned.peer_port
            row.save(update_fields=["client_port", "peer_port"])
            PortLease.objects.bulk_create(
                PortLease(host=hosts[planned.host], port=port, member=row)
                for port in (row.client_port, row.peer_port)
            )

    first = spec.members[0]
    text = say(
        "The ports planned first are in use by others; members move to"
        " {client} and {peer} upwards.",
        client=first.client_port,
        peer=first.peer_port,
    )
    journal.write([Line(code="ports_moved", text=text)], body)
