"""Ask again for what an operation did not finish."""

import uuid

from clusters.actions.asking import Asker, authorise, start
from clusters.actions.clusters import create_cluster, delete_cluster
from clusters.actions.operations import UNFINISHED, find
from clusters.core.errors import ConflictError
from clusters.core.request import ClusterRequest
from clusters.core.text import say
from clusters.models import Cluster, Operation
from clusters.models.operation import Kind, State


def retry_operation(asker: Asker, operation_id: uuid.UUID) -> Operation:
    """A new operation, with a new look at the world and a plan of what is missing.

    A create that was taken back starts from its request again; a definition that was
    kept is gone on with.
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
    cluster = Cluster.objects.filter(name=old.cluster_name).first()
    match Kind(old.kind):
        case Kind.CREATE if cluster is None or cluster.pk != old.cluster_id:
            return create_cluster(asker, ClusterRequest.from_json(old.request))
        case Kind.DELETE:
            return delete_cluster(asker, old.cluster_name, confirm=old.cluster_name)
        case kind:
            if cluster is not None:
                return start(asker, kind, cluster, old.request)
    raise ConflictError(
        say("The cluster {name} is gone.", name=old.cluster_name), code="cluster_gone"
    )
