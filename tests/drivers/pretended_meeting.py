"""How pretended members find one another: by a registry, or by SRV records."""

import json
from typing import Any
from urllib.parse import urlsplit

from clusters.core.identity import as_hex, member_id
from tests.drivers.pretended_members import (
    already_bootstrapped,
    data_of,
    fatal,
    flags_of,
)
from tests.drivers.pretended_registry import VERSION, Registry, Token
from tests.drivers.pretended_services import Services
from tests.drivers.pretended_things import Instance, RefusalError

_WAYS = ("discovery", "discovery-token", "discovery-srv", "proxy")
_USED = (
    "failed to bootstrap; discovery token was already used",
    "do not reuse discovery token; generate a new one to bootstrap a cluster",
)
_TWICE = (
    "member has been registered with discovery service",
    "but could not find valid cluster configuration",
    "check data dir if previous bootstrap succeeded",
    "or use a new discovery token if previous bootstrap failed",
)


def meets(flags: list[str]) -> bool:
    """Whether such a member asks others whom it belongs to."""
    given = flags_of(flags)
    return any(way in given for way in _WAYS)


class Meeting(Services):
    """Members that wait for one another. Nothing moves but when somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry()

    # Verbs of a client of the store

    def registry_probe(self) -> dict[str, Any]:
        self._check_store()
        return {"version": VERSION, "clock_ahead": 0.0}

    def registry_look(self, path: str) -> dict[str, Any] | None:
        self._check_store()
        return self.registry.look(path)

    def registry_write_size(self, path: str, size: str) -> None:
        self._check_store()
        found = self.registry.token(path)
        if found is not None and found.size not in {None, size}:
            words = f"the token has the size {found.size}"
            raise RefusalError("token_has_other_size", words)
        self.registry.write_size(path, size)

    def registry_forget(self, path: str) -> None:
        self._check_store()
        self.registry.forget(path)

    def registry_new(self, size: int) -> str:
        self._check_store()
        return self.registry.new(size)

    def _check_store(self) -> None:
        if self.registry.stopped:
            raise RefusalError("store_unreachable", "connection refused")

    # What members do

    def meet(self) -> None:
        """Let every member that waits take its next step."""
        # A second round, so that those who came first learn of who came last.
        for _ in range(2):
            for instance in self.instances.values():
                if self._waits(instance):
                    self._step(instance)

    def end(self, instance: Instance, lines: list[str], exit_code: int = 1) -> None:
        instance.lines += lines
        instance.state, instance.exit_code = "exited", exit_code

    def _waits(self, instance: Instance) -> bool:
        volume = self.volumes.get(instance.volume)
        is_new = volume is not None and volume.data is None
        runs = instance.state == "running" and not instance.is_proxy
        return runs and is_new and meets(instance.flags)

    def _step(self, instance: Instance) -> None:
        given = flags_of(instance.flags)
        if "discovery-srv" in given:
            self._by_records(instance, given)
        elif not self._reaches_store(instance, given):
            _say(instance, "retry connecting to discovery service")
        else:
            self._by_registry(instance, given)

    def _reaches_store(self, instance: Instance, given: dict[str, str]) -> bool:
        """A store that is a container here must run on a network of the member's."""
        if self.registry.stopped:
            return False
        where = given.get("discovery") or given.get("discovery-endpoints", "")
        host = urlsplit(where.partition(",")[0]).hostname or ""
        names = {n: i for i in self.instances.values() for n in _all_names(i)}
        store = names.get(host)
        if store is None:
            return True
        shared = set(store.networks) & set(instance.networks)
        is_known = any(host in store.names_on(network) for network in shared)
        return store.state == "running" and is_known

    def _by_registry(self, instance: Instance, given: dict[str, str]) -> None:
        token = given.get("discovery") or given["discovery-token"]
        urls = given.get("initial-advertise-peer-urls", "").split(",")
        mine = as_hex(member_id(urls, token))
        found = self.registry.token(token) or Token()
        why = _refusal(found, mine, given, instance)
        if why == "discovery: cluster is full" and _falls_back(given, instance.version):
            instance.is_proxy = True
            _say(instance, "discovery cluster is full, falling back to proxy")
        elif why is not None:
            told = _TWICE if "duplicate id" in why else _USED
            lines = [json.dumps({"level": "warn", "msg": msg}) for msg in told]
            error = f"failed to join discovery cluster ({why})"
            self.end(instance, [*lines, fatal(error)])
        elif instance.name not in self.registry.held:
            found.registered.setdefault(mine, (given["name"], urls))
            instance.has_registered = True
            self._form(instance, given, found, token)

    def _form(
        self, instance: Instance, given: dict[str, str], found: Token, token: str
    ) -> None:
        size = int(found.size or "")
        if len(found.registered) < size:
            _say(instance, _waiting(given, len(found.registered), size))
            return
        first = list(found.registered.values())[:size]
        data = data_of(given, dict(first), token)
        others = [v.data for v in self.volumes.values() if v.data is not None]
        if error := already_bootstrapped(data, others):
            self.end(instance, [fatal(error)])
            return
        self.volumes[instance.volume].data = data

    def _by_records(self, instance: Instance, given: dict[str, str]) -> None:
        """As etcd does it: every target is a member, and one of them is itself."""
        domain, service = given["discovery-srv"], given.get("discovery-srv-name", "")
        end = f"-{service}" if service else ""
        answers = [self.records_at(server) for server in instance.name_servers]
        lines = next((lines for lines in answers if lines is not None), [])
        asked = f"_etcd-server{end}._tcp.{domain}."
        found = [line.split() for line in lines if line.startswith(f"{asked} ")]
        initial = {
            str(number): [f"http://{fields[-1].rstrip('.')}:{fields[-2]}"]
            for number, fields in enumerate(found)
        }
        if not initial:
            error = f"error querying DNS SRV records for _etcd-server lookup {asked}"
            self.end(instance, [fatal(f"error setting up initial cluster: {error}")])
            return
        own = given.get("initial-advertise-peer-urls", "").split(",")
        local = next((name for name, urls in initial.items() if urls == own), None)
        if local is None:
            error = f'cannot find local etcd member "{given["name"]}" in SRV records'
            self.end(instance, [fatal(f"error setting up initial cluster: {error}")])
            return
        initial = {given["name"] if n == local else n: u for n, u in initial.items()}
        token = given.get("initial-cluster-token", "etcd-cluster")
        self.volumes[instance.volume].data = data_of(given, initial, token)


