"""Keeps the panel's processes up, and stops them in order."""

import time
from collections.abc import Callable
from pathlib import Path

from etcdpanel.home import Home
from etcdpanel.up import records
from etcdpanel.up.child import Child, Part, last_lines, rotate
from etcdpanel.up.console import complain
from etcdpanel.up.wake import Wake

# Longer than the hard time limit of a task: busy is not stuck.
SILENCE = 120.0
LOOK_EVERY = 30.0


class Supervisor:
    """The parent's loop. Order of `parts` is the order of starting."""

    def __init__(self, home: Home, wake: Wake) -> None:
        self.home = home
        self.wake = wake
        self.children: dict[str, Child] = {}
        self.pulse = Pulse(home.worker_pulse)
        # Not looked after yet: what keeps one from starting is told elsewhere.
        self.unready: set[str] = set()

    def start(self, part: Part) -> None:
        child = self.children[part.name] = Child(part)
        child.start()
        self.note()

    def note(self) -> None:
        """For the next start, should this parent die without stopping them."""
        records.write(self.home, {c.part.name: c.pid for c in self.children.values()})

    def until(self, happened: Callable[[], bool], seconds: float) -> bool:
        """Keep them up until that happens, the time is over or one asks to stop."""
        end = time.monotonic() + seconds
        while not self.wake.asked_to_stop and not happened():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.wake.wait(min(left, self.look()))
        return not self.wake.asked_to_stop

    def forever(self) -> None:
        self.until(lambda: False, float("inf"))

    def look(self) -> float:
        """Start again what died; how long until there is something to do."""
        pause = LOOK_EVERY
        watched = [c for n, c in self.children.items() if n not in self.unready]
        for child in watched:
            if sentence := child.ended():
                self.report(child, sentence)
            pause = min(pause, self.revive(child))
            rotate(child.part.log)
        self.replace_silent_worker()
        return pause

    def revive(self, child: Child) -> float:
        if child.process is not None:
            return LOOK_EVERY
        left = child.due - time.monotonic()
        if left > 0:
            return left
        child.start()
        self.note()
        return LOOK_EVERY

    @staticmethod
    def report(child: Child, sentence: str) -> None:
        log = child.part.log
        last = "".join(f"\n  | {line[:160]}" for line in last_lines(log, 3))
        complain(f"{child.part.name} {sentence}. Its log: {log}{last}")

    def replace_silent_worker(self) -> None:
        """One that lives but takes no message; the sweep comes every 5 s."""
        worker = self.children.get("worker")
        if worker is None or worker.process is None or not self.scheduler_runs():
            return
        if self.pulse.silence(since=worker.started) > SILENCE:
            complain(f"worker took no task for {SILENCE:.0f} s: it is started again.")
            worker.kill()
            worker.start()
            self.note()

    def scheduler_runs(self) -> bool:
        beat = self.children.get("beat")
        return bool(beat and beat.process and time.monotonic() - beat.started > SILENCE)

    def stop(self, after: dict[str, Callable[[], None]]) -> None:
        """In order; `after` says what to do once a part has stopped.

        Asked once more, for instance by a second Ctrl-C, it stops waiting.
        """
        patience = max(self.wake.asked_to_stop, 1)
        for name in records.ORDER:
            if name in self.children:
                self.stop_one(self.children[name], patience)
            after.get(name, lambda: None)()
        records.forget(self.home)

    def stop_one(self, child: Child, patience: int) -> None:
        if child.process is None:
            return
        child.process.terminate()
        end = time.monotonic() + child.part.stop_seconds
        while child.process.poll() is None and self.wake.asked_to_stop <= patience:
            left = end - time.monotonic()
            if left <= 0:
                break
            self.wake.wait(left)
        child.kill()


class Pulse:
    """How long the worker's pulse file has not changed, on a clock that does not
    jump: the file's own time cannot be compared with ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: float | None = None
        self.changed = time.monotonic()

    def silence(self, *, since: float) -> float:
        found = self.path.stat().st_mtime if self.path.exists() else None
        now = time.monotonic()
        if found != self.seen:
            self.seen, self.changed = found, now
        return now - max(self.changed, since)
