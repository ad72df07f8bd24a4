"""Members of a pretended world, for tests only."""

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.observed import (
    HostFacts,
    ImageSeen,
    InstanceSeen,
    ListedMember,
    MemberReport,
    ObjectSeen,
    RunState,
)
from clusters.core.text import say
from clusters.drivers.base import Launch, Progress, Service, Stop
from clusters.etcd.pretended import answers, ask

_LOOK_SECONDS = 0.05


class MemoryDriver:
    """An engine that is only pretended, at the other end of a socket."""

    def __init__(self, socket_path: str, *, stall_seconds: float = 30.0) -> None:
        self._socket_path = socket_path
        self._stall_seconds = stall_seconds

    def facts(self) -> HostFacts:
        try:
            return HostFacts.from_json(self._ask("facts"))
        except BackendError as error:
            return HostFacts(
                usable=False, code=error.code, reason=error.text, cure=error.advice
            )

    def find_image(self, reference: str) -> ImageSeen | None:
        seen = self._ask("find_image", reference)
        return ImageSeen(**seen) if seen else None

    def find_network(self, name: str) -> ObjectSeen | None:
        seen = self._ask("find_network", name)
        return ObjectSeen(**seen) if seen else None

    def find_volume(self, name: str) -> ObjectSeen | None:
        seen = self._ask("find_volume", name)
        return ObjectSeen(**seen) if seen else None

    def find_instance(self, name: str) -> InstanceSeen | None:
        seen = self._ask("find_instance", name)
        return _instance(seen) if seen else None

    def find_all(self, installation: str) -> tuple[InstanceSeen, ...]:
        return tuple(map(_instance, self._ask("find_all", installation)))

    def names_on_network(self, network: str) -> Mapping[str, str]:
        names: dict[str, str] = self._ask("names_on_network", network)
        return names

    def busy_ports(self, address: str, ports: Iterable[int]) -> Mapping[int, str]:
        busy = self._ask("busy_ports", address, list(ports))
        return {int(port): owner for port, owner in busy.items()}

    def is_inside(self, network: str) -> bool | None:
        inside: bool | None = self._ask("is_inside", network)
        return inside

    def log_tail(self, name: str, lines: int) -> tuple[str, ...]:
        return tuple(self._ask("log_tail", name, lines))

    def data_dir(self, volume: str) -> str:  # noqa: ARG002
        return "/var/lib/etcd"

    def endpoint(self, name: str, published: str) -> str:
        found: str = self._ask("endpoint", name, published)
        return found

    def probe(self, endpoint: str, timeout: float) -> MemberReport:
        try:
            said = self._ask("probe", endpoint, timeout)
        except BackendError as error:
            return MemberReport(
                endpoint=endpoint, reachable=False, error=str(error.text)
            )
        return _report(said)

    def probe_proxy(self, endpoint: str, timeout: float) -> bool | None:
        try:
            found: bool | None = self._ask("probe_proxy", endpoint, timeout)
        except BackendError:
            return None
        return found

    def await_peer_answer(self, name: str, published: str, seconds: float) -> bool:  # noqa: ARG002
        """Pretended members do not ask one another."""
        return True

    def pull_image(self, reference: str, progress: Progress, stop: Stop) -> None:
        heard = time.monotonic()
        lines = answers(self._socket_path, "pull_image", _LOOK_SECONDS, reference)
        with closing(lines):
            for answer in lines:
                if stop():
                    return
                if answer is None:
                    self._check_stall(reference, heard)
                elif "progress" in answer:
                    heard = time.monotonic()
                    progress(answer["progress"])
                else:
                    return

    def _check_stall(self, reference: str, heard: float) -> None:
        if time.monotonic() - heard > self._stall_seconds:
            raise BackendError(
                say("The pull of {reference} stalled.", reference=reference),
                code="pull_stalled",
            )

    def create_network(
        self, name: str, labels: Mapping[str, str], subnet: str = ""
    ) -> None:
        self._ask("create_network", name, dict(labels), subnet)

    def subnets(self) -> tuple[str, ...]:
        return tuple(self._ask("subnets"))

    def network_subnet(self, name: str) -> str:
        return str(self._ask("network_subnet", name))

    def address_of(self, network: str, name: str) -> str:
        return str(self._ask("address_of", network, name))

    def connect_instance(
        self, network: str, instance_id: str, aliases: tuple[str, ...]
    ) -> None:
        self._ask("connect_instance", instance_id, network, aliases)

    def disconnect_instance(self, network: str, instance_id: str) -> None:
        self._ask("disconnect_instance", instance_id, network)

    def remove_network(self, network_id: str) -> None:
        self._ask("remove_network", network_id)

    def join_network(self, network: str) -> None:
        self._ask("join_network", network)

    def leave_network(self, network: str) -> None:
        self._ask("leave_network", network)

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        self._ask("create_volume", name, dict(labels))

    def remove_volume(self, name: str) -> None:
        self._ask("remove_volume", name)

    def create_instance(self, launch: Launch) -> None:
        content = asdict(launch) | {"labels": dict(launch.labels)}
        self._ask("create_instance", content)

    def files_dir(self, name: str) -> str:  # noqa: ARG002
        return "/var/lib/etcd/discovery"

    def put_files(self, instance_id: str, files: Mapping[str, str]) -> None:
        self._ask("put_files", instance_id, dict(files))

    def create_service(self, service: Service) -> None:
        content = asdict(service)
        content |= {"labels": dict(service.labels), "files": dict(service.files)}
        self._ask("create_service", content)

    def start_service(self, instance_id: str, files: Mapping[str, str]) -> None:
        self._ask("start_service", instance_id, dict(files))

    def published_udp(self, name: str, port: int) -> str:
        return str(self._ask("published_udp", name, port))

    def start_instance(self, instance_id: str) -> None:
        self._ask("start_instance", instance_id)

    def remove_instance(self, instance_id: str) -> None:
        self._ask("remove_instance", instance_id)

    def set_restart_policy(self, instance_id: str) -> None:
        self._ask("set_restart_policy", instance_id)

    def _ask(self, verb: str, *args: Any) -> Any:
        return ask(self._socket_path, verb, *args)


def _instance(seen: Mapping[str, Any]) -> InstanceSeen:
    networks = tuple(seen["networks"])
    return InstanceSeen(
        **{**seen, "state": RunState(seen["state"]), "networks": networks}
    )


def _report(said: Mapping[str, Any]) -> MemberReport:
    members = tuple(
        ListedMember(
            **{
                **member,
                "peer_urls": tuple(member["peer_urls"]),
                "client_urls": tuple(member["client_urls"]),
            }
        )
        for member in said.get("members", ())
    )
    alarms = tuple(said.get("alarms", ()))
    return MemberReport(**{**said, "members": members, "alarms": alarms})
