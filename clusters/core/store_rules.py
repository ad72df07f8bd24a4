"""What a request for a discovery store must fulfil."""

from collections.abc import Iterator

from clusters.core.addresses import url_problem
from clusters.core.errors import Problem
from clusters.core.meeting import StoreProtocol
from clusters.core.names import RESERVED, is_label
from clusters.core.placement import is_object_name
from clusters.core.request import StoreRequest
from clusters.core.rules import label_rule
from clusters.core.text import Text, say


def managed_problems(request: StoreRequest) -> Iterator[Problem]:
    """Those of a store that the panel is to run; the rest is said of its cluster."""
    yield from _protocol_problems(request)
    if request.volume and not is_object_name(request.volume):
        text = say("Use letters, digits, dots, hyphens and underscores.")
        yield _problem("volume", "volume_invalid", text)


def external_problems(request: StoreRequest) -> Iterator[Problem]:
    """Everything wrong with a store that is there already."""
    yield from _protocol_problems(request)
    if not is_label(request.name) or request.name in RESERVED:
        yield _problem("name", "name_invalid", label_rule())
    if not request.member_url:
        text = say("Name the address that members dial, such as http://192.0.2.7:2379.")
        yield _problem("member_url", "store_address_missing", text)
    for field in ("member_url", "panel_url"):
        url = getattr(request, field)
        if wrong := _address_problem(request, url):
            yield _problem(field, "store_address_invalid", wrong)
    access = request.access
    if request.protocol == StoreProtocol.V2 and any(
        (access.user, access.password, access.ca, access.cert, access.key)
    ):
        text = say(
            "Members of v2 discovery have no way to log in or to bring certificates."
        )
        yield _problem("user", "access_unused", text)
    if bool(access.user) != bool(access.password):
        text = say("A login needs both a user and a password.")
        yield _problem("password", "login_incomplete", text)
    if bool(access.cert) != bool(access.key):
        text = say("A client certificate needs its key.")
        yield _problem("key", "certificate_incomplete", text)


def _address_problem(request: StoreRequest, url: str) -> Text | None:
    """Members of v3 discovery may be given several endpoints, none of them empty."""
    if not url:
        return None
    several = request.protocol == StoreProtocol.V3
    for part in url.split(",") if several else [url]:
        if wrong := url_problem(part):
            return wrong
    return None


def _protocol_problems(request: StoreRequest) -> Iterator[Problem]:
    names = [protocol.value for protocol in StoreProtocol]
    if request.protocol not in names:
        text = say("Choose one of: {names}.", names=", ".join(names))
        yield _problem("protocol", "store_protocol_unknown", text)


def _problem(field: str, code: str, text: Text) -> Problem:
    return Problem(field=field, code=code, text=text)
