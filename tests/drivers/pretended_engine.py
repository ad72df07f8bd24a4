"""A pretended Docker engine: what it has, and the verbs with Docker's own refusals."""

import hashlib
import secrets
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from clusters.core.images import image_version
from clusters.core.names import LABEL
from tests.drivers.pretended_members import (
    already_bootstrapped,
    bootstrap,
    fatal,
    report,
    settle,
)
from tests.drivers.pretended_things import Data, Instance, Network, Volume

CLIENT, PEER = 2379, 2380
DISK_FREE = 50 * 1024**3
PRESENT = tuple(
    f"quay.io/coreos/etcd:v{version}" for version in ("3.5.35", "3.6.16", "3.7.3")
)


class RefusalError(Exception):
    """The engine says no."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


class Engine:
    """Everything that is on it. Not thread-safe: the server holds a lock."""

    def __init__(self) -> None:
        self.images = dict.fromkeys(PRESENT, "")
        self.networks: dict[str, Network] = {}
        self.volumes: dict[str, Volume] = {}
        self.instances: dict[str, Instance] = {}
        self.ports: dict[int, str] = {}  # held by others
        self.pullable: tuple[str, ...] = ()
        self.disk_free = DISK_FREE
        self.form_seconds = 0.0
        self.deaths: dict[str, dict[str, Any]] = {}  # of members, at their next starts
        self.panel_networks: set[str] | None = None  # None: not in a container

    # Looking

    def facts(self) -> dict[str, Any]:
        versions = {str(v) for i in self.images if (v := image_version(i))}
        return {
            "usable": True,
            "engine": "pretended engine",
            "versions": sorted(versions),
            "pullable": self.pullable,
            "disk_free": self.disk_free,
            "code": "",
        }

    def find_image(self, reference: str) -> dict[str, str] | None:
        if reference not in self.images:
            return None
        digest = f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}"
        pinned = f"{reference.rpartition(':')[0]}@{digest}"
        return {"id": digest, "reference": reference, "pinned": pinned}

    def find_network(self, name: str) -> dict[str, Any] | None:
        network = self.networks.get(name)
        if network is None:
            return None
        return {"id": network.id, "name": name, "labels": network.labels}

    def find_volume(self, name: str) -> dict[str, Any] | None:
        volume = self.volumes.get(name)
        return volume and {"id": name, "name": name, "labels": volume.labels}

    def find_instance(self, name: str) -> dict[str, Any] | None:
        instance = self.instances.get(name)
        return instance and _seen(instance)

    def find_all(self, installation: str) -> list[dict[str, Any]]:
        mine = f"{LABEL}.installation"
        found = self.instances.values()
        return [_seen(i) for i in found if i.labels.get(mine) == installation]

    def names_on_network(self, network: str) -> dict[str, str]:
        here = [i for i in self.instances.values() if i.network == network]
        names = {n: i.name for i in here for n in (i.name, i.member) if n}
        known = self.networks.get(network)
        return names | (known.strangers if known else {})

    def busy_ports(self, address: str, ports: list[int]) -> dict[int, str]:
        held = self.ports | self._published()
        return {port: held[port] for port in ports if port in held}

    def is_inside(self, network: str) -> bool | None:
        return None if self.panel_networks is None else network in self.panel_networks

    def log_tail(self, name: str, lines: int) -> list[str]:
        instance = self.instances.get(name)
        return instance.lines[-lines:] if instance and lines > 0 else []

    def endpoint(self, name: str, published: str) -> str:
        instance = self.instances.get(name)
        inside = instance and self.is_inside(instance.network)
        return f"{name}:{CLIENT}" if inside else published

    def probe(self, endpoint: str, timeout: float) -> dict[str, Any]:
        instance = self._at(endpoint)
        if instance is None:
            said = {"reachable": False, "error": "connection refused"}
        else:
            running = self._running()
            settle(running, self.form_seconds, monotonic())
            data = self.volumes[instance.volume].data
            said = report(instance, data, running, self.volumes)
        return {"endpoint": endpoint, **said}

    # Changing

    def pull_image(self, reference: str) -> None:
        """Whether and how it goes on is for the server to say."""

    def create_network(
        self, name: str, labels: dict[str, str], subnet: str = ""
    ) -> None:
        if name in self.networks:
            raise _taken(name)
        self.networks[name] = Network(secrets.token_hex(32), name, labels)

    def remove_network(self, network_id: str) -> None:
        network = next((n for n in self.networks.values() if n.id == network_id), None)
        if network is None:
            return
        users = [i.name for i in self.instances.values() if i.network == network.name]
        users += network.strangers.values()
        if users or self.is_inside(network.name):
            raise RefusalError("network_in_use", f"{network.name} has active endpoints")
        del self.networks[network.name]

    def join_network(self, network: str) -> None:
        if self.panel_networks is not None:
            self.panel_networks.add(network)

    def leave_network(self, network: str) -> None:
        if self.panel_networks is not None:
            self.panel_networks.discard(network)

    def create_volume(self, name: str, labels: dict[str, str]) -> None:
        if name in self.volumes:
            raise _taken(name)
        self.volumes[name] = Volume(name, labels)

    def remove_volume(self, name: str) -> None:
        users = [i.name for i in self.instances.values() if i.volume == name]
        if users:
            raise RefusalError("volume_in_use", f"volume is in use by {users[0]}")
        self.volumes.pop(name, None)

    def create_instance(self, launch: dict[str, Any]) -> None:
        if launch["name"] in self.instances:
            raise _taken(launch["name"])
        if launch["network"] not in self.networks:
            raise RefusalError(
                "network_missing", f"network {launch['network']} not found"
            )
        if not self._has_image(launch["image"]):
            raise RefusalError("image_not_found", f"no such image: {launch['image']}")
        labels = launch["labels"]
        self.volumes.setdefault(launch["volume"], Volume(launch["volume"], labels))
        address = launch["bind_address"]
        self.instances[launch["name"]] = Instance(
            id=secrets.token_hex(32),
            name=launch["name"],
            member=launch["member"],
            labels=labels,
            network=launch["network"],
            version=launch["version"],
            volume=launch["volume"],
            flags=launch["flags"],
            ports={
                CLIENT: (address, launch["client_port"]),
                PEER: (address, launch["peer_port"]),
            },
        )

    def start_instance(self, instance_id: str) -> None:
        instance = self.by_id(instance_id)
        if instance is None:
            raise RefusalError("instance_missing", f"no such container: {instance_id}")
        if instance.state == "running":
            return
        held = self.ports | self._published()
        for address, port in instance.ports.values():
            if port in held:
                words = f"{address}:{port}: port is already allocated"
                raise RefusalError("port_in_use", words)
        self.run(instance)

    def remove_instance(self, instance_id: str) -> None:
        instance = self.by_id(instance_id)
        if instance is not None:
            del self.instances[instance.name]

    def set_restart_policy(self, instance_id: str) -> None:
        instance = self.by_id(instance_id)
        if instance is None:
            raise RefusalError("instance_missing", f"no such container: {instance_id}")
        instance.restart_policy = "unless-stopped"

    # What members do

    def run(self, instance: Instance) -> None:
        """Start its etcd; it may end in the same moment."""
        instance.state, instance.exit_code = "running", None
        instance.started = monotonic()
        instance.started_at = datetime.now(UTC).isoformat()
        why = self._cause_of_death(instance)
        if why is not None:
            instance.lines += why["lines"]
            instance.state, instance.exit_code = "exited", why["exit_code"]
            return
        instance.lines.append('{"level":"info","msg":"starting an etcd server"}')

    def write(self, endpoint: str) -> int:
        instance = self._at(endpoint)
        if instance is None:
            raise RefusalError("unavailable", "connection refused")
        data = self.volumes[instance.volume].data
        data.revision += 1
        return data.revision

    def by_id(self, instance_id: str) -> Instance | None:
        found = (i for i in self.instances.values() if i.id == instance_id)
        return next(found, None)

    def _cause_of_death(self, instance: Instance) -> dict[str, Any] | None:
        death = self.deaths.get(instance.name)
        if death is not None and death["times"] > 0:
            death["times"] -= 1
            return death
        volume = self.volumes[instance.volume]
        if volume.data is not None:
            return None
        others = [data for _, data in self._running() if data is not None]
        data = bootstrap(instance.flags)
        error = data if isinstance(data, str) else already_bootstrapped(data, others)
        if error is not None:
            return {"lines": [fatal(error)], "exit_code": 1}
        volume.data = data
        return None

    def _running(self) -> list[tuple[Instance, Data]]:
        return [
            (instance, data)
            for instance in self.instances.values()
            if instance.state == "running"
            and instance.volume
            and (data := self.volumes[instance.volume].data) is not None
        ]

    def _published(self) -> dict[int, str]:
        return {
            port: f"container {instance.name}"
            for instance in self.instances.values()
            if instance.state == "running"
            for _, port in instance.ports.values()
        }

    def _at(self, endpoint: str) -> Instance | None:
        host, _, port = endpoint.rpartition(":")
        for instance, _ in self._running():
            published = instance.ports.get(CLIENT, ("", 0))[1]
            by_name = host == instance.name and self.is_inside(instance.network)
            if by_name or int(port) == published:
                return instance
        return None

    def _has_image(self, image: str) -> bool:
        seen = [self.find_image(reference) for reference in self.images]
        return any(image in {s["id"], s["reference"], s["pinned"]} for s in seen if s)


def _seen(instance: Instance) -> dict[str, Any]:
    return {
        "id": instance.id,
        "name": instance.name,
        "labels": instance.labels,
        "state": instance.state,
        "started_at": instance.started_at,
        "exit_code": instance.exit_code,
        "restarts": instance.restarts,
        "networks": [instance.network] if instance.network else [],
        "restart_policy": instance.restart_policy,
    }


def _taken(name: str) -> RefusalError:
    return RefusalError("name_taken", f"the name {name} is already in use")
