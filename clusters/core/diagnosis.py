"""Explain a member's last lines: which cause they name, and what to do about it.

etcd ends every failed start with "discovery failed", in static clusters too; so the
`error` field of a line decides before its `msg`, and the last word before earlier ones.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clusters.core.cause import Cause, Remedy
from clusters.core.causes import CAUSES
from clusters.core.data_causes import DATA_CAUSES
from clusters.core.discovery_causes import DISCOVERY_CAUSES
from clusters.core.text import Text

# A failed discovery is told in detail, and often names a general cause inside.
ALL_CAUSES = (*DISCOVERY_CAUSES, *CAUSES, *DATA_CAUSES)

# A panic has up to 60 lines of stack after what it says, and a start 30 before.
LINES_TO_READ = 200
_LINES_TO_SHOW = 40

# What a start writes first: etcd 3.5 and later, and 3.4.
_STARTS = ("Running: ", "configuring peer listeners")
_VARIABLE = re.compile(r"environment variable")
_BEFORE_A_START = re.compile(r"environment variable|Running http and grpc server")
_FATAL = frozenset({"error", "dpanic", "panic", "fatal"})
# etcd's own client warns in its own format, of what it tries again.
_CLIENT = re.compile(r"(?:INFO|WARNING): \[core\]")
_STACK = re.compile(r"goroutine \d+ (?:gp=\S+ .*)?\[")
_NOT_WORDS = frozenset({"level", "ts", "caller", "msg", "error", "stacktrace", "args"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What the log says to somebody who knows etcd, and the line that says it."""

    code: str
    cause: Text
    advice: Text
    line: str
    is_wait: bool = False
    remedy: Remedy = Remedy.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """One line: its weight, its error, and all of its words."""

    raw: str
    is_final: bool
    is_info: bool
    error: str
    words: str


def explain(lines: Sequence[str]) -> Explanation | None:
    """The cause that the last lines of a member name, if it is a known one."""
    read = _last_run([_read(line, stack) for line, stack in _with_stacks(lines)])
    for line, cause in _by_weight(read):
        found = cause.pattern.search(line.error) or cause.pattern.search(line.words)
        if found is not None:
            return Explanation(
                code=cause.code,
                cause=_filled(cause.text, found),
                advice=_filled(cause.advice, found),
                line=line.raw,
                is_wait=cause.is_wait,
                remedy=cause.remedy,
            )
    return None


def explain_any(logs: Iterable[Sequence[str]]) -> Explanation | None:
    """The cause that one of several members names: why it ended before why it waits."""
    found = [explanation for log in logs if (explanation := explain(log))]
    return min(found, key=lambda explanation: explanation.is_wait, default=None)


def evidence(lines: Sequence[str], found: Explanation | None) -> tuple[str, ...]:
    """The last lines as people want to see them, with the one that says the cause."""
    told = without_stacks(lines)
    shown = told[-_LINES_TO_SHOW:]
    if found is None or found.line in shown or found.line not in told:
        return shown
    return (found.line, *shown)


def without_stacks(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines without what Go prints of its stack after a panic."""
    return tuple(line for line, _ in _with_stacks(lines))


def _with_stacks(lines: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each line, with the lines of the stack that Go printed below it."""
    told: list[tuple[str, list[str]]] = []
    in_stack = False
    for line in filter(str.strip, lines):
        in_stack = bool(_STACK.search(line)) or (in_stack and _entry(line) is None)
        if in_stack and told:
            told[-1][1].append(line)
        else:
            told.append((line, []))
    return told


def _by_weight(lines: Sequence[_Line]) -> Iterator[tuple[_Line, Cause]]:
    """Why it ended comes first, the last word first; then what it only warned of."""
    for line in reversed(lines):
        if line.is_final:
            yield from ((line, cause) for cause in ALL_CAUSES if not cause.is_wait)
    for cause in ALL_CAUSES:
        if cause.is_wait:
            yield from ((line, cause) for line in reversed(lines))
        elif not cause.only_last:
            warned = (line for line in reversed(lines) if not line.is_info)
            yield from ((line, cause) for line in warned)


def _read(line: str, stack: Sequence[str]) -> _Line:
    entry = _entry(line)
    if entry is None:
        return _Line(
            raw=line,
            is_final=_CLIENT.search(line) is None,
            is_info=False,
            error="",
            words="\n".join([line, *stack]),
        )
    rest = (f"{k}={v}" for k, v in entry.items() if k not in _NOT_WORDS)
    error = str(entry.get("error", ""))
    return _Line(
        raw=line,
        is_final=entry.get("level") in _FATAL,
        is_info=entry.get("level") in {"info", "debug"},
        error=error,
        words=" ".join([str(entry.get("msg", "")), error, *rest]),
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
            return [*_first_words(lines[: starts[-1]]), *lines[starts[-1] :]]
    return lines


def _first_words(before: list[_Line]) -> Iterator[_Line]:
    """What a start says of its variables, before it says that it starts."""
    for line in reversed(before):
        if not _BEFORE_A_START.search(line.words):
            return
        if _VARIABLE.search(line.words):
            yield line


def _filled(text: Text, found: re.Match[str]) -> Text:
    values = {k: v for k, v in found.groupdict(default="?").items() if k in text.params}
    return Text(text.template, {**text.params, **values})
