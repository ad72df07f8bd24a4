"""From a dry run of three members on Docker to the last line of its check.

The image is there, and so is the store; nothing is blocked and nothing times out.
"""

import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

from tests import parts
from tests.bench.creates import SIZE, Creates
from tests.bench.outcome import Outcome
from tests.bench.pairs import interval
from tests.bench.panel import running

TARGET_MS = 1000.0
ASK_EVERY = 0.02
MEMBERS, STORE = "3.6", "3.5"
MODES: dict[str, dict[str, Any]] = {
    "static": {"bootstrap": "static"},
    "discovery_v2": {"bootstrap": "discovery_v2", "discovery": {"store": "store"}},
}

Check = tuple[float, list[dict[str, Any]]]


def measure(count: int) -> list[Outcome]:
    with running(DOCKER_HOST=parts.engine("old")) as (_, door):
        door.usable_host("docker")
        keeper = Creates(door, "docker", parts.etcd_dir(STORE).name)
        creates = Creates(door, "docker", parts.etcd_dir(MEMBERS).name)
        with keeper.store("store", "v2"):
            found = _in_turn(count, lambda mode: _check(creates, mode))
    return [_outcome(mode, found[mode], creates.version) for mode in MODES]


def _in_turn(count: int, check: Callable[[str], Check]) -> dict[str, list[Check]]:
    """Each mode after the other, once before anything counts."""
    for mode in MODES:
        check(mode)
    found: dict[str, list[Check]] = {mode: [] for mode in MODES}
    for _ in range(count):
        for mode, checks in found.items():
            checks.append(check(mode))
    return found


def _check(creates: Creates, mode: str) -> Check:
    """Press the button, and ask for the lines until there are no more."""
    rest, body = creates.door.rest, creates.body("planned", SIZE) | MODES[mode]
    began = time.monotonic()
    address = rest.call("POST", "/clusters/?dry_run=true", body)["check"]
    path = address.removeprefix("/api/v1")
    while (check := rest.get(path))["state"] != "done":
        threading.Event().wait(ASK_EVERY)
    took = time.monotonic() - began
    if check["blocked"]:
        raise RuntimeError(f"{mode}: {check['lines']}")
    return took * 1000, check["lines"]


def _outcome(mode: str, checks: list[Check], version: str) -> Outcome:
    took = [milliseconds for milliseconds, _ in checks]
    low, high = interval(took)
    codes = ", ".join(line["code"] for line in checks[-1][1])
    return Outcome(
        figure=f"preflight, {mode}",
        target=TARGET_MS,
        unit="ms",
        median=statistics.median(took),
        least=min(took),
        most=max(took),
        low=low,
        count=len(took),
        notes=[f"{SIZE} members of etcd {version} on Docker: {codes}"],
        raw={"milliseconds": took, "low": low, "high": high},
    )
