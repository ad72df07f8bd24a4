"""What only engines of containers have, as a host of processes answers it.

Looking finds nothing; whatever would change something is refused.
"""

from collections.abc import Mapping
from typing import NoReturn

from clusters.core.errors import BackendError
from clusters.core.observed import ObjectSeen
from clusters.core.text import say
from clusters.drivers.base import Progress, Service, Stop


class Uncontained:
    """A host without images, networks and containers."""

    def find_network(self, name: str) -> ObjectSeen | None:  # noqa: ARG002
        return None

    def names_on_network(self, network: str) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def subnets(self) -> tuple[str, ...]:
        return ()

    def network_subnet(self, name: str) -> str:  # noqa: ARG002
        return ""

    def address_of(self, network: str, name: str) -> str:  # noqa: ARG002
        return ""

    def is_inside(self, network: str) -> bool | None:  # noqa: ARG002
        return None

    def published_udp(self, name: str, port: int) -> str:  # noqa: ARG002
        return ""

    def pull_image(self, reference: str, progress: Progress, stop: Stop) -> None:  # noqa: ARG002
        refuse()

    def create_network(
        self,
        name: str,  # noqa: ARG002
        labels: Mapping[str, str],  # noqa: ARG002
        subnet: str = "",  # noqa: ARG002
    ) -> None:
        refuse()

    def remove_network(self, network_id: str) -> None:  # noqa: ARG002
        refuse()

    def join_network(self, network: str) -> None:  # noqa: ARG002
        refuse()

    def leave_network(self, network: str) -> None:  # noqa: ARG002
        refuse()

    def connect_instance(
        self,
        network: str,  # noqa: ARG002
        instance_id: str,  # noqa: ARG002
        aliases: tuple[str, ...],  # noqa: ARG002
    ) -> None:
        refuse()

    def disconnect_instance(self, network: str, instance_id: str) -> None:  # noqa: ARG002
        refuse()

    def create_service(self, service: Service) -> None:  # noqa: ARG002
        refuse()

    def start_service(self, instance_id: str, files: Mapping[str, str]) -> None:  # noqa: ARG002
        refuse()


def refuse() -> NoReturn:
    raise BackendError(
        say("A host of processes has no images and no networks."),
        code="unsupported_on_host",
    )
