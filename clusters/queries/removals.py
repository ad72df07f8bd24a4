"""What would be gone when a cluster is deleted."""

from dataclasses import dataclass

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Cluster
from clusters.queries.operations import OperationRow, operation_list


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedMember:
    """One member, what holds its data, and the ports it gives back."""

    name: str
    host: str
    instance: str
    data: str
    ports: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovalView:
    """Everything that a deletion removes; `kept_network` is one it does not own."""

    name: str
    generation: int
    in_containers: bool
    members: tuple[RemovedMember, ...]
    network: str
    kept_network: str
    running: OperationRow | None


def removal_of(name: str) -> RemovalView:
    cluster = Cluster.objects.filter(name=name).first()
    if cluster is None:
        raise NotFoundError(
            say("There is no cluster {name}.", name=name[:60]), code="no_such_cluster"
        )
    spec = cluster.to_spec()
    newest = operation_list(cluster_name=name, limit=1)[0]
    return RemovalView(
        name=cluster.name,
        generation=cluster.generation,
        in_containers=spec.in_containers,
        members=tuple(
            RemovedMember(
                name=member.name,
                host=member.host,
                instance=spec.instance(member),
                data=spec.volume(member),
                ports=(member.client_port, member.peer_port),
            )
            for member in spec.members
        ),
        network=spec.network_name if spec.in_containers and spec.owns_network else "",
        kept_network="" if spec.owns_network else spec.network,
        running=next((row for row in newest if not row.is_over), None),
    )
