"""Look at the place where members will meet, before the first change.

The same findings fill the lines of a Check and decide the first steps of a create.
"""

from collections.abc import Iterator

from clusters.core.addresses import read_url
from clusters.core.errors import BackendError
from clusters.core.findings import Finding, FindingLevel
from clusters.core.meeting import StoreSeen, TokenSeen
from clusters.core.meeting_steps import place_of
from clusters.core.spec import BY_REGISTRY, BootstrapMode, ClusterSpec
from clusters.core.text import NOTHING, Text, say
from clusters.core.zone import zone_lines
from clusters.core.zone_findings import zone_findings
from clusters.core.zones import zone_of
from clusters.engine import tickets
from clusters.engine.address_preflight import address_findings
from clusters.engine.job import Tools
from clusters.engine.meeting import key_of

# Raft needs no clocks, but leases, certificates and logs do.
CLOCK_SECONDS = 1.0
NEW_TOKEN = say("A token serves one cluster, once: use a new one.")


def meeting_findings(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    """Everything about how the members meet, in the order in which it matters."""
    if spec.bootstrap == BootstrapMode.STATIC:
        return
    try:
        if spec.bootstrap in BY_REGISTRY:
            yield from _registry(spec, tools)
            return
        yield from address_findings(spec, tools)
        if spec.has_own_dns:
            yield from _name_server(spec, tools)
        else:
            yield from _zone(spec, tools)
    except BackendError as error:
        yield _line(FindingLevel.BLOCK, error.code, error.text, error.advice)


def _line(
    level: FindingLevel, code: str, text: Text, advice: Text = NOTHING
) -> Finding:
    return Finding(code=code, level=level, text=text, advice=advice)


def _registry(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    registry = tools.meeting.registry(spec.bootstrap, spec.ticket)
    said = registry.probe()
    yield _line(FindingLevel.PASS, "store_answers", _answers(spec, said))
    yield from _clock(spec, said)
    yield from _reach(spec, tools)
    key = key_of(spec.bootstrap, spec.ticket)
    if not key:
        text = say("A fresh token is made when the work begins.")
        yield _line(FindingLevel.PASS, "token_fresh", text)
        return
    yield from _token(spec, registry.look(key))


def _answers(spec: ClusterSpec, said: StoreSeen) -> Text:
    if not said.version:
        return say("{place} answers.", place=place_of(spec))
    return say(
        "{place} answers: etcd {version}.", place=place_of(spec), version=said.version
    )


def _clock(spec: ClusterSpec, said: StoreSeen) -> Iterator[Finding]:
    ahead = said.clock_ahead
    if ahead is None or abs(ahead) < CLOCK_SECONDS:
        return
    text = say(
        "The clock of {place} differs from this panel's by {seconds} s.",
        place=place_of(spec),
        seconds=round(abs(ahead), 1),
    )
    advice = say("Set both by NTP.")
    yield _line(FindingLevel.NOTE, "store_clock_differs", text, advice)


def _reach(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    """Whether members know the name they are to dial, on the network they are on."""
    ticket = spec.ticket
    where = read_url(ticket.url or next(iter(ticket.endpoints), "") or ticket.service)
    if where is None or not spec.in_containers or ticket.attach_on:
        return
    if "." in where.host:
        return  # a number, or a name that the engine's own name servers know
    for host in spec.hosts:
        driver = tools.drivers[host]
        names = driver.names_on_network(spec.network) if spec.network else {}
        if where.host in names:
            text = say(
                "On the network {network} the name {name} is {owner}.",
                network=spec.network_name,
                name=where.host,
                owner=names[where.host],
            )
            yield _line(FindingLevel.PASS, "store_name_known", text)
            continue
        text = say(
            "On the network {network} nothing has the name {name}; members could not"
            " reach it.",
            network=spec.network_name,
            name=where.host,
        )
        advice = say("Name the network that the store is on, or another address.")
        yield _line(FindingLevel.BLOCK, "store_name_unknown", text, advice)


def _token(spec: ClusterSpec, seen: TokenSeen | None) -> Iterator[Finding]:
    before = tickets.used_by(spec)
    if before is not None and before.cluster_name:
        name = before.cluster_name
        text = say("The cluster {name} had this token before.", name=name)
        yield _line(FindingLevel.BLOCK, "token_used", text, NEW_TOKEN)
    elif seen is not None and seen.registrations:
        names = ", ".join(r.name for r in seen.registrations)
        text = say("{names} registered under this token already.", names=names)
        yield _line(FindingLevel.BLOCK, "token_used", text, NEW_TOKEN)
    elif before is not None:
        text = say("This token was used or burnt before.")
        yield _line(FindingLevel.BLOCK, "token_used", text, NEW_TOKEN)
    elif seen is None or seen.size is None:
        yield from _unknown(spec)
    elif seen.size != str(spec.size):
        text = say(
            "The token is for {found} members, not for {size}.",
            found=seen.size[:20],
            size=spec.size,
        )
        yield _line(FindingLevel.BLOCK, "token_size", text, NEW_TOKEN)
    else:
        text = say("The token is fresh, for {size} members.", size=spec.size)
        yield _line(FindingLevel.PASS, "token_fresh", text)


def _unknown(spec: ClusterSpec) -> Iterator[Finding]:
    """A store's token can be written now; a service's has expired, or never was."""
    if spec.bootstrap == BootstrapMode.DISCOVERY_PUBLIC:
        text = say("{place} does not know this token.", place=place_of(spec))
        advice = say("It keeps tokens for 12 hours; ask it for a new one.")
        yield _line(FindingLevel.BLOCK, "token_unknown", text, advice)
        return
    text = say("The token is fresh; its size, {size}, will be written.", size=spec.size)
    yield _line(FindingLevel.PASS, "token_fresh", text)


def _name_server(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    host, image = spec.hosts[0], tools.meeting.dns_image
    if tools.drivers[host].find_image(image) is not None:
        text = say("{reference} is on {host}.", reference=image, host=host)
        yield _line(FindingLevel.PASS, "dns_image_present", text)
        return
    text = say(
        "{reference} is not on {host}; it will be pulled.", reference=image, host=host
    )
    yield _line(FindingLevel.NOTE, "dns_image_absent", text)


def _zone(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    """Ask the very name servers that the members will ask, record by record."""
    zone = zone_of(spec)
    servers = tools.meeting.name_servers(spec.ticket.name_servers)
    found = zone_findings(zone, servers.look(zone))
    yield from found
    if any(finding.level == FindingLevel.BLOCK for finding in found):
        lines = "\n".join(zone_lines(zone))
        text = say("The zone needs these records:\n{lines}", lines=lines)
        yield _line(FindingLevel.NOTE, "zone_lines", text)
