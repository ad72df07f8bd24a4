"""Ask again for what an operation did not finish."""

import uuid
from functools import partial

from clusters.actions.asking import Asker, authorise, once, start
from clusters.actions.clusters import create_cluster, delete_cluster
from clusters.actions.operations import UNFINISHED, find
from clusters.core.errors import ConflictError
from clusters.core.plan import StepKind
from clusters.core.request import ClusterRequest
from clusters.core.spec import BY_REGISTRY
from clusters.core.text import say
from clusters.models import Cluster, Operation, StepRecord
from clusters.models.operation import Kind, State


def retry_operation(asker: Asker, operation_id: uuid.UUID) -> Operation:
    """A new operation, with a new look at the world and a plan of what is missing.

    A create that was taken back starts from its request again; a definition that was
    kept is gone on with. A cluster that took the name since is not touched.
    """
    authorise(asker)
    old = find(operation_id)
    if old.state not in {*UNFINISHED, State.ERRORED}:
        raise ConflictError(
            say(
                "Only what did not succeed can be retried; this is {state}.",
                state=old.state,
            ),
            code="nothing_to_retry",
        )
    kind = Kind(old.kind)
    return once(asker, kind, old.request, partial(_again, asker, kind, old))


def _again(asker: Asker, kind: Kind, old: Operation) -> Operation:
    _refuse_superseded(old)
    cluster = old.cluster
    if kind == Kind.CREATE and cluster is None:
        return create_cluster(asker, ClusterRequest.from_json(old.request))
    if cluster is None:
        name = old.cluster_name
        raise ConflictError(
            say("The cluster {name} is gone.", name=name), code="cluster_gone"
        )
    if kind == Kind.DELETE:
        return delete_cluster(asker, cluster.name, confirm=cluster.name)
    _refuse_spent(old, cluster)
    return start(asker, kind, cluster, old.request)


def _refuse_spent(old: Operation, cluster: Cluster) -> None:
    """Members that were kept hold the token of their attempt, and it serves once."""
    began = StepRecord.objects.filter(
        operation__cluster=cluster,
        kind=StepKind.START_MEMBER,
        started_at__isnull=False,
    )
    if cluster.bootstrap not in BY_REGISTRY or old.kind != Kind.CREATE:
        return
    if began.exists():
        raise ConflictError(
            say(
                "The members of {name} that were kept have a token that is spent.",
                name=cluster.name,
            ),
            code="token_spent",
            advice=say("Delete the cluster and create it again: it gets a new token."),
        )


def _refuse_superseded(old: Operation) -> None:
    """What a later operation finished must not be begun, or taken back, again."""
    later = old.overtaken_by()
    if later is not None:
        raise ConflictError(
            say(
                "A later {kind} of {name} succeeded; there is nothing left to retry.",
                kind=later.kind,
                name=old.cluster_name,
            ),
            code="superseded",
            extra={"operation": str(later.pk)},
        )
