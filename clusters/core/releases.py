"""The releases of etcd that the panel knows, as data with sources.

Sources: etcd's CHANGELOG files, its blog (security releases of 2026-07-23, end of
3.4 on 2026-06-01), https://etcd.io/docs/v3.6/op-guide/versioning/.
"""

import re
from dataclasses import dataclass
from typing import Self

from clusters.core.text import Text, say

_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})\.(\d{1,4})")


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A release of etcd, ordered as releases are."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def line(self) -> tuple[int, int]:
        return self.major, self.minor

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `3.6.16` or `v3.6.16`; None when it is neither."""
        found = _VERSION.fullmatch(text.strip())
        return cls(*map(int, found.groups())) if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One minor line of releases."""

    newest: Version
    security_floor: Version | None
    end_of_life: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory:
    """Something a person must know of a range of releases."""

    code: str
    first: Version
    last: Version
    text: Text
    source: str
    must_accept: bool = False

    def covers(self, version: Version) -> bool:
        return self.first <= version <= self.last


LINES: dict[tuple[int, int], Line] = {
    (3, 4): Line(
        newest=Version(3, 4, 45), security_floor=None, end_of_life="2026-06-01"
    ),
    (3, 5): Line(newest=Version(3, 5, 35), security_floor=Version(3, 5, 33)),
    (3, 6): Line(newest=Version(3, 6, 16), security_floor=Version(3, 6, 14)),
    (3, 7): Line(newest=Version(3, 7, 3), security_floor=Version(3, 7, 1)),
}

NEWEST = max(line.newest for line in LINES.values())

ADVISORIES: tuple[Advisory, ...] = (
    Advisory(
        code="release_corrupting",
        first=Version(3, 5, 0),
        last=Version(3, 5, 2),
        text=say(
            "etcd 3.5.0 to 3.5.2 can corrupt data when a member is killed under load."
            " Use it for trying out only."
        ),
        source="https://github.com/etcd-io/etcd/issues/13766",
        must_accept=True,
    ),
    Advisory(
        code="srv_trailing_dot",
        first=Version(3, 5, 3),
        last=Version(3, 5, 3),
        text=say(
            "etcd 3.5.3 breaks DNS SRV clients (trailing dot); use 3.5.4 or later."
        ),
        source="https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.5.md",
    ),
    Advisory(
        code="defrag_crash_inconsistency",
        first=Version(3, 5, 0),
        last=Version(3, 5, 5),
        text=say(
            "A crash during defragmentation can make members disagree (fixed in 3.5.6)."
        ),
        source="https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.5.md",
    ),
    Advisory(
        code="learner_promotion_lost",
        first=Version(3, 5, 1),
        last=Version(3, 5, 19),
        text=say(
            "The promotion of a learner is not kept across restarts (fixed in 3.5.20)."
        ),
        source="https://github.com/etcd-io/etcd/issues/19557",
    ),
)


def known_version(text: str) -> Version | None:
    """The version when its line is known and it is not newer than the newest known."""
    version = Version.parse(text)
    if version is None or version.line not in LINES:
        return None
    return version if version <= LINES[version.line].newest else None


def advisories(version: Version) -> tuple[Advisory, ...]:
    """What a person should know before running this release."""
    return tuple(a for a in ADVISORIES if a.covers(version)) + _age(version)


def _age(version: Version) -> tuple[Advisory, ...]:
    line = LINES.get(version.line)
    if line is None:
        return ()
    if line.end_of_life:
        return (
            Advisory(
                code="release_end_of_life",
                first=version,
                last=version,
                text=say(
                    "etcd {line} has had no fixes since {day}; choose a newer line.",
                    line=f"{version.major}.{version.minor}",
                    day=line.end_of_life,
                ),
                source="https://etcd.io/blog/2026/june-patch-release/",
            ),
        )
    if line.security_floor and version < line.security_floor:
        return (
            Advisory(
                code="release_below_security_floor",
                first=version,
                last=version,
                text=say(
                    "etcd {version} lacks security fixes; use {floor} or later.",
                    version=str(version),
                    floor=str(line.security_floor),
                ),
                source="https://etcd.io/blog/2026/july-23-patch-release/",
            ),
        )
    return ()
