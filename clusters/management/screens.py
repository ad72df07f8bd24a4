"""Two ways to show progress: one line drawn anew, or lines one after another."""

import shutil
from collections.abc import Mapping
from typing import Protocol

from django.utils import timezone

from clusters.management.following import Screen
from clusters.management.tables import cut
from clusters.models.step import StepState
from clusters.queries import EventLine, OperationProgress
from clusters.queries.words import word

BAR = 24
_BACK = "\r\x1b[K"
_MARKS: Mapping[str, str] = {"info": "", "warn": "! ", "error": "x "}


class Output(Protocol):
    """What Django's commands write to."""

    def write(self, msg: str, *, ending: str | None = None) -> None: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


def screen_for(output: Output) -> Screen:
    return Redrawn(output) if output.isatty() else Lines(output)


class Lines:
    """Each line of the log as it comes, with how many steps were done by then."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.done = 0

    def show(self, progress: OperationProgress, lines: tuple[EventLine, ...]) -> None:
        for line in lines:
            self.done += line.code == "step_done"
            self.output.write(f"[{self.done}/{progress.steps_total}] {_written(line)}")
        self.output.flush()

    def note(self, words: str) -> None:
        self.output.write(words)
        self.output.flush()

    def end(self) -> None:
        self.output.flush()


class Redrawn:
    """A bar that is drawn anew; only lines that matter stand above it."""

    def __init__(self, output: Output) -> None:
        self.output = output

    def show(self, progress: OperationProgress, lines: tuple[EventLine, ...]) -> None:
        for line in lines:
            if line.level != "info":
                self.output.write(f"{_BACK}{_written(line)}")
        room = shutil.get_terminal_size().columns - 1
        self.output.write(_BACK + cut(bar(progress), room), ending="")
        self.output.flush()

    def note(self, words: str) -> None:
        self.output.write(f"{_BACK}{words}")

    def end(self) -> None:
        self.output.write(_BACK, ending="")
        self.output.flush()


def bar(progress: OperationProgress) -> str:
    """How far it is, what is being done, and for how long already."""
    done, total = progress.steps_done, progress.steps_total
    filled = BAR * done // total if total else 0
    drawn = "#" * filled + "-" * (BAR - filled)
    until = progress.finished_at or timezone.now()
    seconds = max((until - progress.created_at).total_seconds(), 0)
    doing = _doing(progress) or word(progress.state)
    return f"[{drawn}] {done}/{total}  {doing}  {seconds:.0f} s"


def _doing(progress: OperationProgress) -> str:
    """The steps that run now: one kind with all its targets."""
    running: dict[str, list[str]] = {}
    for step in progress.steps:
        if step.state == StepState.RUNNING:
            name = step.target + _counted(step.progress)
            running.setdefault(word(step.kind).replace("_", " "), []).append(name)
    return "; ".join(f"{kind} {', '.join(names)}" for kind, names in running.items())


def _counted(progress: Mapping[str, object]) -> str:
    current, total = progress.get("current"), progress.get("total")
    if isinstance(current, int) and isinstance(total, int) and total:
        return f" {100 * current // total}%"
    return ""


def _written(line: EventLine) -> str:
    return f"{line.at:%H:%M:%S} {_MARKS.get(line.level, '')}{line.message}"
