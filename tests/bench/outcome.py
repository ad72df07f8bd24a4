"""What a figure came to, and how it is shown."""

from dataclasses import dataclass, field
from typing import Any

MET, UNSURE, MISSED = "met", "unsure", "MISSED"


@dataclass(kw_only=True)
class Outcome:
    """One line of the table, and the lines below it.

    `median`, `low` and `high` are in the unit of the target: a ratio, milliseconds or
    mebibytes. For a ratio, `ours` and `theirs` are seconds.
    """

    figure: str
    target: float
    unit: str
    median: float
    least: float
    most: float
    count: int
    low: float | None = None
    ours: float | None = None
    theirs: float | None = None
    notes: list[str] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Missed only when the 95 % interval of the median leaves the target out."""
        if self.median <= self.target:
            return MET
        if self.low is not None and self.low <= self.target:
            return UNSURE
        return MISSED

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "verdict": self.verdict}


def of_ratios(
    figure: str, target: float, found: dict[str, Any], notes: list[str]
) -> Outcome:
    return Outcome(
        figure=figure,
        target=target,
        unit="×",
        median=found["median"],
        least=found["min"],
        most=found["max"],
        low=found["low"],
        ours=found["ours"],
        theirs=found["theirs"],
        count=len(found["pairs"]),
        notes=notes,
        raw=found,
    )


HEADING = (
    *("figure", "target", "median", "min", "max"),
    *("panel", "reference", "n", "verdict"),
)


def table(outcomes: list[Outcome]) -> str:
    rows = [HEADING, *map(_row, outcomes)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADING))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    for number in range(len(outcomes), 0, -1):
        lines[number + 1 : number + 1] = [
            f"    {n}" for n in outcomes[number - 1].notes
        ]
    return "\n".join(line.rstrip() for line in lines)


def _row(found: Outcome) -> tuple[str, ...]:
    digits = 2 if found.unit == "×" else 1
    shown = [f"{v:.{digits}f} {found.unit}" for v in (found.median, found.least)]
    return (
        found.figure,
        f"≤ {found.target:g} {found.unit}",
        *shown,
        f"{found.most:.{digits}f} {found.unit}",
        _seconds(found.ours),
        _seconds(found.theirs),
        str(found.count),
        found.verdict,
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3f} s"
