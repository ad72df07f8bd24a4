"""A pretended Docker engine: what it has, and the verbs with Docker's own refusals."""

import secrets
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from clusters.core.images import image_version
from clusters.core.names import LABEL
from tests.drivers.pretended_meeting import Meeting, meets
from tests.drivers.pretended_members import (
    already_bootstrapped,
    bootstrap,
    fatal,
    flags_of,
    report,
    settle,
)
from tests.drivers.pretended_networks import taken
from tests.drivers.pretended_things import Data, Instance, RefusalError, Volume

CLIENT, PEER = 2379, 2380


class Engine(Meeting):
    """Everything that is on it. Not thread-safe: the server holds a lock."""

    # Looking

    def facts(self) -> dict[str, Any]:
        etcd = [image for image in self.images if "etcd" in image]
        versions = {str(v) for i in etcd if (v := image_version(i))}
        return {
            "usable": True,
            "engine": "pretended engine",
            "versions": sorted(versions),
            "pullable": self.pullable,
            "disk_free": self.disk_free,
            "clock_ahead": self.clock_ahead,
            "code": "",
        }

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

    def busy_ports(self, address: str, ports: list[int]) -> dict[int, str]:
        held = self.ports | self._published()
        return {port: held[port] for port in ports if port in held}

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
            is_bound = self._listening(endpoint) is not None
            why = "deadline exceeded" if is_bound else "connection refused"
            said = {"reachable": False, "error": why}
        else:
            running = self._running()
            settle(running, self.form_seconds, monotonic())
            data = self.volumes[instance.volume].data
            said = report(instance, data, running, self.volumes)
        return {"endpoint": endpoint, **said}

    def probe_proxy(self, endpoint: str, timeout: float) -> bool | None:
        instance = self._listening(endpoint)
        if instance is None or instance.is_proxy:
            return instance and True
        return False if self.probe(endpoint, timeout)["reachable"] else None

    # Changing

    def pull_image(self, reference: str) -> None:
        """Whether and how it goes on is for the server to say."""

    def create_volume(self, name: str, labels: dict[str, str]) -> None:
        if name in self.volumes:
            raise taken(name)
        self.volumes[name] = Volume(name, labels)

    def remove_volume(self, name: str) -> None:
        users = [i.name for i in self.instances.values() if i.volume == name]
        if users:
            raise RefusalError("volume_in_use", f"volume is in use by {users[0]}")
        self.volumes.pop(name, None)

    def create_instance(self, launch: dict[str, Any]) -> None:
        if launch["name"] in self.instances:
            raise taken(launch["name"])
        self.check_place(launch)
        labels = launch["labels"]
        self.volumes.setdefault(launch["volume"], Volume(launch["volume"], labels))
        address, is_peer = launch["bind_address"], launch["publish_peer"]
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
                **({PEER: (address, launch["peer_port"])} if is_peer else {}),
            },
            address=launch["address"],
            hostname=launch["hostname"] or launch["member"],
            aliases=launch["aliases"] or [launch["member"]],
            name_servers=launch["name_servers"],
        )

    def start_instance(self, instance_id: str) -> None:
        instance = self.wanted(instance_id)
        if instance.state == "running":
            return
        held = self.ports | self._published()
        for address, port in instance.ports.values():
            if port in held:
                words = f"{address}:{port}: port is already allocated"
                raise RefusalError("port_in_use", words)
        self.check_address(instance)
        self.run(instance)

    def remove_instance(self, instance_id: str) -> None:
        instance = self.by_id(instance_id)
        if instance is not None:
            del self.instances[instance.name]

    def set_restart_policy(self, instance_id: str) -> None:
        instance = self.wanted(instance_id)
        instance.restart_policy = "unless-stopped"

    # What members do

    def run(self, instance: Instance) -> None:
        """Start its etcd; it may end in the same moment."""
        instance.state, instance.exit_code = "running", None
        instance.started = monotonic()
        instance.started_at = datetime.now(UTC).isoformat()
        instance.has_registered = instance.is_proxy = False
        if instance.udp is not None:
            return
        why = self._cause_of_death(instance)
        if why is not None:
            self.end(instance, why["lines"], why["exit_code"])
            return
        instance.lines.append('{"level":"info","msg":"starting an etcd server"}')
        instance.is_proxy = flags_of(instance.flags).get("proxy") == "on"
        self.meet()

    def write(self, endpoint: str) -> int:
        instance = self._at(endpoint)
        if instance is None:
            raise RefusalError("unavailable", "connection refused")
        data = self.volumes[instance.volume].data
        data.revision += 1
        return data.revision

    def _cause_of_death(self, instance: Instance) -> dict[str, Any] | None:
        death = self.deaths.get(instance.name)
        if death is not None and death["times"] > 0:
            death["times"] -= 1
            return death
        volume = self.volumes[instance.volume]
        if volume.data is not None or meets(instance.flags):
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
            and instance.volume in self.volumes
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
        """The member with data that answers at an endpoint."""
        found = self._listening(endpoint)
        return found if found and any(i is found for i, _ in self._running()) else None

    def _listening(self, endpoint: str) -> Instance | None:
        host, _, port = endpoint.rpartition(":")
        for instance in self.instances.values():
            published = instance.ports.get(CLIENT, ("", 0))[1]
            by_name = host == instance.name and self.is_inside(instance.network)
            if instance.state == "running" and (by_name or int(port) == published):
                return instance
        return None


def _seen(instance: Instance) -> dict[str, Any]:
    return {
        "id": instance.id,
        "name": instance.name,
        "labels": instance.labels,
        "state": instance.state,
        "started_at": instance.started_at,
        "exit_code": instance.exit_code,
        "restarts": instance.restarts,
        "networks": instance.networks,
        "restart_policy": instance.restart_policy,
    }
