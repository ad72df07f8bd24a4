"""The verbs of the Docker driver for containers that are no members."""

from collections.abc import Mapping

import docker.errors

from clusters.core.errors import BackendError
from clusters.core.text import say
from clusters.drivers.base import Service
from clusters.drivers.docker import archives, recipe
from clusters.drivers.docker.looking import Looking


class Services(Looking):
    """Helpers of clusters, such as DNS servers."""

    def create_service(self, service: Service) -> None:
        body = recipe.service(service)
        with self._engine.asking() as client:
            try:
                client.create_container_from_config(  # type: ignore[no-untyped-call]
                    body, service.name
                )
            except docker.errors.ImageNotFound as error:
                raise BackendError(
                    say("There is no image {reference}.", reference=service.image),
                    code="image_not_found",
                    advice=say(
                        "Check the name and the version, or choose an image that is"
                        " there."
                    ),
                ) from error

    def start_service(self, instance_id: str, files: Mapping[str, str]) -> None:
        """What was put before is put again: whether all of it was, nobody can tell."""
        with self._engine.asking() as client:
            for folder, archive in archives.by_folder(files).items():
                client.put_archive(instance_id, folder, archive)
            client.start(instance_id)
