"""Ask for a discovery store, change it, or let it go."""

from dataclasses import replace

from django.db import IntegrityError, transaction

from clusters.actions.asking import Asker, authorise
from clusters.actions.clusters import create_cluster, delete_cluster
from clusters.actions.needed import refuse_needed
from clusters.actions.ringing import ring_store
from clusters.core.errors import NotFoundError, Problem, SpecError
from clusters.core.request import ClusterRequest, StoreRequest
from clusters.core.store_rules import external_problems, managed_problems
from clusters.core.text import say
from clusters.models import Operation, Store
from clusters.queries.names import name_problems

# Fields of the cluster of one member, and those of the store.
_FIELDS = {
    "hosts": "host",
    "member_names": "name",
    "client_ports": "client_port",
    "peer_ports": "peer_port",
}


def create_managed_store(asker: Asker, request: StoreRequest) -> Operation:
    """Have the panel run one etcd as a store; it is built like a cluster of one."""
    problems = tuple(managed_problems(request))
    if problems:
        raise SpecError(problems)
    try:
        with transaction.atomic():
            # Asked again with the same key, it stays as somebody may have changed it.
            is_new = not Store.objects.filter(name=request.name).exists()
            operation = create_cluster(asker, cluster_request(request))
            if request.anonymous and is_new:
                Store.objects.filter(name=request.name).update(anonymous=True)
    except SpecError as error:
        raise SpecError(map(_of_store, error.problems)) from error
    return operation


def _of_store(problem: Problem) -> Problem:
    """A problem of the cluster at the field of the store that led to it."""
    return replace(problem, field=_FIELDS.get(problem.field, problem.field))


def cluster_request(request: StoreRequest) -> ClusterRequest:
    """The cluster of one member that serves as the store."""
    return ClusterRequest(
        name=request.name,
        size=1,
        version=request.version,
        hosts=(request.host,) if request.host else (),
        member_names=(request.name,),
        client_ports=(request.client_port,) if request.client_port else (),
        peer_ports=(request.peer_port,) if request.peer_port else (),
        bind_address=request.bind_address,
        image=request.image,
        network=request.network,
        accept=request.accept,
        serves=request.protocol,
        volume=request.volume,
    )


def add_external_store(asker: Asker, request: StoreRequest) -> Store:
    """Remember a store that is there already; a worker looks at it at once."""
    authorise(asker)
    problems = (*external_problems(request), *name_problems(request.name))
    if problems:
        raise SpecError(problems)
    store = Store(
        name=request.name,
        protocol=request.protocol,
        member_url=request.member_url,
        panel_url=request.panel_url,
        created_by=asker.user,
    ).seal_access(request.access)
    try:
        with transaction.atomic():
            store.save(force_insert=True)
    except IntegrityError as error:  # a neighbour took the name just now
        raise SpecError(name_problems(request.name)) from error
    transaction.on_commit(lambda: ring_store(store.pk))
    return store


def look_at_store(asker: Asker, name: str) -> Store:
    """Have a worker look at a store again."""
    authorise(asker)
    store = _find(name)
    ring_store(store.pk)
    return store


def change_store(asker: Asker, name: str, *, anonymous: bool) -> Store:
    """Let anybody who reaches the panel ask /new for tokens of a store, or not."""
    authorise(asker)
    store = _find(name)
    store.anonymous = anonymous
    store.save(update_fields=["anonymous"])
    return store


def delete_store(asker: Asker, name: str, *, confirm: str) -> Operation | None:
    """Let a store go; one that the panel runs is deleted like a cluster.

    ConflictError while members of a cluster are registering there.
    """
    authorise(asker)
    if confirm != name:
        text = say("Type {name} to confirm: its tokens will be gone.", name=name[:60])
        raise SpecError([Problem(field="confirm", code="not_confirmed", text=text)])
    store = _find(name)
    refuse_needed(name)
    if store.cluster is not None:
        return delete_cluster(asker, name, confirm=confirm)
    store.delete()
    return None


def _find(name: str) -> Store:
    store = Store.objects.select_related("cluster").filter(name=name).first()
    if store is None:
        raise NotFoundError(
            say("There is no discovery store {name}.", name=name[:60]),
            code="no_such_store",
        )
    return store
