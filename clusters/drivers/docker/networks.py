"""The verbs of the Docker driver that change networks, and who is on them."""

from collections.abc import Mapping

import docker.errors
import docker.types

from clusters.core.errors import BackendError
from clusters.core.text import say
from clusters.drivers.docker import inside, neighbours
from clusters.drivers.docker.client import Client
from clusters.drivers.docker.looking import Looking
from clusters.drivers.docker.refusals import refused, words_of


class Networks(Looking):
    """The networks of one engine."""

    def create_network(
        self, name: str, labels: Mapping[str, str], subnet: str = ""
    ) -> None:
        pools = [docker.types.IPAMPool(subnet=subnet)] if subnet else []
        addresses = docker.types.IPAMConfig(pool_configs=pools)
        with self._engine.asking() as client:
            client.create_network(
                name,
                driver="bridge",
                check_duplicate=True,
                labels=dict(labels),
                ipam=addresses if subnet else None,
            )

    def remove_network(self, network_id: str) -> None:
        with self._engine.asking() as client:
            try:
                client.remove_network(network_id)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if not self._take_panels_off(client, network_id):
                    raise _still_used(client, network_id, error) from error
                client.remove_network(network_id)

    def _take_panels_off(self, client: Client, network_id: str) -> int:
        """Another worker of this panel may be on the network too; how many were."""
        own = self._own_container()
        panels = inside.panels_on(client, own, network_id) if own else []
        for panel in panels:
            client.disconnect_container_from_network(panel, network_id)
        return len(panels)

    def join_network(self, network: str) -> None:
        own = self._own_container()
        if own is None:
            raise BackendError(
                say("The panel does not run in a container of this engine."),
                code="panel_not_inside",
            )
        with self._engine.asking() as client:
            try:
                client.connect_container_to_network(own["Id"], network)
            except docker.errors.APIError as error:
                if "already exists in network" not in words_of(error):
                    raise

    def leave_network(self, network: str) -> None:
        own = self._own_container()
        if own is None:
            return
        with self._engine.asking() as client:
            _disconnect(client, own["Id"], network)

    def connect_instance(
        self, network: str, instance_id: str, aliases: tuple[str, ...]
    ) -> None:
        """For a container that does not run, the engine would write down anything: so
        that its network is there, and what it is called, is looked at first."""
        with self._engine.asking() as client:
            client.inspect_network(network)
            if _is_connected(client, network, instance_id, aliases):
                return
            try:
                client.connect_container_to_network(
                    instance_id, network, aliases=list(aliases)
                )
            except docker.errors.APIError as error:
                if "already exists in network" not in words_of(error):
                    raise

    def disconnect_instance(self, network: str, instance_id: str) -> None:
        """One that is gone, or whose network is, is off the network as well."""
        with self._engine.asking() as client:
            _disconnect(client, instance_id, network)


def _disconnect(client: Client, container: str, network: str) -> None:
    try:
        client.disconnect_container_from_network(container, network)
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if "is not connected" not in words_of(error):
            raise


def _is_connected(
    client: Client, network: str, instance_id: str, aliases: tuple[str, ...]
) -> bool:
    """One that is there under other names stays: others may use it there."""
    container = client.inspect_container(instance_id)
    if network not in container["NetworkSettings"]["Networks"]:
        return False
    missing = set(aliases) - set(neighbours.names_of(container, network))
    if missing:
        raise BackendError(
            say(
                "The container {name} is on the network {network} already, but not"
                " under the name {alias}.",
                name=container["Name"].removeprefix("/"),
                network=network,
                alias=", ".join(sorted(missing)),
            ),
            code="alias_missing",
            advice=say("Disconnect it from the network, then try again."),
        )
    return True


def _still_used(
    client: Client, network_id: str, error: docker.errors.APIError
) -> BackendError:
    """Older engines do not say who is still on the network."""
    if "active endpoints" not in words_of(error):
        return refused(error)
    connected = client.inspect_network(network_id).get("Containers") or {}
    names = sorted(container["Name"] for container in connected.values())
    return BackendError(
        say(
            "Containers are still connected to the network: {names}",
            names=", ".join(names) or "?",
        ),
        code="network_in_use",
        advice=say("Disconnect or remove those containers first."),
    )
