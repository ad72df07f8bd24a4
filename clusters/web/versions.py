"""The versions one can choose among, and why the rest can not do what is asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusters.core.meeting_rules import version_misfits
from clusters.core.releases import Version
from clusters.core.request import ClusterRequest
from clusters.queries import HostView
from clusters.queries.clusters import Mark, marks_of
from clusters.queries.texts import translate


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One version that the chosen hosts have, or can get."""

    version: str
    is_there: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """The versions that can do what is asked; `rest` says why the others can not."""

    fitting: tuple[Offer, ...] = ()
    rest: tuple[str, ...] = ()


def offers_of(chosen: Sequence[HostView], request: ClusterRequest) -> Offers:
    """What every chosen host has or can get, newest first."""
    if not chosen:
        return Offers()
    there = set.intersection(*(set(host.versions) for host in chosen))
    to_get = set.intersection(*({*h.versions, *h.pullable} for h in chosen))
    known = {version for text in to_get if (version := Version.parse(text))}
    misfits = {v: tuple(_misfits(request, v)) for v in sorted(known, reverse=True)}
    fitting = (v for v, reasons in misfits.items() if not reasons)
    return Offers(
        fitting=tuple(_offer(str(version), there) for version in fitting),
        rest=tuple(
            dict.fromkeys(reasons[0] for reasons in misfits.values() if reasons)
        ),
    )


def _misfits(request: ClusterRequest, version: Version) -> Iterable[str]:
    return (translate(p.text) for p in version_misfits(request, version))


def _offer(version: str, there: set[str]) -> Offer:
    return Offer(version=version, is_there=version in there, marks=marks_of(version))
