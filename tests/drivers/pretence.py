"""What the server of the pretended world does with a verb: faults, and the log."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clusters.core.names import LABEL
from tests.drivers.pretended_engine import Engine
from tests.drivers.pretended_things import RefusalError

LOOKING = frozenset(
    {
        "facts",
        "find_image",
        "find_network",
        "find_volume",
        "find_instance",
        "find_all",
        "names_on_network",
        "busy_ports",
        "is_inside",
        "log_tail",
        "endpoint",
        "probe",
        "probe_proxy",
        "subnets",
        "network_subnet",
        "address_of",
        "published_udp",
        "registry_probe",
        "registry_look",
        "dns_look",
    }
)
PULL_STEPS = 10
STALL_SECONDS = 600.0


class LostAnswerError(Exception):
    """It was done, but the answer is lost."""


@dataclass
class Fault:
    kind: str
    verb: str
    target: str
    times: int
    value: Any

    def fits(self, kind: str, verb: str, target: str) -> bool:
        return (
            self.times > 0
            and self.kind == kind
            and self.verb == verb
            and self.target in {"*", target}
        )


@dataclass
class Offer:
    """How the pull of one image goes."""

    layers: int = 3
    seconds: float = 0.0
    stall: bool = False
    code: str = ""


class Pretence:
    """One world; every access to the engine is under the lock."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.lock = threading.Lock()
        self.faults: list[Fault] = []
        self.faults_lock = threading.Lock()
        self.log: list[dict[str, Any]] = []
        self.offers: dict[str, Offer] = {}
        self.seconds = 0.0
        self.stopped = False

    @staticmethod
    def wait(seconds: float) -> None:
        if seconds > 0:
            threading.Event().wait(seconds)

    # Verbs of a driver

    def ask(self, verb: str, args: list[Any]) -> Any:
        """Do one verb, unless a fault is in the way of it or of its answer."""
        with self.lock:
            target = self._target(verb, args)
        self.wait(self.seconds)
        if hang := self._fault("hang", verb, target):
            self.wait(hang.value)
        call = {"verb": verb, "target": target, **_caller(args)}
        with self.lock:
            try:
                answer = self._do(verb, target, args)
            except RefusalError as no:
                self._note(call, no.code)
                raise
            self._note(call, "done")
        if self._fault("drop", verb, target):
            raise LostAnswerError
        return answer

    def _do(self, verb: str, target: str, args: list[Any]) -> Any:
        if self.stopped and not verb.startswith(("registry_", "dns_")):
            raise RefusalError("engine_unreachable", "connection refused")
        self.engine.meet()
        if refusal := self._fault("refuse", verb, target):
            raise RefusalError(
                refusal.value, f"{verb} of {target} is refused on demand"
            )
        return getattr(self.engine, verb)(*args)

    def pull(self, reference: str) -> Iterator[dict[str, Any]]:
        """Yield the progress of a pull; the image is there after the last layer."""
        self.ask("pull_image", [reference])
        offer = self.offers.get(reference)
        if offer is None or offer.code:
            code = offer.code if offer else "image_not_found"
            raise RefusalError(code, f"pull of {reference} is refused")
        for step in range(1, PULL_STEPS + 1):
            if offer.stall and step > PULL_STEPS // 2:
                self.wait(STALL_SECONDS)
            self.wait(offer.seconds / PULL_STEPS)
            if self.stopped:
                raise RefusalError("engine_unreachable", "connection reset")
            yield {
                "current": step * 1000,
                "total": PULL_STEPS * 1000,
                "layers_done": offer.layers * step // PULL_STEPS,
                "layers": offer.layers,
                "status": f"Pulling from {reference}",
            }
        with self.lock:
            self.engine.images[reference] = ""

    def _note(self, call: dict[str, Any], outcome: str) -> None:
        if call["verb"] not in LOOKING:
            self.log.append(call | {"outcome": outcome})

    def _fault(self, kind: str, verb: str, target: str) -> Fault | None:
        with self.faults_lock:
            found = (f for f in self.faults if f.fits(kind, verb, target))
            fault = next(found, None)
            if fault is not None:
                fault.times -= 1
            return fault

    def _target(self, verb: str, args: list[Any]) -> str:
        if not args:
            return ""
        if verb in {"create_instance", "create_service"}:
            return args[0]["name"]
        named = str(args[0])
        if verb == "remove_network":
            found = [n for n in self.engine.networks.values() if n.id == named]
            return found[0].name if found else named
        instance = self.engine.by_id(named)
        return instance.name if instance else named


def _caller(args: list[Any]) -> dict[str, str]:
    """Who asks, as far as the labels of what is made tell."""
    holders = [arg.get("labels", arg) for arg in args if isinstance(arg, dict)]
    labels = holders[0] if holders else {}
    return {key: labels.get(f"{LABEL}.{key}", "") for key in ("operation", "fence")}
