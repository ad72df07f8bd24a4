"""Addresses for a network whose members are found by fixed ones."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from clusters.core.text import Text, say

# Private ranges that engines give to a network of their own last, or never.
_RANGES = (IPv4Network("10.213.0.0/16"), IPv4Network("172.30.0.0/16"))
_PREFIX = 24

# RFC 1918.
_PRIVATE = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)

# An engine takes the first address of a subnet for its gateway.
_GATEWAY = 1
_NAME_SERVER = 2
# Addresses below are left to containers that a person adds by hand.
_FIRST_MEMBER = 11
_FIRST_MEMBER_OF_SMALL = 3


def free_subnet(taken: Iterable[str], seed: str) -> str | None:
    """A /24 that overlaps none of those taken, or None when all are.

    The same seed finds the same one, so that a plan which is made again stays as it
    was; different seeds begin at different places, so that two rarely meet.
    """
    used = [network for text in taken if (network := _network(text))]
    candidates = [net for wide in _RANGES for net in wide.subnets(new_prefix=_PREFIX)]
    count = len(candidates) // len(_RANGES)
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % count
    first, rest = candidates[:count], candidates[count:]
    for network in (*first[start:], *first[:start], *rest):
        if not any(network.overlaps(other) for other in used):
            return str(network)
    return None


def is_proposed(subnet: str) -> bool:
    """Whether `free_subnet` may have chosen it, so that another would do as well."""
    network = _network(subnet)
    fits = network is not None and network.prefixlen == _PREFIX
    return fits and any(network.subnet_of(wide) for wide in _RANGES if network)


def addresses_in(subnet: str, count: int) -> tuple[str, tuple[str, ...]]:
    """The address of the name server, and those of so many members."""
    network = IPv4Network(subnet)
    first = _first_member(network, count)
    members = tuple(str(network[first + number]) for number in range(count))
    return str(network[_NAME_SERVER]), members


def gateway_of(subnet: str) -> str:
    return str(IPv4Network(subnet)[_GATEWAY])


def subnet_problem(written: str, count: int) -> Text | None:
    """Why so many members can not live in this subnet."""
    network = _network(written)
    if network is None or not any(network.subnet_of(wide) for wide in _PRIVATE):
        return say(
            "“{subnet}” is no private IPv4 subnet, such as 10.213.7.0/24.",
            subnet=written[:40],
        )
    if str(network) != written:
        return say(
            "“{subnet}” begins inside a subnet; that one is {network}.",
            subnet=written[:40],
            network=str(network),
        )
    room = max(network.num_addresses - 1 - _FIRST_MEMBER_OF_SMALL, 0)
    if room < count:
        return say(
            "{subnet} has room for {room} members beside its gateway and the name"
            " server; {count} are asked for.",
            subnet=written,
            room=room,
            count=count,
        )
    return None


def address_problems(
    subnet: str, addresses: Sequence[str], count: int
) -> Iterator[Text]:
    """What is wrong with the addresses that a person gave the members, in order."""
    network = IPv4Network(subnet)
    if len(addresses) != count:
        yield say(
            "{given} addresses for {count} members.", given=len(addresses), count=count
        )
    for place, written in enumerate(addresses):
        reason = _address_problem(network, written)
        if reason:
            yield reason
        elif written in addresses[:place]:
            yield say("{address} is given to two members.", address=written)


def _address_problem(network: IPv4Network, written: str) -> Text | None:
    try:
        address = IPv4Address(written)
    except ValueError:
        return say("“{address}” is no IPv4 address.", address=written[:40])
    if address not in network:
        subnet = str(network)
        return say("{address} is not in {subnet}.", address=written, subnet=subnet)
    owner = _owners(network).get(address)
    if owner is None:
        return None
    return say(
        "{address} can not be a member's: {owner}.", address=written, owner=owner
    )


def _owners(network: IPv4Network) -> dict[IPv4Address, Text]:
    """Whose an address is that no member can have."""
    return {
        network.network_address: say("it is the first of the subnet"),
        network.broadcast_address: say("it is the last of the subnet"),
        network[_GATEWAY]: say("it is the gateway's"),
        network[_NAME_SERVER]: say("it is the name server's"),
    }


def _first_member(network: IPv4Network, count: int) -> int:
    fits = _FIRST_MEMBER + count < network.num_addresses
    return _FIRST_MEMBER if fits else _FIRST_MEMBER_OF_SMALL


def _network(text: str) -> IPv4Network | None:
    """An engine also names IPv6 subnets; those can not overlap with ours."""
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None
