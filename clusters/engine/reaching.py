"""How the panel itself reaches the places where members meet."""

from clusters.core.addresses import origin_of, read_url
from clusters.core.meeting import Ticket
from clusters.core.request import StoreOffer
from clusters.drivers.base import Driver


def panel_address(offer: StoreOffer, driver: Driver | None) -> str:
    """The URL at which this process reaches a store of this panel.

    A panel inside a container dials containers by name, not by published ports.
    """
    address = read_url(offer.panel_url)
    if driver is None or address is None:
        return offer.panel_url
    published = f"{address.host}:{address.port}"
    return f"http://{driver.endpoint(offer.name, published)}"


def stranger_address(ticket: Ticket, network: str, driver: Driver | None) -> str:
    """The same for a store that this panel does not know.

    Members dial it by the name of a container; the panel, by that container's address.
    """
    where = read_url(ticket.url)
    if where is None or driver is None or not network or "." in where.host:
        return origin_of(ticket.url)
    found = driver.address_of(network, where.host)
    return f"{where.scheme}://{found}:{where.port}" if found else where.origin
