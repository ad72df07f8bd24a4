"""What others on the engine already have: names on a network, published ports."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import docker.errors

from clusters.drivers.docker.client import Client

_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


def names_taken(client: Client, network: str) -> Mapping[str, str]:
    """Every name that the network resolves, or will once its container starts."""
    taken: dict[str, str] = {}
    for container in _on(client, network):
        owner = container["Name"].removeprefix("/")
        taken |= dict.fromkeys(names_of(container, network), owner)
    return taken


def address_of(client: Client, network: str, name: str) -> str:
    """The address that the network resolves a name to; empty when it does not."""
    found = (c for c in _on(client, network) if name in names_of(c, network))
    addresses = (_endpoint(c, network).get("IPAddress") for c in found)
    return next((str(address) for address in addresses if address), "")


def _on(client: Client, network: str) -> Iterator[Mapping[str, Any]]:
    """The containers of a network, running or not."""
    for listed in client.containers(all=True, filters={"network": [network]}):
        try:
            yield client.inspect_container(listed["Id"])
        except docker.errors.NotFound:  # removed since it was listed
            continue


def _endpoint(container: Mapping[str, Any], network: str) -> Mapping[str, Any]:
    return container["NetworkSettings"]["Networks"].get(network) or {}


def names_of(container: Mapping[str, Any], network: str) -> Iterator[str]:
    """What a container that was inspected is called on a network."""
    endpoint = _endpoint(container, network)
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
