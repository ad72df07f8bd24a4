"""What tests may do to the pretended world; `World` in world.py is the other end."""

import secrets
from typing import Any

from clusters.core.identity import as_hex, member_id
from tests.drivers.pretence import Fault, Offer, Pretence
from tests.drivers.pretended_things import Instance, Volume


class Control:
    """The hand of the tests: faults, crashes, strangers, and what happened."""

    def __init__(self, pretence: Pretence) -> None:
        self.pretence = pretence
        self.engine = pretence.engine

    def add_fault(
        self, kind: str, verb: str, target: str, times: int, value: Any
    ) -> None:
        with self.pretence.faults_lock:
            self.pretence.faults.append(Fault(kind, verb, target, times, value))

    def heal(self) -> None:
        with self.pretence.faults_lock:
            self.pretence.faults.clear()

    def delay(self, seconds: float) -> None:
        self.pretence.seconds = seconds

    def stop_engine(self) -> None:
        self.pretence.stopped = True

    def start_engine(self) -> None:
        self.pretence.stopped = False

    def crash(self, name: str, exit_code: int) -> None:
        with self.pretence.lock:
            instance = self.engine.instances[name]
            instance.state, instance.exit_code = "exited", exit_code
            if instance.restart_policy != "no":
                instance.restarts += 1
                self.engine.run(instance)

    def die_on_start(
        self, name: str, lines: list[str], exit_code: int, times: int
    ) -> None:
        death = {"lines": lines, "exit_code": exit_code, "times": times}
        self.engine.deaths[name] = death

    def wipe(self, volume: str) -> None:
        with self.pretence.lock:
            self.engine.volumes[volume].data = None

    def form_after(self, seconds: float) -> None:
        self.engine.form_seconds = seconds

    def write(self, endpoint: str) -> int:
        with self.pretence.lock:
            return self.engine.write(endpoint)

    def forget_image(self, reference: str) -> None:
        with self.pretence.lock:
            self.engine.images.pop(reference, None)

    def offer_image(self, reference: str, *how: Any) -> None:
        self.pretence.offers[reference] = Offer(*how)

    def add_network(self, name: str, labels: dict[str, str], subnet: str = "") -> None:
        with self.pretence.lock:
            self.engine.create_network(name, labels, subnet)

    def add_volume(self, name: str, labels: dict[str, str]) -> None:
        with self.pretence.lock:
            self.engine.volumes[name] = Volume(name, labels)

    def add_instance(self, name: str, network: str, labels: dict[str, str]) -> None:
        stranger = Instance(
            id=secrets.token_hex(32),
            name=name,
            member="",
            labels=labels,
            network=network,
            state="running",
        )
        with self.pretence.lock:
            self.engine.instances[name] = stranger

    def remove(self, name: str) -> None:
        with self.pretence.lock:
            for things in (
                self.engine.instances,
                self.engine.volumes,
                self.engine.networks,
            ):
                things.pop(name, None)

    def take_alias(self, network: str, alias: str, owner: str) -> None:
        self.engine.networks[network].strangers[alias] = owner

    def take_port(self, port: int, owner: str) -> None:
        self.engine.ports[port] = owner

    def free_disk(self, size: int) -> None:
        self.engine.disk_free = size

    def set_clock(self, ahead: float) -> None:
        self.engine.clock_ahead = ahead

    def stop_registry(self) -> None:
        self.engine.registry.stopped = True

    def start_registry(self) -> None:
        self.engine.registry.stopped = False

    def hold_registration(self, name: str) -> None:
        self.engine.registry.held.add(name)

    def let_register(self, name: str) -> None:
        self.engine.registry.held.discard(name)

    def register(self, path: str, size: str | None, names: list[str]) -> None:
        with self.pretence.lock:
            if size is not None:
                self.engine.registry.write_size(path, size)
            token = self.engine.registry.token(path)
            for name in names:
                url = f"http://{name}:2380"
                stranger = as_hex(member_id([url], path))
                token.registered[stranger] = (name, [url])

    def serve_zone(self, server: str, lines: list[str]) -> None:
        self.engine.zones[server] = lines

    def put_panel_inside(self) -> None:
        self.engine.panel_networks = set()

    def calls(self) -> list[dict[str, Any]]:
        with self.pretence.lock:
            return list(self.pretence.log)

    def things(self) -> dict[str, list[str]]:
        with self.pretence.lock:
            return {
                "instances": sorted(self.engine.instances),
                "volumes": sorted(self.engine.volumes),
                "networks": sorted(self.engine.networks),
            }

    def labels(self) -> dict[str, dict[str, dict[str, str]]]:
        with self.pretence.lock:
            engine = self.engine
            kinds: dict[str, dict[str, Any]] = {
                "instances": engine.instances,
                "volumes": engine.volumes,
                "networks": engine.networks,
            }
            return {
                kind: {name: dict(thing.labels) for name, thing in things.items()}
                for kind, things in kinds.items()
            }
