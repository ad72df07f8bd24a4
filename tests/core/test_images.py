import pytest

from clusters.core.images import (
    full_reference,
    image_problems,
    image_version,
    split_reference,
)
from clusters.core.releases import Version

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("etcd", ("etcd", "", "")),
        ("etcd:v3.6.16", ("etcd", "v3.6.16", "")),
        ("etcd:35", ("etcd", "35", "")),
        ("quay.io/coreos/etcd:v3.6.16", ("quay.io/coreos/etcd", "v3.6.16", "")),
        ("127.0.0.1:5000/etcd", ("127.0.0.1:5000/etcd", "", "")),
        ("127.0.0.1:5000/a/b/etcd:1", ("127.0.0.1:5000/a/b/etcd", "1", "")),
        (f"etcd@{DIGEST}", ("etcd", "", DIGEST)),
        (f"registry:5000/etcd:v1@{DIGEST}", ("registry:5000/etcd", "v1", DIGEST)),
    ],
)
def test_references_are_taken_apart(reference, parts):
    assert split_reference(reference) == parts


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "Etcd",
        "etcd:",
        "etcd:v 1",
        "/etcd",
        "etcd/",
        "a//b",
        "etcd@sha256:12",
        "https://quay.io/etcd",
        "-etcd",
        "etcd\n",
        "etcd:" + "x" * 129,
        "e" * 256,
    ],
)
def test_what_is_not_a_reference_is_refused(reference):
    assert split_reference(reference) is None


@pytest.mark.parametrize(
    ("reference", "version"),
    [
        ("etcd:v3.6.16", Version(3, 6, 16)),
        ("127.0.0.1:5000/etcd:3.5.35", Version(3, 5, 35)),
        ("etcd:v3.6.16-arm64", None),
        ("etcd", None),
        ("no reference", None),
    ],
)
def test_the_tag_names_the_version(reference, version):
    assert image_version(reference) == version


@pytest.mark.parametrize(
    ("image", "pulled"),
    [
        ("", "quay.io/coreos/etcd:v3.7.3"),
        ("127.0.0.1:5000/etcd", "127.0.0.1:5000/etcd:v3.7.3"),
        ("etcd:mine", "etcd:mine"),
        (f"etcd@{DIGEST}", f"etcd@{DIGEST}"),
    ],
)
def test_what_is_pulled_always_has_a_tag_or_a_digest(image, pulled):
    assert full_reference(image, "quay.io/coreos/etcd", "3.7.3") == pulled


@pytest.mark.parametrize(
    ("image", "version", "found"),
    [
        ("", "", []),
        ("etcd", "", []),
        ("etcd:v3.6.16", "", []),
        ("etcd:v3.6.16", "v3.6.16", []),
        ("etcd:mine", "3.6.16", []),
        (f"etcd:latest@{DIGEST}", "3.6.16", []),
        ("Not One", "", ["image: image_invalid"]),
        ("etcd:latest", "3.6.16", ["image: image_latest"]),
        ("etcd:latest", "", ["image: image_latest", "version: version_missing"]),
        ("etcd:v3.6.16", "3.7.3", ["image: image_version_differs"]),
        ("etcd:mine", "", ["version: version_missing"]),
        (f"etcd@{DIGEST}", "", ["version: version_missing"]),
    ],
)
def test_an_image_must_be_one_and_fit_the_version(image, version, found):
    problems = image_problems(image, version)
    assert [f"{problem.field}: {problem.code}" for problem in problems] == found


def test_a_very_long_image_is_refused_at_once():
    assert split_reference("a" * 100_000 + "!") is None
    (problem,) = image_problems("a" * 100_000 + "!", "")
    assert len(str(problem.text)) < 200
