"""Test data in one line: say what matters to the test, the rest is ordinary."""

from django.utils import timezone

from clusters.actions import Asker
from clusters.core.drafting import draft
from clusters.core.identity import as_hex
from clusters.core.names import LABEL
from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    InstanceSeen,
    ListedMember,
    MemberReport,
    ObjectSeen,
    ObservedCluster,
    ObservedHost,
    RunState,
)
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.spec import HostKind
from clusters.core.text import say
from clusters.models import (
    Cluster,
    Host,
    Member,
    Observation,
    Operation,
    PortLease,
)
from clusters.models.operation import Via

INSTALLATION = "this-panel"
REPOSITORY = "quay.io/coreos/etcd"
OLD = ("3.4.45", "3.5.35")
ALL = (*OLD, "3.6.16", "3.7.3")


# Asked


def request(name="a", **asked):
    """A request for three members on the engine `docker`."""
    return ClusterRequest(**{"name": name, "hosts": ("docker",), **asked})


def facts(**given):
    """A host that can be used and has every line of etcd."""
    return HostFacts(**{"usable": True, "versions": ALL, **given})


def offer(name="docker", kind=HostKind.DOCKER, *, leased=None, **given):
    """A host as a draft sees it; `facts=None` is one that nobody looked at yet."""
    seen = given["facts"] if "facts" in given else facts(**given)
    return HostOffer(
        name=name,
        kind=kind,
        image_repository=REPOSITORY,
        facts=seen,
        leased=leased or {},
    )


def processes(name="local", **given):
    return offer(name, HostKind.PROCESS, **given)


def unusable(name="docker", kind=HostKind.DOCKER):
    return offer(
        name,
        kind,
        usable=False,
        versions=(),
        code="socket_absent",
        reason=say("No engine answers."),
        cure=say("Start Docker."),
    )


def offers(*all_of_them):
    return {one.name: one for one in all_of_them or (offer(), processes())}


def spec(*hosts, **asked):
    """The definition of a request, on these hosts (one engine unless said)."""
    there = offers(*hosts or (offer(),))
    return draft(request(**{"hosts": tuple(there), **asked}), there)


# Seen


def labels(cluster="a", **more):
    marks = {"installation": INSTALLATION, "cluster": cluster, **more}
    return {f"{LABEL}.{name}": value for name, value in marks.items()}


def instance(name="a-etcd1", state=RunState.RUNNING, *, cluster="a", **given):
    return InstanceSeen(
        **{
            "id": f"id-of-{name}",
            "name": name,
            "labels": labels(cluster),
            "state": state,
            **given,
        }
    )


def thing(name, cluster="a"):
    """A volume or a network of ours."""
    return ObjectSeen(id=f"id-of-{name}", name=name, labels=labels(cluster))


def seen_host(name="docker", *, image=True, network="", **given):
    """What is on a host; `instances` and `volumes` are lists here."""
    by_name = {
        kind: {one.name: one for one in given.pop(kind, ())}
        for kind in ("instances", "volumes")
    }
    reference = f"{REPOSITORY}:v3.7.3"
    return ObservedHost(
        name=name,
        facts=given.pop("facts", facts()),
        image=ImageSeen(id="i", reference=reference, pinned="") if image else None,
        network=thing(network) if network else None,
        **by_name,
        **given,
    )


def seen(*hosts):
    """A snapshot of the world; nothing but an image on `docker` unless said."""
    by_name = {host.name: host for host in hosts or (seen_host(),)}
    return ObservedCluster(installation=INSTALLATION, hosts=by_name)


def report(definition, name, **given):
    """What a member says when all is as it was planned."""
    listed = tuple(
        ListedMember(
            id=definition.predicted_member_id(member),
            name=member.name,
            peer_urls=(definition.peer_url(member),),
            client_urls=(definition.client_url(member),),
        )
        for member in definition.members
    )
    member = definition.member(name)
    return MemberReport(
        **{
            "endpoint": definition.endpoint(member),
            "reachable": True,
            "linearizable": True,
            "member_id": definition.predicted_member_id(member),
            "cluster_id": definition.predicted_cluster_id(),
            "leader_id": definition.predicted_member_id(definition.members[0]),
            "version": definition.version,
            "members": listed,
            **given,
        }
    )


def silence(definition, name, error="connection refused"):
    endpoint = definition.endpoint(definition.member(name))
    return MemberReport(endpoint=endpoint, reachable=False, error=error)


def reports(definition, **instead):
    """What every member says; `etcd2=silence(…)` replaces one."""
    return {
        member.name: instead.get(member.name) or report(definition, member.name)
        for member in definition.members
    }


# Remembered


def asker(user=None, *, via=Via.FORM, key=""):
    return Asker(user=user, via=via, key=key)


def host_row(name="docker", kind="docker", *, looked_at=True, **given):
    """A host in the database, with what was last seen of it."""
    columns = {
        column: given.pop(column)
        for column in ("address", "image_repository")
        if column in given
    }
    host = Host.objects.create(name=name, kind=kind, **columns)
    if looked_at:
        known = facts(**{"repository": REPOSITORY, **given})
        status = "usable" if known.usable else "unusable"
        Observation.keep(status, known.as_json(), host=host)
    return host


def cluster_row(name="a", *, host=None, members=3, first_port=20_000, **columns):
    """A cluster in the database, with members and leases but without operations."""
    host = host or Host.objects.filter(name="docker").first() or host_row()
    cluster = Cluster.objects.create(
        **{
            "name": name,
            "size": members,
            "version": "3.7.3",
            "host_kind": host.kind,
            "token": name,
            **columns,
        }
    )
    for number in range(members):
        member = Member.objects.create(
            cluster=cluster,
            name=f"etcd{number + 1}",
            ordinal=number,
            host=host,
            client_port=first_port + number,
            peer_port=first_port + 10 + number,
        )
        for port in (member.client_port, member.peer_port):
            PortLease.objects.create(host=host, port=port, member=member)
    return cluster


def operation_row(name="a", kind="create", state="running", **columns):
    """An operation in the database, with or without its cluster."""
    return Operation.objects.create(
        **{
            "kind": kind,
            "state": state,
            "cluster": Cluster.objects.filter(name=name).first(),
            "cluster_name": name,
            "actor_name": "ann",
            "via": Via.FORM,
            **columns,
        }
    )


def end(operation, state="succeeded", **columns):
    """Let an operation end the way the engine writes it."""
    changes = {"state": state, "finished_at": timezone.now(), **columns}
    Operation.objects.filter(pk=operation.pk).update(**changes)
    operation.refresh_from_db()
    return operation


def member_facts(definition, name, **given):
    """What the worker keeps of a member that serves."""
    member = definition.member(name)
    return {
        "id": as_hex(definition.predicted_member_id(member)),
        "cluster_id": as_hex(definition.predicted_cluster_id()),
        "is_leader": False,
        "role": "voter",
        "version": definition.version,
        "db_size": 20_480,
        "db_size_in_use": 16_384,
        "raft_index": 9,
        "alarms": [],
        "peer_urls": [definition.peer_url(member)],
        "client_urls": [definition.client_url(member)],
        "started_at": "2026-01-01T00:00:00Z",
        "serves": True,
        "why": None,
        **given,
    }
