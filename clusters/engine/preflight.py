"""Look at a host before the first change: one finding for each thing that matters.

The same findings fill the lines of a Check and decide the first steps of a create.
"""

from collections.abc import Iterator

from clusters.core.errors import BackendError
from clusters.core.findings import Finding, FindingLevel
from clusters.core.images import full_reference
from clusters.core.names import LABEL
from clusters.core.observed import ObjectSeen, RunState
from clusters.core.spec import ClusterSpec, HostKind
from clusters.core.text import Text, Value, say
from clusters.drivers.base import Driver
from clusters.engine.job import Tools

# One WAL segment is 64 MB and is allocated at once; a database grows beside it.
DISK_NEEDED = 512 * 1024**2
_MIB = 1024**2


def findings(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    """Everything about one host, in the order in which it matters."""
    driver = tools.drivers[host]
    try:
        yield from _names(spec, host, tools)
        yield from _ports(spec, host, tools)
        if spec.in_containers:
            yield from _image(spec, host, tools)
            yield from _network(spec, host, driver)
        elif spec.host_kind == HostKind.PROCESS:
            yield from _binary(spec, host, driver)
        yield from _disk(spec, host, tools)
    except BackendError as error:
        yield _block(host, error.code, error.text, error.advice)


def _block(host: str, code: str, text: Text, advice: Text) -> Finding:
    return Finding(
        code=code, level=FindingLevel.BLOCK, text=text, advice=advice, host=host
    )


def _pass(host: str, code: str, text: Text) -> Finding:
    return Finding(code=code, level=FindingLevel.PASS, text=text, host=host)


def _names(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    driver, count = tools.drivers[host], 0
    for member in spec.on(host):
        for kind, seen in (
            (say("container"), driver.find_instance(spec.instance(member))),
            (say("volume"), driver.find_volume(spec.volume(member))),
        ):
            if seen is None:
                continue
            count += 1
            if not seen.belongs_to(tools.installation, spec.name):
                yield _foreign(host, kind, seen)
    network = driver.find_network(spec.network_name) if spec.owns_network else None
    if network and not network.belongs_to(tools.installation, spec.name):
        yield _foreign(host, say("network"), network)
    elif not count:
        yield _pass(host, "names_free", say("All names are free on {host}.", host=host))


def _foreign(host: str, kind: Text, seen: ObjectSeen) -> Finding:
    return _block(
        host,
        "name_conflict",
        say(
            "On {host} there is a {kind} {name} ({id}) that is not this cluster's"
            " (owner: {owner}).",
            host=host,
            kind=kind,
            name=seen.name,
            id=seen.id[:12],
            owner=seen.labels.get(f"{LABEL}.cluster") or "-",
        ),
        say("Choose another cluster name, or remove it yourself if it is yours."),
    )


def _ports(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    driver, ports = tools.drivers[host], []
    for member in spec.on(host):
        seen = driver.find_instance(spec.instance(member))
        mine = seen is not None and seen.belongs_to(tools.installation, spec.name)
        if not (mine and seen and seen.state == RunState.RUNNING):
            ports += [member.client_port, member.peer_port]
    busy = driver.busy_ports(spec.bind_address, ports)
    for port, who in sorted(busy.items()):
        yield _block(
            host,
            "port_in_use",
            say(
                "Port {port} on {host} is in use by {who}.",
                port=port,
                host=host,
                who=who or say("another program"),
            ),
            say("Name other ports in the advanced fields, or end that program."),
        )
    if ports and not busy:
        yield _pass(
            host,
            "ports_free",
            say(
                "The {count} ports {first}-{last} are free on {host}.",
                count=len(ports),
                first=min(ports),
                last=max(ports),
                host=host,
            ),
        )


def _image(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    reference = full_reference(spec.image, tools.repositories[host], spec.version)
    seen = tools.drivers[host].find_image(reference)
    if seen is not None:
        text = say("{reference} is on {host}.", reference=reference, host=host)
        yield _pass(host, "image_present", text)
        return
    yield Finding(
        code="image_absent",
        level=FindingLevel.NOTE,
        host=host,
        text=say(
            "{reference} is not on {host}; it will be pulled.",
            reference=reference,
            host=host,
        ),
    )


def _network(spec: ClusterSpec, host: str, driver: Driver) -> Iterator[Finding]:
    if spec.owns_network:
        return
    if driver.find_network(spec.network) is None:
        text = say("{host} has no network {name}.", host=host, name=spec.network)
        advice = say(
            "Create it first, or leave the field empty for a network of its own."
        )
        yield _block(host, "network_absent", text, advice)
        return
    taken = driver.names_on_network(spec.network)
    for member in spec.on(host):
        owner = taken.get(member.name)
        if owner and owner != spec.instance(member):
            yield _block(
                host,
                "alias_taken",
                say(
                    "On the network {network} the name {name} belongs to {owner}; peers"
                    " would reach the wrong container.",
                    network=spec.network,
                    name=member.name,
                    owner=owner,
                ),
                say("Choose other member names, or another network."),
            )


def _binary(spec: ClusterSpec, host: str, driver: Driver) -> Iterator[Finding]:
    facts = driver.facts()
    if not facts.usable:
        yield _block(host, facts.code, facts.reason, facts.cure)
    elif spec.version not in facts.versions:
        yield _block(
            host,
            "version_not_on_host",
            say(
                "{host} has no etcd {version}. It has: {versions}.",
                host=host,
                version=spec.version,
                versions=", ".join(facts.versions) or "-",
            ),
            say("Choose one of these versions, or install the one you want."),
        )
    else:
        text = say("etcd {version} is on {host}.", version=spec.version, host=host)
        yield _pass(host, "binary_present", text)


def _disk(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    facts = tools.facts.get(host)
    if facts is None or facts.disk_free is None:
        return
    needed = DISK_NEEDED * len(spec.on(host))
    numbers: dict[str, Value] = {
        "free": facts.disk_free // _MIB,
        "needed": needed // _MIB,
        "host": host,
    }
    if facts.disk_free < needed:
        yield _block(
            host,
            "disk_nearly_full",
            say("{host} has {free} MiB free; {needed} MiB are needed.", **numbers),
            say("Free some space, or choose another host."),
        )
        return
    yield _pass(
        host,
        "disk_free",
        say("{free} MiB free on {host}; {needed} MiB needed.", **numbers),
    )
