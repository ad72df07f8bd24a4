"""Members as processes of this machine.

All state is on disk: a folder for each instance and one for each volume, with the
labels in a file beside the data. Members outlive the panel, and any worker finds them
again. What only engines of containers have is not here (see uncontained.py).
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.images import image_version
from clusters.core.names import LABEL
from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    InstanceSeen,
    MemberReport,
    ObjectSeen,
    RunState,
)
from clusters.core.releases import Version
from clusters.core.text import say
from clusters.drivers import daemon
from clusters.drivers.base import Launch
from clusters.drivers.binaries import Binary, find_binaries, searched
from clusters.drivers.folders import Folders, refusals_told
from clusters.drivers.logs import last_lines, log_flags, put_aside_output
from clusters.drivers.ports import taken_ports
from clusters.drivers.uncontained import Uncontained
from clusters.etcd.client import probe
from clusters.etcd.peers import await_peer_answer, probe_proxy

# Nothing named ETCD_ or LISTEN_: etcd refuses a variable that a flag shadows.
_PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GOMAXPROCS",
    "GOMEMLIMIT",
    "ETCD_UNSUPPORTED_ARCH",
)
_DATA = "data"
_FILES = "discovery"
_OWNER = f"{LABEL}.installation"


class ProcessDriver(Uncontained):
    """A host whose members are processes of this machine, below one folder."""

    def __init__(self, root: Path, extra_dirs: Sequence[Path] = ()) -> None:
        self._root = root.absolute()
        self._extra_dirs = tuple(extra_dirs)
        self._instances = Folders(self._root / "instances", "launch.json")
        self._volumes = Folders(self._root / "volumes", "volume.json")

    def facts(self) -> HostFacts:
        binaries = find_binaries(self._extra_dirs)
        if not binaries:
            return HostFacts(
                usable=False,
                code="no_etcd_binary",
                reason=say(
                    "No etcd that runs was found in {places}.",
                    places=searched(self._extra_dirs),
                ),
                cure=say(
                    "Install etcd, or name its folder in ETCDPANEL_ETCD_DIRS and start"
                    " the panel again."
                ),
            )
        home = _nearest(self._root)
        if not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
            return HostFacts(
                usable=False,
                code="root_not_writable",
                reason=say("The panel may not write to {path}.", path=str(home)),
                cure=say("Let the user that runs the panel write to this folder."),
            )
        newest = binaries[0]
        return HostFacts(
            usable=True,
            engine=f"etcd {newest.version} ({newest.path})",
            versions=tuple(str(binary.version) for binary in binaries),
            disk_free=shutil.disk_usage(home).free,
            clock_ahead=0.0,
        )

    # What is there

    def find_image(self, reference: str) -> ImageSeen | None:
        """The binary of a version, given as `3.6.16` or in the tag of an image."""
        binary = self._binary(Version.parse(reference) or image_version(reference))
        if binary is None:
            return None
        return ImageSeen(
            id=str(binary.path), reference=str(binary.version), pinned=str(binary.path)
        )

    def find_volume(self, name: str) -> ObjectSeen | None:
        with refusals_told(self._root):
            if not self._volumes.exists(name):
                return None
            labels = self._volumes.card(name).get("labels", {})
        return ObjectSeen(id=name, name=name, labels=labels)

    def find_instance(self, name: str) -> InstanceSeen | None:
        with refusals_told(self._root):
            if not self._instances.exists(name):
                return None
            return self._seen(name, self._instances.card(name))

    def find_all(self, installation: str) -> tuple[InstanceSeen, ...]:
        with refusals_told(self._root):
            return tuple(
                self._seen(name, card)
                for name, card in self._instances.cards()
                if card.get("labels", {}).get(_OWNER) == installation
            )

    def busy_ports(self, address: str, ports: Iterable[int]) -> Mapping[int, str]:
        return taken_ports(address, ports)

    def data_dir(self, volume: str) -> str:
        return str(self._volumes.path(volume) / _DATA)

    def files_dir(self, name: str) -> str:
        return str(self._instances.path(name) / _FILES)

    def log_tail(self, name: str, lines: int) -> tuple[str, ...]:
        with refusals_told(self._root):
            return last_lines(self._instances.path(name), lines)

    def endpoint(self, name: str, published: str) -> str:  # noqa: ARG002
        return published

    def probe(self, endpoint: str, timeout: float) -> MemberReport:
        return probe(endpoint, timeout)

    def probe_proxy(self, endpoint: str, timeout: float) -> bool | None:
        return probe_proxy(endpoint, timeout)

    def await_peer_answer(self, name: str, published: str, seconds: float) -> bool:  # noqa: ARG002
        return await_peer_answer(published, seconds)

    # What changes it

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        with refusals_told(self._root):
            self._volumes.create(name, {"labels": dict(labels)}, _DATA)

    def remove_volume(self, name: str) -> None:
        users = [n for n, c in self._instances.cards() if c.get("volume") == name]
        if users:
            raise BackendError(
                say(
                    "The data of {name} is in use by {user}.", name=name, user=users[0]
                ),
                code="volume_in_use",
                advice=say("Remove the member first."),
            )
        with refusals_told(self._root):
            self._volumes.remove(name)

    def create_instance(self, launch: Launch) -> None:
        binary = self._binary(Version.parse(launch.version))
        if binary is None:
            raise self._no_such_etcd(launch.version)
        self._check_volume(launch.volume)
        if launch.name_servers:
            raise _no_name_servers()
        card = {
            "id": secrets.token_hex(16),
            "member": launch.member,
            "labels": dict(launch.labels),
            "version": str(binary.version),
            "flags": launch.flags,
            "volume": launch.volume,
        }
        with refusals_told(self._root):
            self._instances.create(launch.name, card)

    def put_files(self, instance_id: str, files: Mapping[str, str]) -> None:
        name, _ = self._by_id(instance_id)
        with refusals_told(self._root):
            self._instances.put(name, _FILES, files)

    def start_instance(self, instance_id: str) -> None:
        """Start it unless it runs; two workers that start it at once start it once."""
        name, card = self._by_id(instance_id)
        version = Version.parse(card["version"])
        binary = self._binary(version)
        if binary is None:
            raise self._no_such_etcd(card["version"])
        self._check_volume(card["volume"])
        folder = self._instances.path(name)
        logging = log_flags(binary.version, folder)
        argv = [str(binary.path), *card["flags"], *logging]
        kept = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
        with refusals_told(self._root):
            put_aside_output(folder)
            daemon.start(folder, argv, kept)

    def remove_instance(self, instance_id: str) -> None:
        """End the process and forget it; its data stays."""
        found = [n for n, c in self._instances.cards() if c.get("id") == instance_id]
        for name in found:
            folder = self._instances.path(name)
            # Gone in the meantime is as good as removed here.
            gone = suppress(FileNotFoundError)
            with refusals_told(self._root), gone, daemon.ended(folder):
                self._instances.remove(name)

    def set_restart_policy(self, instance_id: str) -> None:
        """Nothing to record: the panel's own sweep restarts what stopped."""

    def _binary(self, version: Version | None) -> Binary | None:
        binaries = find_binaries(self._extra_dirs)
        return next((b for b in binaries if b.version == version), None)

    def _by_id(self, instance_id: str) -> tuple[str, dict[str, Any]]:
        for name, card in self._instances.cards():
            if card.get("id") == instance_id:
                return name, card
        raise BackendError(
            say("There is no instance {id} on this machine.", id=instance_id[:64]),
            code="instance_missing",
        )

    def _check_volume(self, name: str) -> None:
        """A member without its data must not start empty: it would break its word."""
        if not (self._volumes.path(name) / _DATA).is_dir():
            raise BackendError(
                say("The data folder of {name} is not there.", name=name),
                code="volume_missing",
                advice=say("Remove this member from its cluster and add a new one."),
            )

    def _no_such_etcd(self, version: str) -> BackendError:
        return BackendError(
            say(
                "etcd {version} was not found in {places}.",
                version=version,
                places=searched(self._extra_dirs),
            ),
            code="no_etcd_binary",
            advice=say(
                "Install it, or name its folder in ETCDPANEL_ETCD_DIRS and start the"
                " panel again."
            ),
        )

    def _seen(self, name: str, card: Mapping[str, Any]) -> InstanceSeen:
        life = daemon.look(self._instances.path(name))
        if life.process is not None:
            state = RunState.RUNNING
        else:
            state = RunState.EXITED if life.was_started else RunState.CREATED
        return InstanceSeen(
            id=card.get("id", ""),
            name=name,
            labels=card.get("labels", {}),
            state=state,
            started_at=life.started_at,
            exit_code=life.exit_code,
        )


def _no_name_servers() -> BackendError:
    return BackendError(
        say(
            "Processes ask the name servers of their machine; they can not be given"
            " others."
        ),
        code="unsupported_on_host",
    )


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest above it that is there and may be seen."""
    # Path.exists() raises where it may not look.
    return next(p for p in (path, *path.parents) if os.path.exists(p))  # noqa: PTH110
