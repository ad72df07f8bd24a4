"""Run every suite, in lanes side by side: `python -m tests.run [SUITE...]`.

Each suite is a pytest of its own with its own home, so that one can not disturb
another. What a suite prints comes out in one piece when it ends. With CI=true a skip
or an expected failure is a failure.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from tests import parts

ROOT = Path(__file__).resolve().parent.parent
SLOWEST_SUITE = 1800
COUNTED = ("tests", "failures", "errors", "skipped")


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Some test files, and what they need to know."""

    name: str
    paths: tuple[str, ...]
    on_postgres: bool = False
    workers: int = 0


@dataclass(kw_only=True)
class Result:
    """How one suite went."""

    suite: Suite
    seconds: float
    output: str
    code: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        strict = os.environ.get("CI") == "true"
        return self.code == 0 and not (strict and self.counts["skipped"])


DESK = ("tests/models", "tests/actions", "tests/queries")

# Two lanes, for two cores, about equally long.
LANES: tuple[tuple[Suite, ...], ...] = (
    (
        # First: a browser drops requests while others make and remove networks.
        Suite(name="browser", paths=("tests/browser",)),
        Suite(name="drivers on real engines", paths=("tests/drivers", "tests/etcd")),
        Suite(name="scenarios", paths=("tests/scenarios",)),
        Suite(name="launcher", paths=("tests/up",)),
        Suite(name="meeting places", paths=("tests/meeting", "tests/discovery")),
    ),
    (
        Suite(name="engine", paths=("tests/engine",)),
        Suite(
            name="engine and desk on PostgreSQL",
            paths=("tests/engine", *DESK),
            on_postgres=True,
        ),
        Suite(
            name="core, desk and shape",
            paths=(
                "tests/core",
                *DESK,
                *sorted(
                    str(path.relative_to(ROOT))
                    for path in (ROOT / "tests").glob("test_*.py")
                ),
            ),
        ),
        Suite(
            name="doors",
            paths=("tests/api", "tests/web", "tests/admin", "tests/management"),
        ),
    ),
)


def main(wanted: list[str]) -> int:
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(LANES)) as lanes:
        done = lanes.map(lambda lane: _lane(lane, wanted), LANES)
        results = [result for lane in done for result in lane]
    return _summary(results, time.monotonic() - began)


def _lane(lane: tuple[Suite, ...], wanted: list[str]) -> list[Result]:
    chosen = [s for s in lane if not wanted or any(w in s.name for w in wanted)]
    there = [s for s in chosen if any((ROOT / path).exists() for path in s.paths)]
    return [_run(suite) for suite in there]


def _run(suite: Suite) -> Result:
    began = time.monotonic()
    if suite.on_postgres and parts.postgres_address() is None:
        return _left_out(suite)
    with tempfile.TemporaryDirectory(prefix="etcdpanel-suite-") as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            _command(suite, report),
            cwd=ROOT,
            env=_environment(suite, folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SLOWEST_SUITE,
            check=False,
        )
        counts = _counts(report)
    seconds = time.monotonic() - began
    result = Result(
        suite=suite,
        seconds=seconds,
        output=done.stdout,
        code=done.returncode,
        counts=counts,
    )
    verdict = "passed" if result.is_good else "FAILED"
    print(
        f"\n=== {suite.name}: {verdict} in {seconds:.0f} s\n{done.stdout}", flush=True
    )
    return result


def _left_out(suite: Suite) -> Result:
    output = "PostgreSQL does not answer; get it with: tests/testbed/up postgres\n"
    print(f"\n=== {suite.name}: left out\n{output}", flush=True)
    counts = {"tests": 1, "failures": 0, "errors": 0, "skipped": 1}
    return Result(suite=suite, seconds=0, output=output, code=0, counts=counts)


def _command(suite: Suite, report: Path) -> list[str]:
    paths = [path for path in suite.paths if (ROOT / path).exists()]
    spread = ["-n", str(suite.workers)] if suite.workers else []
    return [
        *(sys.executable, "-m", "pytest", "-rfEsx", "--durations=5"),
        *(f"--junitxml={report}", *spread, *paths),
    ]


def _environment(suite: Suite, folder: str) -> dict[str, str]:
    environment = dict(os.environ)
    environment["ETCDPANEL_HOME"] = str(Path(folder) / "home")
    if suite.on_postgres:
        address = urlsplit(parts.postgres_url())
        environment["ETCDPANEL_DATABASE_URL"] = address._replace(
            path=f"/etcdpanel_{os.getpid()}"
        ).geturl()
    else:
        environment.pop("ETCDPANEL_DATABASE_URL", None)
    return environment


def _counts(report: Path) -> dict[str, int]:
    counts = dict.fromkeys(COUNTED, 0)
    if report.exists():
        for suite in ET.parse(report).getroot().iter("testsuite"):
            for name in counts:
                counts[name] += int(suite.get(name, 0))
    return counts


def _summary(results: list[Result], seconds: float) -> int:
    total = {name: sum(r.counts[name] for r in results) for name in COUNTED}
    bad = [result for result in results if not result.is_good]
    print(f"\n{len(results)} suites in {seconds:.0f} s")
    for result in results:
        mark = "ok  " if result.is_good else "FAIL"
        numbers = ", ".join(f"{n} {name}" for name, n in result.counts.items() if n)
        print(f"  {mark} {result.seconds:5.0f} s  {result.suite.name}: {numbers}")
    broken = [r for r in bad if not r.counts["failures"] + r.counts["errors"]]
    failed = total["failures"] + total["errors"] + len(broken)
    passed = total["tests"] - total["failures"] - total["errors"] - total["skipped"]
    print(f"{passed} passed, {failed} failed, {total['skipped']} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
