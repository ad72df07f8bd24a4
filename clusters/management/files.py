"""Files that are named on a command line."""

import sys
from pathlib import Path

from clusters.core.errors import Problem, SpecError
from clusters.core.text import say

STANDARD_INPUT = "-"


def text_of(path: str, *, field: str) -> str:
    """The text of a file; SpecError at the field that named it."""
    if path == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        text = say("{path} can not be read: {why}", path=path[:200], why=str(error))
        problem = Problem(field=field, code="file_unreadable", text=text)
        raise SpecError([problem]) from error


def write_files(folder: str, files: tuple[tuple[str, str], ...]) -> list[Path]:
    """Write each file into a folder, which is made; where each was written."""
    written = []
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, content in files:
            path = Path(folder) / name
            path.write_text(content, encoding="utf-8")
            written.append(path)
    except OSError as error:
        text = say("{path} can not be written: {why}", path=folder, why=str(error))
        problem = Problem(field="to", code="file_unwritable", text=text)
        raise SpecError([problem]) from error
    return written
