"""Files for containers, as the archives in which an engine takes them."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from clusters.core.errors import BackendError
from clusters.core.text import quote, say

# Below the data of a member, which is all that it has of its own.
FOLDER = "discovery"

_FOR_ALL = (0o755, 0o644)
_FOR_ONE = (0o700, 0o600)


def folders(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders that must take files; none is below another."""
    parents = sorted({_path(path).parent for path in paths})
    tops = [
        p for p in parents if not any(p.is_relative_to(q) and p != q for q in parents)
    ]
    return tuple(map(str, tops))


def by_folder(files: Mapping[str, str]) -> dict[str, bytes]:
    """An archive for each of the folders, whose files everyone may read."""
    return {
        top: _archive(
            {
                str(_path(path).relative_to(top)): content
                for path, content in files.items()
                if _path(path).is_relative_to(top)
            },
            _FOR_ALL,
        )
        for top in folders(files)
    }


def private(files: Mapping[str, str]) -> bytes:
    """An archive of one folder, which nobody but its owner may enter."""
    for name in files:
        if len(PurePosixPath(name).parts) != 1 or name in {"..", "/"}:
            raise _not_a_file(name)
    named = {f"{FOLDER}/{name}": content for name, content in files.items()}
    return _archive(named, _FOR_ONE)


def _archive(files: Mapping[str, str], modes: tuple[int, int]) -> bytes:
    for_folders, for_files = modes
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        inside = {p for name in files for p in PurePosixPath(name).parents}
        for folder in sorted(inside - {PurePosixPath()}):
            entry = tarfile.TarInfo(str(folder))
            entry.type, entry.mode = tarfile.DIRTYPE, for_folders
            archive.addfile(entry)
        for name, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), for_files
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _path(path: str) -> PurePosixPath:
    """An absolute one, in a folder that can be a volume."""
    parsed = PurePosixPath(path)
    if not parsed.is_absolute() or ".." in parsed.parts or len(parsed.parts) <= _LEAST:
        raise _not_a_file(path)
    return parsed


# The root, a folder, a file: the root itself can not be a volume.
_LEAST = 2


def _not_a_file(path: str) -> BackendError:
    return BackendError(
        say("“{path}” can not be the name of a file.", path=quote(path, 80)),
        code="name_invalid",
    )
