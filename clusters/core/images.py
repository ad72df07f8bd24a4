"""References of etcd images: repository, tag or digest, and the version they carry."""

import re
from collections.abc import Iterator

from clusters.core.errors import Problem
from clusters.core.releases import Version
from clusters.core.text import say

# Source: the reference grammar of github.com/distribution/reference.
# Only a slash makes a port of the digits behind a colon: `etcd:35` has a tag.
_PART = r"[a-z0-9][a-z0-9._-]*"
_REFERENCE = re.compile(
    rf"(?P<name>({_PART}(:\d{{1,5}})?/)?{_PART}(/{_PART})*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
    r"(@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def split_reference(reference: str) -> tuple[str, str, str] | None:
    """(name, tag, digest) of an image reference, or None when it is not one."""
    found = _REFERENCE.fullmatch(reference)
    if found is None or len(reference) > 255:  # noqa: PLR2004 (the registry's limit)
        return None
    return found["name"], found["tag"] or "", found["digest"] or ""


def image_version(reference: str) -> Version | None:
    """The version that the tag names: `…/etcd:v3.6.16` carries 3.6.16."""
    parts = split_reference(reference)
    return Version.parse(parts[1]) if parts and parts[1] else None


def full_reference(image: str, repository: str, version: str) -> str:
    """What is pulled: the image asked for, or the repository's image of a version."""
    if not image:
        return f"{repository}:v{version}"
    parts = split_reference(image)
    has_tag = parts is not None and (parts[1] or parts[2])
    return image if has_tag else f"{image}:v{version}"


def image_problems(image: str, version: str) -> Iterator[Problem]:
    """Whether an image reference can be used, and fits the version asked for."""
    if not image:
        return
    parts = split_reference(image)
    if parts is None:
        yield Problem(
            field="image",
            code="image_invalid",
            text=say(
                "“{image}” is not an image reference such as"
                " quay.io/coreos/etcd:v3.6.16.",
                image=image[:100],
            ),
        )
        return
    if parts[1:] == ("latest", ""):
        yield Problem(
            field="image",
            code="image_latest",
            text=say("“latest” changes under a running cluster; name a version."),
        )
    tagged = image_version(image)
    if tagged is not None and version and Version.parse(version) not in {None, tagged}:
        yield Problem(
            field="image",
            code="image_version_differs",
            text=say(
                "The image carries etcd {tagged}, but the version asked for is"
                " {version}.",
                tagged=str(tagged),
                version=version[:40],
            ),
        )
    if tagged is None and parts[1:] != ("", "") and not version:
        yield Problem(
            field="version",
            code="version_missing",
            text=say("The tag of the image names no version; say which etcd it is."),
        )
