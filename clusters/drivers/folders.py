"""The folders of one host of processes: `instances/NAME` and `volumes/NAME`.

A folder appears whole or not at all, each with one JSON file that says whose it is.
Names are checked, no link is followed, and nothing outside the root is ever removed.
"""

import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from clusters.core.errors import BackendError
from clusters.core.text import NOTHING, quote, say

# What an engine takes for the name of a volume too; drafts begin with a dot.
_NAME = re.compile(r"[a-zA-Z0-9][-a-zA-Z0-9_.]{0,99}")
_PRIVATE = 0o700
_STALE_SECONDS = 3600


class Folders:
    """Those of one kind, each described by a JSON file of one name."""

    def __init__(self, place: Path, card: str) -> None:
        self._place = place
        self._card = card

    def path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise _not_a_name(name)
        return self._place / name

    def names(self) -> list[str]:
        try:
            found = os.listdir(self._place)  # noqa: PTH208 (names are all it takes)
        except FileNotFoundError:
            return []
        return sorted(name for name in found if _NAME.fullmatch(name))

    def exists(self, name: str) -> bool:
        return os.path.lexists(self.path(name))

    def is_real(self, name: str) -> bool:
        """Whether it is a folder of its own, not a link to somewhere else."""
        path = self.path(name)
        return path.is_dir() and not path.is_symlink()

    def card(self, name: str) -> dict[str, Any]:
        """What its file says; nothing when it is not one of the panel's folders."""
        return read_json(self.path(name) / self._card) if self.is_real(name) else {}

    def cards(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in self.names():
            if card := self.card(name):
                yield name, card

    def create(self, name: str, card: Mapping[str, Any], *inside: str) -> None:
        """Make a folder with its card and empty folders, in one visible act."""
        target = self.path(name)
        self._place.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        self._clear_drafts()
        draft = self._place / f".new-{secrets.token_hex(8)}"
        draft.mkdir(mode=_PRIVATE)
        try:
            for folder in inside:
                (draft / folder).mkdir(mode=_PRIVATE)
            write_json(draft / self._card, card, durable=True)
            if self.exists(name):
                raise _taken(name)
            draft.rename(target)
        except OSError as error:
            raise _taken(name) if self.exists(name) else error from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _sync(self._place)

    def _clear_drafts(self) -> None:
        """Drop what makers left that were killed on their way."""
        for draft in self._place.glob(".new-*"):
            with suppress(OSError):
                if time.time() - draft.stat().st_mtime > _STALE_SECONDS:
                    shutil.rmtree(draft, ignore_errors=True)

    def put(self, name: str, folder: str, files: Mapping[str, str]) -> None:
        """Write files that the user of the panel alone may read, each one whole."""
        place = self.path(name) / folder
        for file in files:
            if _NAME.fullmatch(file) is None:
                raise _not_a_name(file)
        place.mkdir(mode=_PRIVATE, exist_ok=True)
        for file, content in files.items():
            draft = place / f".{file}-{secrets.token_hex(4)}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w") as opened:  # noqa: PTH123 (a handle, not a path)
                opened.write(content)
            draft.replace(place / file)

    def remove(self, name: str) -> None:
        """Take a folder away; done already is done. Ends what an earlier try began."""
        path = self.path(name)
        going = self._place / f".gone-{name}"
        if path.is_symlink():
            raise BackendError(
                say("{path} is a link; the panel does not follow it.", path=str(path)),
                code="foreign_object",
                advice=say("Remove the link by hand, if nothing needs it."),
            )
        if going.exists():
            shutil.rmtree(going)
        with suppress(FileNotFoundError):
            path.rename(going)
            shutil.rmtree(going)


@contextmanager
def refusals_told(root: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence with a code."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or root)
        why = error.strerror or str(error)
        code, advice = _CURES.get(error.errno or 0, ("host_refused", NOTHING))
        raise BackendError(
            say("{path}: {why}.", path=place, why=quote(why)), code=code, advice=advice
        ) from error


_FREE_SPACE = say("Free some space on the disk of the panel's home.")
_ALLOW = say("Let the user that runs the panel write to this folder.")
_CURES = {
    errno.ENOSPC: ("disk_full", _FREE_SPACE),
    errno.EDQUOT: ("disk_full", _FREE_SPACE),
    errno.EACCES: ("root_not_writable", _ALLOW),
    errno.EPERM: ("root_not_writable", _ALLOW),
    errno.EROFS: ("root_not_writable", _ALLOW),
    errno.ENOTDIR: ("root_not_writable", _ALLOW),
}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty when there is none that can be read."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: Mapping[str, Any], *, durable: bool) -> None:
    """Replace a file whole. `durable` means that it must outlive a power cut."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with draft.open("x") as file:
        json.dump(content, file)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    draft.replace(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_a_name(name: str) -> BackendError:
    return BackendError(
        say("“{name}” can not be the name of a folder.", name=name[:100]),
        code="name_invalid",
    )


def _taken(name: str) -> BackendError:
    return BackendError(
        say("There is a folder of the name {name} already.", name=name),
        code="name_taken",
    )
