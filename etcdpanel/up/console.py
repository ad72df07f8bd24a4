"""What the launcher prints, and how."""

import sys
from collections.abc import Iterable
from typing import TextIO


def say(line: str = "", *, to: TextIO | None = None) -> None:
    stream = to or sys.stdout
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except OSError:
        # The terminal is gone; the panel is not.
        pass


BAD_SETTING = 2


def complain(line: str) -> None:
    say(line, to=sys.stderr)


class LaunchError(Exception):
    """It did not work: why, what to do, and the lines that show it."""

    def __init__(
        self, sentence: str, *, code: int = 1, evidence: Iterable[str] = ()
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.evidence = tuple(evidence)

    def whole(self) -> str:
        return "\n".join([str(self), *(f"  | {line}" for line in self.evidence)])


class Progress:
    """One line, redrawn on a terminal; elsewhere a line for each change."""

    WIDTH = 30

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.redraws = stream.isatty()
        self.last = ""

    def show(self, done: int, total: int, doing: str) -> None:
        filled = self.WIDTH * done // max(total, 1)
        bar = "#" * filled + "." * (self.WIDTH - filled)
        # Without a plan yet there is nothing to count.
        line = f"[{bar}] {f'{done}/{total}  ' if total else ''}{doing}"
        if line == self.last:
            return
        self.last = line
        # Erase to the end of the line: the next text may be shorter.
        text = f"\r{line[:100]}\033[K" if self.redraws else f"{line}\n"
        self.stream.write(text)
        self.stream.flush()

    def end(self) -> None:
        if self.redraws and self.last:
            say(to=self.stream)


def table(rows: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell; the first row is the heading."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
