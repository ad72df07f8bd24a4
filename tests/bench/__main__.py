"""`make bench [FIGURES="processes docker meeting store …"] [PAIRS=11]`."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from etcdpanel.up.console import complain, say
from tests.bench import machine
from tests.bench.figures import (
    docker,
    idle,
    meeting,
    preflight,
    processes,
    store,
    stream,
)
from tests.bench.outcome import MISSED, Outcome, table

FIGURES: dict[str, Callable[[int], list[Outcome]]] = {
    "processes": processes.measure,
    "docker": docker.measure,
    "meeting": meeting.measure,
    "meeting-docker": meeting.measure_docker,
    "store": store.measure,
    "store-docker": store.measure_docker,
    "preflight": preflight.measure,
    "stream": stream.measure,
    "idle": idle.measure,
}
PAIRS = 11


def main() -> int:
    asked = _arguments()
    outcomes, left_out = [], []
    before = machine.facts()
    for name in asked.figures:
        complain(f"{name} …")
        try:
            outcomes += FIGURES[name](asked.pairs)
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            left_out.append(f"{name}: not run: {missing.msg}")
    facts = {**before, "load": f"{before['load']} → {machine.facts()['load']}"}
    say("\n".join(f"{key:9} {value}" for key, value in facts.items()))
    say(f"\n{table(outcomes)}")
    say("\n".join(left_out))
    if asked.json:
        found = [outcome.as_json() for outcome in outcomes]
        kept = {"machine": facts, "figures": found, "left_out": left_out}
        asked.json.write_text(json.dumps(kept, indent=1) + "\n")
    return 1 if any(outcome.verdict == MISSED for outcome in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    named = os.environ.get("FIGURES", "").split()
    parser.add_argument("figures", nargs="*", help=" ".join(FIGURES))
    parser.add_argument(
        "--pairs", type=int, default=int(os.environ.get("PAIRS") or PAIRS)
    )
    parser.add_argument("--json", type=Path, help="keep every number in this file")
    asked = parser.parse_args()
    asked.figures = asked.figures or named or list(FIGURES)
    if unknown := set(asked.figures) - set(FIGURES):
        parser.error(f"no such figure: {' '.join(unknown)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
