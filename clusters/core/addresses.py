"""Addresses of services that people bring: what is dialled, and what never is.

Only the plain form is taken, letter by letter. Each other way to write an address (an
octal or a short number, another alphabet, a user before the host) is read differently
by different libraries, and so could lead elsewhere than a check saw.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_address

from clusters.core.text import Text, quote, say

LONGEST = 2000
_LONGEST_HOST = 253
_LAST_PORT = 65535
_DEFAULT_PORTS = {"http": 80, "https": 443}

_PARTS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^/:]+)(?::(?P<port>[^/:]*))?(?P<path>/.*)?"
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
# A last label of this shape makes a resolver read the whole host as a number.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")
_PUNYCODE = "xn--"

_NOT_DIALLED = (
    (IPv4Network("0.0.0.0/8"), say("it stands for no address at all")),
    (
        IPv4Network("169.254.0.0/16"),
        say("it is link-local, where machines in a cloud keep their secrets"),
    ),
    (IPv4Network("224.0.0.0/4"), say("it is a multicast address")),
    (IPv4Network("240.0.0.0/4"), say("it is reserved, or a broadcast address")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A URL that was read. `host` is in lower case, `port` is always known."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port; the port only where it is not the usual one."""
        if self.port == _DEFAULT_PORTS[self.scheme]:
            return f"{self.scheme}://{self.host}"
        return f"{self.scheme}://{self.host}:{self.port}"


def read_url(text: str) -> Address | None:
    """The parts of an http or https URL; None for whatever else this is."""
    found = _read(text)
    return found if isinstance(found, Address) else None


def url_problem(text: str) -> Text | None:
    """Why this is not an address that may be dialled."""
    found = _read(text)
    return None if isinstance(found, Address) else found


def address_problem(address: str) -> Text | None:
    """Why this address, written as a number, may not be dialled."""
    number = ip_address(address)
    if not isinstance(number, IPv4Address):
        mapped = number.ipv4_mapped
        if mapped is not None:
            return address_problem(str(mapped))
        if number.is_link_local or number.is_multicast or number.is_unspecified:
            return _not_dialled(address, say("it names no single machine"))
        return None
    reasons = (reason for net, reason in _NOT_DIALLED if number in net)
    reason = next(reasons, None)
    return None if reason is None else _not_dialled(address, reason)


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach the host."""
    if host.lower() == "localhost":
        return True
    number = _canonical_number(host)
    return number is not None and number.is_loopback


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL; empty for what is none."""
    address = read_url(url)
    return "" if address is None else address.origin


def same_origin(one: str, other: str) -> bool:
    return bool(origin_of(one)) and origin_of(one) == origin_of(other)


def _read(text: str) -> Address | Text:
    problem = _letters_problem(text)
    if problem is not None:
        return problem
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return say("The address must have the form http://HOST:PORT.")
    port, path = parts["port"], parts["path"] or ""
    problem = _host_problem(parts["host"]) or _rest_problem(port, path)
    if problem is not None:
        return problem
    return Address(
        scheme=parts["scheme"],
        host=parts["host"].lower(),
        port=_DEFAULT_PORTS[parts["scheme"]] if port is None else int(port),
        path=path,
    )


def _letters_problem(text: str) -> Text | None:
    if len(text) > LONGEST:
        return say("The address has more than {limit} characters.", limit=LONGEST)
    if not text.isascii() or not text.isprintable() or " " in text:
        return say("The address has a blank, or a letter other than a-z and A-Z.")
    if not text.startswith(("http://", "https://")):
        return say("The address must begin with http:// or https://.")
    for sign, reason in _REFUSED_SIGNS.items():
        if sign in text:
            return reason
    return None


_REFUSED_SIGNS = {
    "@": say("The address must not hold a user or a password (“@”)."),
    "?": say("The address must end before a question mark."),
    "#": say("The address must end before a number sign (“#”)."),
    "\\": say("The address must not hold a backslash."),
    "[": say("Write a DNS name or an IPv4 address: etcd's members are reached so."),
}


def _host_problem(host: str) -> Text | None:
    number = _canonical_number(host)
    if number is not None:
        return address_problem(host)
    labels = host.lower().split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return say(
            "“{host}” is not an IPv4 address; write four numbers, such as 127.0.0.1.",
            host=quote(host, 80),
        )
    fits = len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, labels))
    if not fits or any(label.startswith(_PUNYCODE) for label in labels):
        return say("“{host}” is not a host name.", host=quote(host, 80))
    return None


def _rest_problem(port: str | None, path: str) -> Text | None:
    if port is not None and not (_PORT.fullmatch(port) and int(port) <= _LAST_PORT):
        return say("The port must be a number from 1 to {last}.", last=_LAST_PORT)
    steps = path.split("/")
    if not _PATH.fullmatch(path) or "." in steps or ".." in steps:
        return say(
            "The path of the address may hold letters, digits, and . _ ~ - between"
            " single slashes."
        )
    return None


def _canonical_number(host: str) -> IPv4Address | None:
    try:
        number = IPv4Address(host)
    except ValueError:
        return None
    return number if str(number) == host else None


def _not_dialled(address: str, reason: Text) -> Text:
    return say("{address} is not dialled: {reason}.", address=address, reason=reason)
