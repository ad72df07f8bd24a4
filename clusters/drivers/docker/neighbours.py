"""What others on the engine already have: names on a network, published ports."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import docker.errors

from clusters.drivers.docker.client import Client

_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


def names_taken(client: Client, network: str) -> Mapping[str, str]:
    """Every name that the network resolves, or will once its container starts."""
    listed = client.containers(all=True, filters={"network": [network]})
    taken: dict[str, str] = {}
    for container in listed:
        try:
            seen = client.inspect_container(container["Id"])
        except docker.errors.NotFound:  # removed since it was listed
            continue
        owner = seen["Name"].removeprefix("/")
        taken |= dict.fromkeys(_names(seen, network), owner)
    return taken


def _names(container: Mapping[str, Any], network: str) -> Iterator[str]:
    endpoint = container["NetworkSettings"]["Networks"].get(network) or {}
    yield container["Name"].removeprefix("/")
    yield from endpoint.get("Aliases") or ()
    yield from endpoint.get("DNSNames") or ()  # all of them, on newer engines


def published_ports(
    client: Client, address: str, ports: Iterable[int]
) -> Mapping[int, str]:
    """Those of the ports that a running container has published already."""
    wanted = set(ports)
    return {
        port["PublicPort"]: "container {}".format(container["Names"][0].strip("/"))
        for container in client.containers()
        for port in container["Ports"]
        if port.get("PublicPort") in wanted
        and port["Type"] == "tcp"
        and _overlap(port.get("IP", ""), address)
    }


def _overlap(one: str, other: str) -> bool:
    return one == other or bool({one, other} & _ANY)
