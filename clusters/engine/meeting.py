"""Where the members of one cluster meet, as the panel reaches it."""

from collections.abc import Callable
from dataclasses import dataclass

from clusters.core.meeting import OPEN_ACCESS, StoreAccess, Ticket
from clusters.core.request import StoreOffer
from clusters.core.spec import BootstrapMode
from clusters.core.ticketing import path_of
from clusters.discovery.base import Issuer, NameServers, Registry, WritableRegistry


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """What the steps of a mode work with; all is dialled when it is first used.

    `store` makes the registry of a ticket whose tokens the panel writes, `service` that
    of the public service; `offer` is the store's definition, when this panel has one.
    """

    store: Callable[[Ticket], WritableRegistry]
    service: Callable[[str], Registry]
    issuer: Callable[[str], Issuer]
    name_servers: Callable[[tuple[str, ...]], NameServers]
    offer: StoreOffer | None = None
    access: StoreAccess = OPEN_ACCESS
    dns_image: str = ""

    def registry(self, mode: BootstrapMode, ticket: Ticket) -> Registry:
        if mode == BootstrapMode.DISCOVERY_PUBLIC:
            return self.service(ticket.service)
        return self.store(ticket)


def key_of(mode: BootstrapMode, ticket: Ticket) -> str:
    """By which a registry knows a ticket: the token, or the path of its URL."""
    if mode == BootstrapMode.DISCOVERY_V3:
        return ticket.token
    return path_of(ticket.url)
