"""Explain a member's last lines: which cause they name, and what to do about it.

etcd ends every failed start with "discovery failed", in static clusters too; so the
`error` field of a line decides before its `msg`, and the last word before earlier ones.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clusters.core.causes import CAUSES, Cause
from clusters.core.discovery_causes import DISCOVERY_CAUSES
from clusters.core.text import Text

# A failed discovery is told in detail, and often names a general cause inside.
_ALL = (*DISCOVERY_CAUSES, *CAUSES)

# What a start writes first: etcd 3.5 and later, and 3.4.
_STARTS = ("Running: ", "configuring peer listeners")
_FATAL = frozenset({"error", "dpanic", "panic", "fatal"})
_NOT_WORDS = frozenset({"level", "ts", "caller", "msg", "error", "stacktrace", "args"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What the log says to somebody who knows etcd, and the line that says it."""

    code: str
    cause: Text
    advice: Text
    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One line: its weight, its error, and its other words."""

    raw: str
    is_final: bool
    error: str
    words: str


def explain(lines: Sequence[str]) -> Explanation | None:
    """The cause that the last lines of a member name, if it is a known one."""
    read = _last_run([_read(line) for line in lines if line.strip()])
    for line, cause in _by_weight(read):
        found = cause.pattern.search(line.error) or cause.pattern.search(line.words)
        if found is not None:
            return Explanation(
                code=cause.code,
                cause=_filled(cause.text, found),
                advice=_filled(cause.advice, found),
                line=line.raw,
            )
    return None


def _by_weight(lines: Sequence[_Line]) -> Iterator[tuple[_Line, Cause]]:
    """Why it ended comes first, the last word first; then what it only warned of."""
    for line in reversed(lines):
        if line.is_final:
            yield from ((line, cause) for cause in _ALL if not cause.is_wait)
    for cause in _ALL:
        yield from ((line, cause) for line in reversed(lines))


def _read(line: str) -> _Line:
    entry = _entry(line)
    if entry is None:
        return _Line(raw=line, is_final=True, error="", words=line)
    rest = (f"{k}={v}" for k, v in entry.items() if k not in _NOT_WORDS)
    return _Line(
        raw=line,
        is_final=entry.get("level") in _FATAL,
        error=str(entry.get("error", "")),
        words=" ".join([str(entry.get("msg", "")), *rest]),
    )


def _entry(line: str) -> Mapping[str, Any] | None:
    """The fields of a line of JSON; an engine may have put its time before it."""
    start = line.find("{")
    try:
        entry = json.loads(line[start:]) if start >= 0 else None
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "msg" in entry else None


def _last_run(lines: list[_Line]) -> list[_Line]:
    """A log goes on over restarts; what ended an earlier run does not matter now."""
    for words in _STARTS:
        starts = [n for n, line in enumerate(lines) if line.words.startswith(words)]
        if starts:
            return lines[starts[-1] :]
    return lines


def _filled(text: Text, found: re.Match[str]) -> Text:
    values = {k: v for k, v in found.groupdict(default="?").items() if k in text.params}
    return Text(text.template, {**text.params, **values})
