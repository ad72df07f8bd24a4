"""The verbs of the Docker driver that change the engine, each by one call to it."""

from collections.abc import Mapping
from pathlib import Path

import docker.errors

from clusters.core.errors import BackendError, Unavailable
from clusters.core.text import say
from clusters.drivers.base import Launch, Progress, Stop
from clusters.drivers.docker import archives, recipe, seen
from clusters.drivers.docker.client import Client
from clusters.drivers.docker.connection import Connection
from clusters.drivers.docker.networks import Networks
from clusters.drivers.docker.pull import Pull
from clusters.drivers.docker.refusals import words_of
from clusters.drivers.docker.services import Services

DEFAULT_REPOSITORY = "quay.io/coreos/etcd"
STALL_SECONDS = 60.0
ANSWER_SECONDS = 10.0

_MOST_IMAGES_NAMED = 10


class DockerDriver(Networks, Services):
    """A Docker engine: members are containers on a network, their data in volumes.

    An empty `address` means the engine that the Docker client would use. One object
    serves all threads of a process; it dials when it is first asked.
    """

    def __init__(
        self,
        address: str = "",
        *,
        repository: str = DEFAULT_REPOSITORY,
        certificates: Path | None = None,
        stall_seconds: float = STALL_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._stall_seconds = stall_seconds
        super().__init__(Connection(address, certificates, answer_seconds), repository)

    def close(self) -> None:
        """Hang up; a later call dials again."""
        self._engine.close()

    def pull_image(self, reference: str, progress: Progress, stop: Stop) -> None:
        with self._engine.asking() as client:
            pull = Pull(client, reference, self._stall_seconds)
            try:
                pull.run(progress, stop)
            except Unavailable:
                raise
            except BackendError as error:
                raise _not_pulled(client, reference, error) from error

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        with self._engine.asking() as client:
            client.create_volume(name, labels=dict(labels))

    def remove_volume(self, name: str) -> None:
        with self._engine.asking() as client:
            try:
                client.remove_volume(name)
            except docker.errors.NotFound:
                return

    def create_instance(self, launch: Launch) -> None:
        """For a volume that is gone the engine would make an empty one, and a member
        without its data would break its word: so that is looked at first."""
        body = recipe.container(launch)
        if self.find_volume(launch.volume) is None:
            raise _no_volume(launch.volume)
        with self._engine.asking() as client:
            try:
                client.create_container_from_config(  # type: ignore[no-untyped-call]
                    body, launch.name
                )
            except docker.errors.ImageNotFound as error:
                raise _no_image(client, launch.image) from error

    def start_instance(self, instance_id: str) -> None:
        """The engine answers as well when the container runs already."""
        with self._engine.asking() as client:
            client.start(instance_id)

    def remove_instance(self, instance_id: str) -> None:
        """With it go the volumes that its image alone asked for; named ones stay."""
        with self._engine.asking() as client:
            try:
                client.remove_container(instance_id, force=True, v=True)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if "already in progress" not in words_of(error):
                    raise

    def put_files(self, instance_id: str, files: Mapping[str, str]) -> None:
        """Into the volume of the data, for nothing else of a member is writable."""
        with self._engine.asking() as client:
            client.put_archive(instance_id, recipe.DATA_DIR, archives.private(files))

    def set_restart_policy(self, instance_id: str) -> None:
        with self._engine.asking() as client:
            client.update_container(
                instance_id,
                restart_policy={"Name": "unless-stopped"},  # type: ignore[arg-type]
            )


def _no_volume(name: str) -> BackendError:
    return BackendError(
        say("The volume {name} is not on the engine.", name=name),
        code="volume_missing",
        advice=say("Remove this member from its cluster and add a new one."),
    )


def _not_pulled(client: Client, reference: str, error: BackendError) -> BackendError:
    """Whatever the reason: what was wanted, and what there is instead."""
    if error.code == "image_not_found":
        return _no_image(client, reference)
    text = say(
        "{reference} was not pulled; the engine has: {images}. {why}",
        reference=reference,
        images=_images_there(client, reference),
        why=error.text,
    )
    return BackendError(text, code=error.code, advice=error.advice)


def _no_image(client: Client, reference: str) -> BackendError:
    """Name what there is instead: often only the version is mistyped."""
    return BackendError(
        say(
            "There is no image {reference}. The engine has: {images}.",
            reference=reference,
            images=_images_there(client, reference),
        ),
        code="image_not_found",
        advice=say("Check the name and the version, or choose an image that is there."),
    )


def _images_there(client: Client, wanted: str) -> str:
    """Those of the same program, from whichever repository."""
    program = "etcd" if "etcd" in _last(wanted) else _last(wanted).partition(":")[0]
    there = [tag for tag in seen.tags_of(client.images()) if program in _last(tag)]
    return ", ".join(there[:_MOST_IMAGES_NAMED]) or "-"


def _last(tag: str) -> str:
    return tag.partition("@")[0].rpartition("/")[2]
