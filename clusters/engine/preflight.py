"""Look at a host before the first change: one finding for each thing that matters.

The same findings fill the lines of a Check and decide the first steps of a create.
"""

from collections.abc import Iterator

from clusters.core.errors import BackendError
from clusters.core.findings import Finding, FindingLevel
from clusters.core.images import full_reference
from clusters.core.names import LABEL
from clusters.core.observed import ObjectSeen, ObservedHost, RunState
from clusters.core.spec import ClusterSpec, HostKind
from clusters.core.text import Text, say
from clusters.drivers.base import Driver
from clusters.engine.conditions import clock, disk, old_data
from clusters.engine.job import Tools
from clusters.engine.observe import look_at
from clusters.engine.version_rules import version_findings


def findings(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    """Everything about one host, in the order in which it matters."""
    driver = tools.drivers[host]
    if host == spec.hosts[0]:
        yield from version_findings(spec)
    try:
        there = look_at(spec, host, tools)
        yield from _names(spec, there, tools.installation)
        yield from old_data(spec, there, tools.installation)
        yield from _ports(spec, there, tools)
        if spec.in_containers:
            yield from _image(spec, there, tools)
            yield from _network(spec, there, driver)
        elif spec.host_kind == HostKind.PROCESS:
            yield from _binary(spec, host, driver)
        yield from disk(spec, host, tools)
        yield from clock(host, tools)
    except BackendError as error:
        yield _block(host, error.code, error.text, error.advice)


def _block(host: str, code: str, text: Text, advice: Text) -> Finding:
    return Finding(
        code=code, level=FindingLevel.BLOCK, text=text, advice=advice, host=host
    )


def _pass(host: str, code: str, text: Text) -> Finding:
    return Finding(code=code, level=FindingLevel.PASS, text=text, host=host)


def _names(
    spec: ClusterSpec, there: ObservedHost, installation: str
) -> Iterator[Finding]:
    host = there.name
    found: list[tuple[Text, ObjectSeen]] = [
        *((say("container"), seen) for seen in there.instances.values()),
        *((say("volume"), seen) for seen in there.volumes.values()),
    ]
    for kind, seen in found:
        if not seen.belongs_to(installation, spec.name):
            yield _foreign(host, kind, seen)
    network = there.network if spec.owns_network else None
    if network and not network.belongs_to(installation, spec.name):
        yield _foreign(host, say("network"), network)
    elif not found:
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


def _ports(spec: ClusterSpec, there: ObservedHost, tools: Tools) -> Iterator[Finding]:
    host = there.name
    driver, ports = tools.drivers[host], []
    for member in spec.on(host):
        seen = there.instances.get(spec.instance(member))
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


def _image(spec: ClusterSpec, there: ObservedHost, tools: Tools) -> Iterator[Finding]:
    host = there.name
    reference = full_reference(spec.image, tools.repositories[host], spec.version)
    if there.image is not None:
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


def _network(
    spec: ClusterSpec, there: ObservedHost, driver: Driver
) -> Iterator[Finding]:
    host = there.name
    if spec.owns_network:
        return
    if there.network is None:
        text = say("{host} has no network {name}.", host=host, name=spec.network)
        advice = say(
            "Create it first, or leave the field empty for a network of its own."
        )
        yield _block(host, "network_absent", text, advice)
        return
    wrong = list(_taken_names(spec, host, driver))
    yield from wrong
    if not wrong:
        text = say(
            "The network {network} is on {host}; {names} are free names in it.",
            network=spec.network,
            host=host,
            names=", ".join(member.name for member in spec.on(host)),
        )
        yield _pass(host, "network_present", text)


def _taken_names(spec: ClusterSpec, host: str, driver: Driver) -> Iterator[Finding]:
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
