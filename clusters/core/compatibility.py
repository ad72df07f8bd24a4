"""Which release can bootstrap in which mode, and why the rest can not.

Sources: etcd's CHANGELOG-3.6 ("Add v3 discovery"), CHANGELOG-3.7 ("Removed
v2discovery"), https://github.com/etcd-io/etcd/issues/11321 (SRV without TLS in 3.4).
Every cell was tried with real members of the newest release of its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clusters.core.meeting import StoreProtocol
from clusters.core.releases import LINES, Version
from clusters.core.spec import BootstrapMode
from clusters.core.text import Text, say

_NO_V2 = Version(3, 7, 0)
_V3 = Version(3, 6, 0)
_SRV_OVER_HTTP = Version(3, 5, 0)
# Later releases neither serve /v2/keys nor have proxies.
_NO_V2_STORE = Version(3, 6, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """Why a release can not do what is asked of it."""

    code: str
    text: Text


def misfit(
    mode: BootstrapMode, version: Version, *, with_tls: bool = False
) -> Misfit | None:
    """Why members of a release can not meet in a mode; None when they can."""
    line = f"{version.major}.{version.minor}"
    match mode:
        case BootstrapMode.STATIC:
            return None
        case BootstrapMode.DISCOVERY_V2:
            return _v2_gone(line) if version >= _NO_V2 else None
        case BootstrapMode.DISCOVERY_PUBLIC:
            return _public_gone(line) if version >= _NO_V2 else None
        case BootstrapMode.DISCOVERY_V3:
            return _v3_not_yet(line) if version < _V3 else None
        case BootstrapMode.DNS_SRV:
            return None if with_tls or version >= _SRV_OVER_HTTP else _srv(line)


def _v2_gone(line: str) -> Misfit:
    text = say(
        "etcd {line} has no v2 discovery any more: the flag --discovery is unknown to"
        " it. Choose etcd 3.6 or older, or the mode discovery_v3.",
        line=line,
    )
    return Misfit(code="v2_discovery_gone", text=text)


def _public_gone(line: str) -> Misfit:
    text = say(
        "etcd {line} can not use the public discovery service: the service speaks v2"
        " discovery only. Choose etcd 3.6 or older, or another mode.",
        line=line,
    )
    return Misfit(code="public_discovery_gone", text=text)


def _v3_not_yet(line: str) -> Misfit:
    text = say(
        "etcd {line} has no v3 discovery: it came with 3.6. Choose etcd 3.6 or newer,"
        " or the mode discovery_v2.",
        line=line,
    )
    return Misfit(code="v3_discovery_not_yet", text=text)


def _srv(line: str) -> Misfit:
    text = say(
        "etcd {line} finds members by SRV records only with TLS: it stops when there"
        " are no _etcd-server-ssl records. Choose etcd 3.5 or newer, or another mode.",
        line=line,
    )
    return Misfit(code="srv_needs_tls", text=text)


def store_misfit(protocol: StoreProtocol, version: Version) -> Misfit | None:
    """Why a release can not be a discovery store of a protocol."""
    if protocol == StoreProtocol.V3 or version < _NO_V2_STORE:
        return None
    text = say(
        "etcd {version} does not serve /v2/keys; a store for v2 discovery needs etcd"
        " 3.5 or older.",
        version=str(version),
    )
    return Misfit(code="store_without_v2", text=text)


def proxy_misfit(mode: BootstrapMode, version: Version) -> Misfit | None:
    """Why members beyond the size can not be proxies; None when they can."""
    if version >= _NO_V2_STORE:
        text = say(
            "etcd {version} has no proxies: a member beyond the size would end with"
            " “cluster is full”. Choose etcd 3.5 or older, or a larger size.",
            version=str(version),
        )
        return Misfit(code="proxies_gone", text=text)
    if mode == BootstrapMode.DNS_SRV:
        text = say(
            "Proxies are not offered with DNS SRV; choose another mode, or a larger"
            " size."
        )
        return Misfit(code="proxies_not_with_srv", text=text)
    return None


def grid(
    *, with_tls: bool = False
) -> Iterator[tuple[BootstrapMode, Version, Misfit | None]]:
    """Every mode with the newest release of every line."""
    for mode in BootstrapMode:
        for line in LINES.values():
            yield mode, line.newest, misfit(mode, line.newest, with_tls=with_tls)
