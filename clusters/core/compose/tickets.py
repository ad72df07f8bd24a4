"""What becomes of the discovery token in an imported file: kept, or renewed.

Whether a token is fresh only its store can say; here it is judged by how it looks and
by what this panel knows. The store is asked before anything starts.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from clusters.core.compose.notes import Line, shown
from clusters.core.compose.reading import ComposeReading
from clusters.core.errors import Problem
from clusters.core.meeting import DnsKind
from clusters.core.request import ClusterRequest, DiscoveryRequest, Places
from clusters.core.spec import BY_REGISTRY, BootstrapMode
from clusters.core.text import Text, say
from clusters.core.ticketing import owner_of

FIELD = "discovery"


class TokenChoice(StrEnum):
    """What a person wants of the token in the file."""

    KEEP = "keep"
    RENEW = "renew"


def needs_renewal(reading: ComposeReading, used: Collection[str] = ()) -> bool:
    """Whether the file has a token, or a place for one, that can not be kept.

    `used` are URLs and tokens that are known not to be fresh any more.
    """
    named = reading.discovery_url or reading.discovery_token
    if not named:
        return False
    is_used = {reading.discovery_url, reading.discovery_token} & {*used} - {""}
    return bool(is_used) or not reading.discovery_is_fresh_looking


def settle_token(
    reading: ComposeReading,
    choice: TokenChoice,
    places: Places,
    used: Collection[str] = (),
) -> tuple[ClusterRequest | None, tuple[Problem, ...]]:
    """The request with its token settled, or why it can not be kept."""
    request = reading.request
    if request is None or not _has_token(request, reading):
        return request, ()  # each attempt gets a fresh one, or needs none
    if choice == TokenChoice.RENEW:
        return _renewed(request, reading, places), ()
    if needs_renewal(reading, used):
        return request, (_not_fresh(reading),)
    return _kept(request, reading, places)


def _has_token(request: ClusterRequest, reading: ComposeReading) -> bool:
    named = reading.discovery_url or reading.discovery_token
    return bool(named) and BootstrapMode(request.bootstrap) in BY_REGISTRY


def settle_subnet(reading: ComposeReading, places: Places) -> ComposeReading:
    """A subnet that another cluster has now is left to it: the panel finds another, as
    long as it keeps the zone that names the addresses, too."""
    request = reading.request
    asked = request.discovery if request else None
    if request is None or asked is None or asked.subnet not in {*places.subnets}:
        return reading
    if asked.dns != DnsKind.MANAGED:
        return reading
    text = say(
        "The subnet {subnet} is in use by another cluster; the panel finds another.",
        subnet=asked.subnet,
    )
    line = Line(services=(), key="discovery", text=text)
    return replace(
        reading,
        request=replace(request, discovery=replace(asked, subnet="", addresses=())),
        changed=(*reading.changed, line),
    )


def _renewed(
    request: ClusterRequest, reading: ComposeReading, places: Places
) -> ClusterRequest:
    """A fresh token: from the store of the URL when it is one of this panel's, else
    from whichever fits; that of the public service is asked of the one configured."""
    if request.bootstrap == BootstrapMode.DISCOVERY_PUBLIC:
        return replace(request, discovery=DiscoveryRequest())
    name = _store_of(reading, places)
    return replace(request, discovery=DiscoveryRequest(store=name))


def _kept(
    request: ClusterRequest, reading: ComposeReading, places: Places
) -> tuple[ClusterRequest, tuple[Problem, ...]]:
    """A v3 token says nothing of its store, and another store would not know it."""
    if request.bootstrap != BootstrapMode.DISCOVERY_V3:
        return request, ()
    name = request.discovery.store or _store_of(reading, places)
    if name:
        return replace(request, discovery=replace(request.discovery, store=name)), ()
    text = say(
        "{endpoints} is no discovery store of this panel. Add it as an external store,"
        " or take a fresh token.",
        endpoints=shown(reading.discovery_endpoints),
    )
    return request, (_problem("compose_store_unknown", text),)


def _store_of(reading: ComposeReading, places: Places) -> str:
    urls = (reading.discovery_url, *reading.discovery_endpoints)
    stores = (owner_of(_origin(url), places) for url in urls if "://" in url)
    return next((store.name for store in stores if store is not None), "")


def _origin(url: str) -> str:
    """Without the path, in which a place for a token may make the URL none."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _not_fresh(reading: ComposeReading) -> Problem:
    text = say(
        "“{value}” has no fresh token: take a fresh one instead.",
        value=shown(reading.discovery_url or reading.discovery_token),
    )
    return _problem("discovery_not_fresh", text)


def _problem(code: str, text: Text) -> Problem:
    return Problem(field=FIELD, code=code, text=text)
