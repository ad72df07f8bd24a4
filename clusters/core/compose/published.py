"""Published ports of a service, in Compose's short and long way of writing them."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SHORT = re.compile(
    r"(?:(?P<address>\[[0-9A-Fa-f:.]+\]|\d+\.[0-9.]+):)?"
    r"(?:(?P<outside>\d{0,5}(?:-\d{1,5})?):)?"
    r"(?P<inside>\d{1,5}(?:-\d{1,5})?)(?:/(?P<protocol>\w+))?"
)
_LARGEST = 65_535
_LONGEST_RANGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One port of a container on its host; `outside` 0: any, `address` "": all."""

    inside: int
    outside: int = 0
    address: str = ""


def read_port(written: object) -> tuple[Published, ...] | None:
    """One entry of `ports`; None when it is not one. Only TCP counts for etcd."""
    if isinstance(written, Mapping):
        return _long(written)
    if isinstance(written, bool) or not isinstance(written, str | int):
        return None
    found = _SHORT.fullmatch(str(written).strip())
    if found is None or not _is_address(found["address"]):
        return None
    if (found["protocol"] or "tcp").lower() != "tcp":
        return ()
    address = (found["address"] or "").strip("[]")
    return _pairs(found["inside"], found["outside"] or "", address)


def _long(written: Mapping[str, object]) -> tuple[Published, ...] | None:
    if str(written.get("protocol", "tcp")).lower() != "tcp":
        return ()
    address = str(written.get("host_ip") or "")
    inside = str(written.get("target", ""))
    if not _is_address(address):
        return None
    return _pairs(inside, str(written.get("published") or ""), address)


def _pairs(inside: str, outside: str, address: str) -> tuple[Published, ...] | None:
    """Ranges go side by side: `23791-23793:2379-2381`."""
    targets = _range(inside)
    ports = _range(outside) if outside else (0,) * len(targets)
    if not targets or not ports:
        return None
    if len(targets) == 1 and len(ports) > 1:
        ports = (0,)  # any one of the range
    if len(targets) != len(ports):
        return None
    return tuple(
        Published(inside=target, outside=port, address=address)
        for target, port in zip(targets, ports, strict=True)
    )


def _range(written: str) -> tuple[int, ...]:
    """The ports from the first to the last; none when it is not a range of ports."""
    return tuple(_numbers(written))


def _numbers(written: str) -> Iterator[int]:
    first, _, last = written.partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        return
    if max(len(first), len(last)) > len(str(_LARGEST)):
        return
    low, high = int(first), int(last or first)
    if 1 <= low <= high <= _LARGEST and high - low < _LONGEST_RANGE:
        yield from range(low, high + 1)


def _is_address(written: str | None) -> bool:
    if not written:
        return True
    try:
        ipaddress.ip_address(written.strip("[]"))
    except ValueError:
        return False
    return True
