"""Two ways of doing the same, measured in turn: A B, B A, A B, …"""

import os
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from etcdpanel.up.console import complain

RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Seconds of one run of each side, started right after one another."""

    ours: float
    theirs: float
    parts: dict[str, float] = field(default_factory=dict)
    load: float = 0.0

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


Timed = tuple[float, dict[str, float]]


def in_turn(
    count: int, ours: Callable[[int], Timed], theirs: Callable[[int], Timed]
) -> list[Pair]:
    """Every pair is kept, whatever it shows; who begins changes from pair to pair."""
    pairs = []
    for number in range(count):
        os.sync()
        if number % 2:
            b, a = theirs(number), ours(number)
        else:
            a, b = ours(number), theirs(number)
        parts = {**a[1], **{f"{name} (reference)": v for name, v in b[1].items()}}
        pair = Pair(ours=a[0], theirs=b[0], parts=parts, load=os.getloadavg()[0])
        pairs.append(pair)
        complain(
            f"  pair {number + 1}: {pair.ours:.3f} s / {pair.theirs:.3f} s"
            f" = {pair.ratio:.2f}  load {pair.load:.1f}"
        )
    return pairs


def ratios_of(pairs: list[Pair]) -> dict[str, Any]:
    """Median, extremes and the 95 % interval of the median of pairwise ratios."""
    ratios = sorted(pair.ratio for pair in pairs)
    low, high = interval(ratios)
    return {
        "median": statistics.median(ratios),
        "min": ratios[0],
        "max": ratios[-1],
        "low": low,
        "high": high,
        "ours": statistics.median(pair.ours for pair in pairs),
        "theirs": statistics.median(pair.theirs for pair in pairs),
        "parts": medians([pair.parts for pair in pairs]),
        "pairs": [vars(pair) for pair in pairs],
    }


def medians(rows: list[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {n: statistics.median(row[n] for row in rows if n in row) for n in names}


def interval(values: list[float]) -> tuple[float, float]:
    """Of the median, by resampling; the same values give the same interval."""
    chance = random.Random(1)
    drawn = sorted(
        statistics.median(chance.choices(values, k=len(values)))
        for _ in range(RESAMPLES)
    )
    return drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40]


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
