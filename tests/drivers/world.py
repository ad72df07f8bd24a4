"""The pretended world: a server of its own, and the hand of the tests in it.

`with World(socket) as world:` starts it; `MemoryDriver(world.socket)` is its client.
It outlives every worker, counts what is done, and fails as it is told.
"""

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 10
ANY = "*"


class World:
    """A pretended engine and what a test may do to it."""

    def __init__(self, path: str | Path) -> None:
        self.socket = str(path)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__, self.socket], cwd=ROOT, start_new_session=True
        )
        ends = monotonic() + START_SECONDS
        while not Path(self.socket).exists():
            if monotonic() > ends or self._process.poll() is not None:
                raise RuntimeError("the pretended world did not start")
            Event().wait(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    # Faults, for the verbs of a driver. A target is the name of the thing.

    def refuse(
        self, verb: str, target: str = ANY, code: str = "refused", *, times: int = 1
    ) -> None:
        """Say no, before anything is done."""
        self._tell("add_fault", "refuse", verb, target, times, code)

    def drop_answer(self, verb: str, target: str = ANY, *, times: int = 1) -> None:
        """Do it and hang up: the caller never learns that it was done."""
        self._tell("add_fault", "drop", verb, target, times, None)

    def hang(
        self, verb: str, seconds: float, target: str = ANY, *, times: int = 1
    ) -> None:
        """Wait before it is done, even when the caller is gone by then."""
        self._tell("add_fault", "hang", verb, target, times, seconds)

    def heal(self) -> None:
        """Forget all faults that are left."""
        self._tell("heal")

    def delay(self, seconds: float) -> None:
        """Answer every later call only after so long."""
        self._tell("delay", seconds)

    def stop_engine(self) -> None:
        self._tell("stop_engine")

    def start_engine(self) -> None:
        self._tell("start_engine")

    # Members

    def crash(self, instance: str, exit_code: int = 137) -> None:
        """End its etcd; it comes back by itself if its restart policy says so."""
        self._tell("crash", instance, exit_code)

    def die_on_start(
        self, instance: str, lines: list[str], *, exit_code: int = 1, times: int = 1
    ) -> None:
        """Let its next starts end at once, with these last words."""
        self._tell("die_on_start", instance, lines, exit_code, times)

    def wipe(self, volume: str) -> None:
        """Lose the data of a volume; the volume stays."""
        self._tell("wipe", volume)

    def form_after(self, seconds: float) -> None:
        """Let a cluster form only so long after its quorum has started."""
        self._tell("form_after", seconds)

    def write(self, endpoint: str) -> int:
        """Write something to a member; answers the new revision."""
        return self._tell("write", endpoint)

    # Discovery and DNS

    def stop_registry(self) -> None:
        """The discovery store goes away: members wait, and looks are refused."""
        self._tell("stop_registry")

    def start_registry(self) -> None:
        self._tell("start_registry")

    def hold_registration(self, instance: str) -> None:
        """Keep a member from registering; it runs and waits."""
        self._tell("hold_registration", instance)

    def let_register(self, instance: str) -> None:
        self._tell("let_register", instance)

    def register(
        self, path: str, size: str | None = None, names: Sequence[str] = ()
    ) -> None:
        """Somebody else writes the size of a token, and members register in it."""
        self._tell("register", path, size, list(names))

    def serve_zone(self, server: str, lines: Sequence[str]) -> None:
        """Let somebody's name server (its address) answer these lines of a zone."""
        self._tell("serve_zone", server, list(lines))

    # Images

    def forget_image(self, reference: str) -> None:
        self._tell("forget_image", reference)

    def offer_image(
        self,
        reference: str,
        *,
        layers: int = 3,
        seconds: float = 0.0,
        stall: bool = False,
        code: str = "",
    ) -> None:
        """How a pull goes: so many layers in so long, a stall at half, or a refusal."""
        self._tell("offer_image", reference, layers, seconds, stall, code)

    # Strangers, and the machine

    def add_network(
        self, name: str, labels: dict[str, str] | None = None, subnet: str = ""
    ) -> None:
        self._tell("add_network", name, labels or {}, subnet)

    def add_volume(self, name: str, labels: dict[str, str] | None = None) -> None:
        self._tell("add_volume", name, labels or {})

    def add_instance(
        self, name: str, network: str = "", labels: dict[str, str] | None = None
    ) -> None:
        self._tell("add_instance", name, network, labels or {})

    def remove(self, name: str) -> None:
        """Somebody removes an instance, a volume or a network by hand."""
        self._tell("remove", name)

    def take_alias(self, network: str, alias: str, owner: str) -> None:
        self._tell("take_alias", network, alias, owner)

    def take_port(self, port: int, owner: str = "nginx (pid 4711)") -> None:
        self._tell("take_port", port, owner)

    def free_disk(self, size: int) -> None:
        self._tell("free_disk", size)

    def set_clock(self, ahead: float) -> None:
        """By how many seconds the clock of the engine is ahead."""
        self._tell("set_clock", ahead)

    def put_panel_inside(self) -> None:
        """From now on the panel runs in a container of this engine."""
        self._tell("put_panel_inside")

    # What happened

    def calls(self) -> list[dict[str, Any]]:
        """Every call that changes things, in order: verb, target, caller, outcome."""
        return self._tell("calls")

    def counts(self) -> Counter[tuple[str, str]]:
        """How often each verb was done to each target."""
        done = [call for call in self.calls() if call["outcome"] == "done"]
        return Counter((call["verb"], call["target"]) for call in done)

    def things(self) -> dict[str, list[str]]:
        """The names of all instances, volumes and networks."""
        return self._tell("things")

    def labels(self) -> dict[str, dict[str, dict[str, str]]]:
        """The labels of all things by kind and name, also while the engine is away."""
        return self._tell("labels")

    def _tell(self, verb: str, *args: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(self.socket)
            question = {"verb": verb, "args": args, "control": True}
            wire.sendall(json.dumps(question).encode() + b"\n")
            with wire.makefile() as answers:
                answer = json.loads(answers.readline())
        if "no" in answer:
            raise AssertionError(f"{verb}: {answer['no']}")
        return answer["ok"]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from tests.drivers.pretended_server import serve

    serve(Path(sys.argv[1]))
