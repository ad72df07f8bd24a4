"""Whatever breaks at any border of any step costs time, and nothing else.

The matrix is generated from the kinds of steps: a new one is covered on the day it is
written.
"""

from collections import Counter

import pytest
from django.db import connection

from clusters.core.plan import StepKind
from clusters.engine import failpoints
from tests.engine.failpoint_runs import Runs, reason_against

# The modes that meet the database in its own way are repeated on PostgreSQL.
ON_POSTGRES = connection.vendor == "postgresql"
MODES = ("kill", "database") if ON_POSTGRES else tuple(failpoints.MODES)
passed: Counter[tuple[str, str]] = Counter()


def borders(kind, mode):
    """Where a mode can strike a step of a kind."""
    return [b for b in failpoints.BORDERS if not reason_against(kind, b, mode)]


def combinations():
    return [(kind, mode) for kind in StepKind for mode in MODES if borders(kind, mode)]


@pytest.fixture(scope="module", autouse=True)
def _table(request):
    """What was passed, in one piece, when all is over."""
    yield
    reporter = request.config.pluginmanager.getplugin("terminalreporter")
    capture = request.config.pluginmanager.getplugin("capturemanager")
    if reporter is None or not passed:
        return
    with capture.global_and_fixture_disabled():
        reporter.write_line("")
        for line in table():
            reporter.write_line(line)


def table():
    """Kinds of steps by modes: the borders that were passed, of those that exist."""
    yield f"{'step':20}" + "".join(f"{mode:>10}" for mode in MODES)
    for kind in StepKind:
        cells = [f"{passed[kind, mode]}/{len(borders(kind, mode))}" for mode in MODES]
        yield f"{kind:20}" + "".join(f"{cell:>10}" for cell in cells)
    possible = sum(len(borders(kind, mode)) for kind in StepKind for mode in MODES)
    yield f"{sum(passed.values())} of {possible} combinations passed"


@pytest.fixture
def runs_of(world, create, create_store, finish, delete, tmp_path):
    asking = (create, create_store, finish, delete)
    yield lambda kind: Runs(kind, world, tmp_path, asking)
    failpoints._ARMED.clear()


@pytest.mark.parametrize(("kind", "mode"), combinations())
def test_a_fault_costs_time_and_nothing_else(kind, mode, runs_of):
    runs = runs_of(kind)
    for border in borders(kind, mode):
        runs.go(border, mode)
        passed[kind, mode] += 1