def _refusal(
    found: Token, mine: str, given: dict[str, str], instance: Instance
) -> str | None:
    """In etcd's own words; v2 and v3 do not say the same."""
    is_v2, others = "discovery" in given, found.registered
    if found.size is None:
        return "100: Key not found" if is_v2 else "discovery: size key not found"
    if not found.size.isdecimal() or int(found.size) < 1:
        return "discovery: size key is bad"
    if mine in others:
        again = is_v2 and not instance.has_registered
        return "discovery: found duplicate id" if again else None
    if len(others) >= int(found.size):
        return "discovery: cluster is full"
    named = given["name"] in [name for name, _ in others.values()]
    return "discovery: found duplicate name" if is_v2 and named else None


def _falls_back(given: dict[str, str], version: str) -> bool:
    is_old = version.startswith(("3.4.", "3.5."))
    return is_old and given.get("discovery-fallback", "proxy") == "proxy"


def _waiting(given: dict[str, str], count: int, size: int) -> str:
    of_v2 = "found peers from discovery server; waiting for more"
    of_v3 = "waiting for peers from discovery service"
    return f"{of_v2 if 'discovery' in given else of_v3} ({count} of {size})"


def _say(instance: Instance, message: str) -> None:
    line = json.dumps({"level": "info", "msg": message})
    if instance.lines[-1:] != [line]:
        instance.lines.append(line)


def _all_names(instance: Instance) -> list[str]:
    return [name for n in instance.networks for name in instance.names_on(n)]
