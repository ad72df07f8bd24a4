"""A panel among all that members may meet by, and what a script asks of it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from clusters.core.meeting import AddressRecord, SrvRecord
from tests import parts
from tests.meeting.name_server import NameServer, name_server
from tests.meeting.public_service import PublicService, public_service
from tests.meeting.resolver import RESOLV_CONF
from tests.meeting.stores import v2_store
from tests.scenarios.panels import (
    PASSWORD,
    Driven,
    engine_client,
    home_of,
    remove_members,
    unique,
)
from tests.up.panels import Panel, free_port

LINES = ("3.4", "3.5", "3.6", "3.7")
DOMAIN = "grid.test"
NAME_SERVER = ("127.0.53.2", 53)
KINDS = {"docker": "containers", "local": "processes"}


class Met:
    """A driven panel, the public service, and the name server of its processes."""

    def __init__(
        self, driven: Driven, service: PublicService, servers: NameServer
    ) -> None:
        self.driven = driven
        self.service = service
        self.servers = servers
        self.stores: dict[tuple[str, str], str] = {}

    def store(self, host: str, protocol: str) -> str:
        """The managed store of a host, made when it is first needed."""
        if (host, protocol) not in self.stores:
            name = unique(f"meet{protocol}")
            client, peer = free_port(), free_port()
            body = {
                "name": name,
                "protocol": protocol,
                "host": host,
                "version": version("3.5" if protocol == "v2" else "3.7"),
                "client_port": client,
                "peer_port": peer,
            }
            status, answer = self.driven.ask("POST", "/discovery/stores/", body)
            assert status == 202, answer
            self.driven.succeeded(answer["operation"])
            self.stores[host, protocol] = name
        return self.stores[host, protocol]

    def body(self, mode: str, host: str, name: str, **wanted: Any) -> dict[str, Any]:
        """What a script sends to create a cluster in a mode."""
        size = wanted.pop("size", 3)
        if "discovery" not in wanted and mode in {"discovery_v2", "discovery_v3"}:
            self.store(host, mode[-2:])  # it takes its ports first
        body = {"name": name, "size": size, "bootstrap": mode, "hosts": [host]}
        count = size + wanted.get("extra_members", 0)
        ports = sorted({free_port() for _ in range(20)})
        body |= {"client_ports": ports[:count], "peer_ports": ports[count : 2 * count]}
        if "discovery" not in wanted:
            body["discovery"] = self.discovery(mode, host, body)
        return body | wanted

    def discovery(self, mode: str, host: str, body: dict[str, Any]) -> dict[str, Any]:
        match mode:
            case "discovery_v2" | "discovery_v3":
                return {"store": self.store(host, mode[-2:])}
            case "dns_srv" if host == "local":
                return {"domain": self.publish(body)}
            case "dns_srv":
                return {"domain": f"{body['name']}.test"}
            case _:
                return {}

    def publish(self, body: dict[str, Any]) -> str:
        """Put the records that the panel would print into the person's own zone."""
        domain = f"{body['name']}.{DOMAIN}"
        for number, port in enumerate(body["peer_ports"][: body["size"]], 1):
            target = f"etcd{number}.{domain}"
            name = f"_etcd-server._tcp.{domain}"
            self.servers.records += [
                SrvRecord(name=name, target=target, port=port),
                AddressRecord(name=target, address="127.0.0.1"),
            ]
        return domain


def version(line: str) -> str:
    return parts.etcd_dir(line).name


@contextmanager
def meeting_panel(folder: Path, **environment: str) -> Iterator[Met]:
    """A panel whose processes ask a name server of the test's own."""
    with ExitStack() as stack:
        own = gateway()
        store = stack.enter_context(v2_store("3.5", listen=own))
        service = stack.enter_context(public_service(store, listen=own))
        servers = stack.enter_context(name_server(DOMAIN, [], also=NAME_SERVER))
        usual = {
            "ETCDPANEL_ETCD_DIRS": os.pathsep.join(_folders()),
            "ETCDPANEL_ADMIN_PASSWORD": PASSWORD,
            "ETCDPANEL_PUBLIC_DISCOVERY_URL": service.url,
            "DOCKER_HOST": parts.engine("old"),
        }
        panel = Panel(home_of(folder), free_port(), **usual | environment)
        panel.prefix = _with_resolver(folder)
        try:
            met = Met(Driven(panel.start()), service, servers)
            yield met
            for name in met.stores.values():
                met.driven.ended(met.driven.delete(name))
        finally:
            panel.end()
            remove_members(panel)


def _folders() -> list[str]:
    return [str(parts.etcd_dir(line)) for line in LINES]


def _with_resolver(folder: Path) -> tuple[str, ...]:
    """What runs a program with a resolv.conf of its own, and all that it starts."""
    own = folder / "resolv.conf"
    own.write_text(f"nameserver {NAME_SERVER[0]}\n")
    swap = f'mount --bind "$0" {RESOLV_CONF.resolve()} && exec "$@"'
    return ("unshare", "--mount", "sh", "-c", swap, str(own))


def gateway() -> str:
    """Where containers of any bridge reach this machine, and so does it itself."""
    client = engine_client()
    config = client.networks.get("bridge").attrs["IPAM"]["Config"]
    client.close()
    return config[0]["Gateway"]
