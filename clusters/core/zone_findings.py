"""Compare what name servers say of a zone with what its members will need."""

from collections.abc import Iterator, Mapping

from clusters.core.findings import Finding, FindingLevel
from clusters.core.srv_findings import block, https_findings, srv_findings
from clusters.core.text import Value, say
from clusters.core.zone import Zone, ZoneSeen, address_records, client_records


def zone_findings(zone: Zone, seen: Mapping[str, ZoneSeen]) -> tuple[Finding, ...]:
    """What each name server says, by its address; a member may ask any of them."""
    heard = {server: said for server, said in seen.items() if not said.code}
    # A member waits for a silent server, and then asks the next.
    level = FindingLevel.WARN if heard else FindingLevel.BLOCK
    silent = tuple(
        Finding(
            code=said.code,
            level=level,
            text=said.why,
            advice=said.advice,
            data={"server": server},
        )
        for server, said in seen.items()
        if said.code
    )
    alike: dict[str, list[str]] = {}
    for server, said in heard.items():
        alike.setdefault(_essence(zone, said), []).append(server)
    sides = list(alike.values())
    parted = (_disagreement(sides),) if sides[1:] else ()
    compared = (
        f for side in sides for f in compare(zone, heard[side[0]], ", ".join(side))
    )
    return (*silent, *parted, *compared)


def compare(zone: Zone, seen: ZoneSeen, server: str) -> tuple[Finding, ...]:
    """Target, address and port of each record, one by one."""
    said = (*_records(zone, seen, server), *https_findings(zone, seen, server))
    is_wrong = any(finding.level == FindingLevel.BLOCK for finding in said)
    passed = () if is_wrong else (_complete(zone, server),)
    return (*passed, *said, *_clients(zone, seen, server))


def _essence(zone: Zone, seen: ZoneSeen) -> str:
    """What decides a first start, to be compared between servers."""
    services = [seen.srv.get(name, ()) for name in (zone.server_name, zone.https_name)]
    return repr((services, sorted(seen.addresses.items())))


def _records(zone: Zone, seen: ZoneSeen, server: str) -> Iterator[Finding]:
    yield from srv_findings(zone, seen, server)
    wanted: dict[str, set[str]] = {}
    for record in address_records(zone):
        wanted.setdefault(record.name, set()).add(record.address)
    for name, addresses in wanted.items():
        yield from _addresses(name, addresses, seen, server)


def _addresses(
    name: str, wanted: set[str], seen: ZoneSeen, server: str
) -> Iterator[Finding]:
    got = seen.addresses.get(name, ())
    values: dict[str, Value] = {
        "server": server,
        "name": name,
        "wanted": ", ".join(sorted(wanted)),
        "got": ", ".join(got),
    }
    if name in seen.refused:
        yield _refused(name, seen, server)
    elif not got:
        text = say(
            "{server} has no A record of {name}. That member would not start, and the"
            " others would form a cluster without it.",
            server=server,
            name=name,
        )
        advice = say("Add it: {name} is {wanted}.", name=name, wanted=values["wanted"])
        yield block(server, name, "address_missing", text, advice)
    elif set(got) != wanted:
        text = say(
            "{server}: {name} is {got}; wanted is {wanted}. A cluster may form all the"
            " same, of members that do not reach one another.",
            **values,
        )
        advice = say("Leave one A record, with {wanted}.", wanted=values["wanted"])
        yield block(server, name, "address_wrong", text, advice)


def _refused(name: str, seen: ZoneSeen, server: str) -> Finding:
    return block(
        server,
        name,
        "dns_failed",
        say(
            "{server} answers {word} when asked for {name}.",
            server=server,
            word=seen.refused[name],
            name=name,
        ),
        say("See that it serves this domain, or knows whom to ask."),
    )


def _clients(zone: Zone, seen: ZoneSeen, server: str) -> Iterator[Finding]:
    name = zone.client_name
    got = {(record.target, record.port) for record in seen.srv.get(name, ())}
    wanted = {(record.target, record.port) for record in client_records(zone)}
    if got == wanted:
        return
    yield Finding(
        code="client_srv_missing",
        level=FindingLevel.NOTE,
        text=say(
            "{server}: of {count} SRV records {name}, {missing} are missing and {extra}"
            " lead elsewhere. Members do not need them; etcdctl --discovery-srv does.",
            server=server,
            count=len(wanted),
            name=name,
            missing=len(wanted - got),
            extra=len(got - wanted),
        ),
        data={"server": server, "name": name},
    )


def _complete(zone: Zone, server: str) -> Finding:
    ends = (f"{m.fqdn} = {m.address}:{m.peer_port}" for m in zone.members)
    return Finding(
        code="zone_complete",
        level=FindingLevel.PASS,
        text=say(
            "{server}: {name} leads to the {count} members: {ends}.",
            server=server,
            name=zone.server_name,
            count=len(zone.members),
            ends=", ".join(ends),
        ),
        data={"server": server, "name": zone.server_name},
    )


def _disagreement(groups: list[list[str]]) -> Finding:
    sides = " / ".join(", ".join(servers) for servers in groups)
    return Finding(
        code="dns_disagree",
        level=FindingLevel.BLOCK,
        text=say(
            "The name servers do not agree: {sides}. A member asks the first that"
            " answers, so members would count different clusters.",
            sides=sides,
        ),
        advice=say("Wait until all of them have the newest zone, or name one only."),
        data={"sides": sides},
    )
