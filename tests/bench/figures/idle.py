"""Memory of a panel that has created and deleted one cluster and then rests.

PSS: what processes share is divided among them, so the sum is what the panel takes.
"""

import threading
from collections.abc import Iterator

import psutil

from tests import parts
from tests.bench.outcome import Outcome
from tests.bench.panel import running
from tests.bench.ports import free_ports
from tests.up.panels import Panel

TARGET_MB = 350.0
REST_SECONDS = 60.0
_MB = 1000**2


def measure(_count: int) -> list[Outcome]:
    etcd = parts.etcd_dir("3")
    with running(ETCDPANEL_ETCD_DIRS=str(etcd)) as (panel, door):
        door.usable_host("local")
        ports = free_ports(6)
        body = {
            "name": "once",
            "version": etcd.name,
            "hosts": ["local"],
            "client_ports": ports[:3],
            "peer_ports": ports[3:],
        }
        door.create(body)
        door.delete("once")
        threading.Event().wait(REST_SECONDS)
        found = dict(_memory(panel))
    total = sum(found.values())
    outcome = Outcome(
        figure="idle",
        target=TARGET_MB,
        unit="MB",
        median=total,
        least=total,
        most=total,
        count=1,
        notes=[f"{name}: {size:.1f} MB" for name, size in found.items()],
        raw=found,
    )
    return [outcome]


def _memory(panel: Panel) -> Iterator[tuple[str, float]]:
    """Of the parent, of its parts, and of their children."""
    assert panel.process is not None
    parents = {"parent": panel.process.pid, **panel.pids()}
    for name, pid in parents.items():
        process = psutil.Process(pid)
        yield name, process.memory_full_info().pss / _MB
        children = [] if name == "parent" else process.children(recursive=True)
        for number, child in enumerate(children, 1):
            yield f"{name}, child {number}", child.memory_full_info().pss / _MB
