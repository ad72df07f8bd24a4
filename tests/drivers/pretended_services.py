"""Containers of a pretended engine that are no members, and the DNS they serve."""

import secrets
from typing import Any

from tests.drivers.pretended_networks import Networks, taken
from tests.drivers.pretended_things import Instance, RefusalError

FIRST_PORT = 49152


class Services(Networks):
    """Name servers: those that run here, and those of others."""

    def __init__(self) -> None:
        super().__init__()
        self.zones: dict[str, list[str]] = {}  # lines that other servers know
        self._next_port = FIRST_PORT

    def create_service(self, service: dict[str, Any]) -> None:
        if service["name"] in self.instances:
            raise taken(service["name"])
        self.check_place(service)
        self._next_port += 1
        self.instances[service["name"]] = Instance(
            id=secrets.token_hex(32),
            name=service["name"],
            member="",
            labels=service["labels"],
            network=service["network"],
            address=service["address"],
            aliases=service["aliases"],
            udp=(service["published_udp"], self._next_port),
        )

    def start_service(self, instance_id: str, files: dict[str, str]) -> None:
        self.put_files(instance_id, files)
        self.start_instance(instance_id)

    def put_files(self, instance_id: str, files: dict[str, str]) -> None:
        self.wanted(instance_id).files.update(files)

    def published_udp(self, name: str, port: int) -> str:
        instance = self.instances.get(name)
        udp = instance.udp if instance and instance.state == "running" else None
        if instance is None or udp is None or udp[0] != port:
            return ""
        if self.panel_networks is None:
            return f"127.0.0.1:{udp[1]}"
        return f"{self.address_on(instance.network, instance)}:{port}"

    def dns_look(self, server: str) -> list[str]:
        """All records of a name server, as lines of a zone file."""
        lines = self.records_at(server)
        if lines is None:
            raise RefusalError("dns_unreachable", f"{server} does not answer")
        return lines

    def records_at(self, server: str) -> list[str] | None:
        """None when nothing answers there."""
        host, _, _ = server.partition(":")
        if host in self.zones:
            return self.zones[host]
        for instance in self.instances.values():
            if instance.udp is None or instance.state != "running":
                continue
            address = self.address_on(instance.network, instance)
            if host == address or server == f"127.0.0.1:{instance.udp[1]}":
                return [line for f in instance.files.values() for line in _lines(f)]
        return None

    def start_instance(self, instance_id: str) -> None:
        raise NotImplementedError


def _lines(file: str) -> list[str]:
    kinds = (" IN SRV ", " IN A ")
    return [line for line in file.splitlines() if any(kind in line for kind in kinds)]
