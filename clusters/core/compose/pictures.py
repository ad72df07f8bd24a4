"""Which etcd image a service asks for, and which one the cluster gets."""

import re
from dataclasses import dataclass
from enum import StrEnum

from clusters.core.images import split_reference
from clusters.core.releases import LINES, Version

OFFICIAL = frozenset({"quay.io/coreos/etcd", "gcr.io/etcd-development/etcd"})
# What registries of one's own call their copies of the official image.
_COPIES = ("coreos/etcd", "etcd-development/etcd", "mirrored-coreos-etcd")
_BITNAMI = ("bitnami/etcd", "bitnamilegacy/etcd")

_RELEASE = re.compile(r"v?(\d{1,3}\.\d{1,3}\.\d{1,4})(?:[-+_].*)?")
_LINE = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:-.*)?")


class Make(StrEnum):
    """Who made an image."""

    OFFICIAL = "official"
    COPY = "copy"
    BITNAMI = "bitnami"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An image of a service. `version` is "" when the tag names none; `is_line`: the
    tag names a line of releases, of which this is the newest."""

    reference: str
    make: Make
    name: str = ""
    version: str = ""
    digest: str = ""
    is_plain: bool = False
    is_line: bool = False


def read_picture(reference: str, repository: str = "") -> Picture:
    """What the reference says; `repository` is where this panel's image comes from."""
    parts = split_reference(reference)
    if parts is None:
        return Picture(reference=reference, make=Make.OTHER)
    name, tag, digest = parts
    version, is_line = _version(tag)
    return Picture(
        reference=reference,
        make=_make(name, repository),
        name=name,
        version=version,
        digest=digest,
        is_plain=Version.parse(tag) is not None,
        is_line=is_line,
    )


def looks_like_etcd(picture: Picture) -> bool:
    """By its name alone: etcd itself, not what others built around it."""
    last = picture.name.rpartition("/")[2]
    return picture.make != Make.OTHER or last in {"etcd", "etcd-server", "etcd3"}


def _make(name: str, repository: str) -> Make:
    if name in OFFICIAL or name == repository:
        return Make.OFFICIAL
    if _ends(name, _BITNAMI):
        return Make.BITNAMI
    return Make.COPY if _ends(name, _COPIES) else Make.OTHER


def _ends(name: str, endings: tuple[str, ...]) -> bool:
    return any(f"/{name}".endswith(f"/{ending}") for ending in endings)


def _version(tag: str) -> tuple[str, bool]:
    release = _RELEASE.fullmatch(tag)
    if release is not None:
        return release[1], False
    line = _LINE.fullmatch(tag)
    known = LINES.get((int(line[1]), int(line[2]))) if line else None
    return (str(known.newest), True) if known else ("", False)
