"""Compare the SRV records of a zone with the members they should lead to.

At a first start etcd takes every SRV record whose target has an address for a member.
One that is missing, too much or wrong ends in a smaller cluster, in one with a member
that never comes, or in none.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from clusters.core.findings import Finding, FindingLevel
from clusters.core.meeting import SrvRecord
from clusters.core.text import Text, Value, say
from clusters.core.zone import Zone, ZoneMember, ZoneSeen, server_records

_APART = say("Remove it, or give this cluster a service name of its own.")


def block(server: str, name: str, code: str, text: Text, advice: Text) -> Finding:
    """A finding about one name, said by one name server, that stops a create."""
    return Finding(
        code=code,
        level=FindingLevel.BLOCK,
        text=text,
        advice=advice,
        data={"server": server, "name": name},
    )


def srv_findings(zone: Zone, seen: ZoneSeen, server: str) -> Iterator[Finding]:
    """What is wrong with the records by which members find their peers."""
    there = seen.srv.get(zone.server_name, ())
    ends = Counter((record.target, record.port) for record in there)
    yield from (
        _twice(zone, server, end, count) for end, count in ends.items() if count > 1
    )
    members = {(m.fqdn, m.peer_port): m for m in zone.members}
    extra = [
        SrvRecord(name=zone.server_name, target=target, port=port)
        for target, port in ends
        if (target, port) not in members
    ]
    for record in server_records(zone):
        if (record.target, record.port) in ends:
            continue
        member = members[record.target, record.port]
        near = _nearest(member, extra, seen)
        if near is None:
            yield _missing(record, member, server)
            continue
        extra.remove(near)
        yield _wrong(near, member, server)
    yield from (_extra(record, seen, server) for record in extra)


def https_findings(zone: Zone, seen: ZoneSeen, server: str) -> Iterator[Finding]:
    """Records of https peers beside those of http peers: etcd adds them up."""
    name = zone.https_name
    there = seen.srv.get(name, ())
    alive = [record for record in there if seen.addresses.get(record.target)]
    if not there:
        return
    yield Finding(
        code="srv_https_too",
        level=FindingLevel.BLOCK if alive else FindingLevel.WARN,
        text=say(
            "{server} also has SRV records {name}: {count}, of which {alive} lead to an"
            " address. etcd counts each of those as a member more, and waits for it.",
            server=server,
            name=name,
            count=len(there),
            alive=len(alive),
        ),
        advice=_APART,
        data={"server": server, "name": name},
    )


def _nearest(
    member: ZoneMember, extra: Sequence[SrvRecord], seen: ZoneSeen
) -> SrvRecord | None:
    """The record that somebody wrote for this member, but with a mistake."""
    for record in extra:
        if record.target == member.fqdn:
            return record
    for record in extra:
        addresses = seen.addresses.get(record.target, ())
        if record.port == member.peer_port and member.address in addresses:
            return record
    return None


def _missing(record: SrvRecord, member: ZoneMember, server: str) -> Finding:
    return block(
        server,
        record.name,
        "srv_missing",
        say(
            "{server} has no SRV record {name} that leads to {target}:{port}.",
            server=server,
            name=record.name,
            target=record.target,
            port=record.port,
        ),
        say(
            "Add it: without it {member} does not start, and the others form a cluster"
            " without {member}.",
            member=member.name,
        ),
    )


def _wrong(got: SrvRecord, member: ZoneMember, server: str) -> Finding:
    if got.target == member.fqdn:
        return _wrong_port(got, member, server)
    return block(
        server,
        got.name,
        "srv_wrong_target",
        say(
            "{server}: an SRV record {name} leads to {got}. That is the address of"
            " {member}, but its name is {wanted}; etcd would make {got} its peer URL.",
            server=server,
            name=got.name,
            got=got.target,
            member=member.name,
            wanted=member.fqdn,
        ),
        say("Let the record lead to {target}.", target=member.fqdn),
    )


def _wrong_port(got: SrvRecord, member: ZoneMember, server: str) -> Finding:
    return block(
        server,
        got.name,
        "srv_wrong_port",
        say(
            "{server}: the SRV record {name} leads to port {got} of {target};"
            " {member} has its peer port at {wanted}.",
            server=server,
            name=got.name,
            got=got.port,
            target=got.target,
            member=member.name,
            wanted=member.peer_port,
        ),
        say("Let the record lead to port {port}.", port=member.peer_port),
    )


def _extra(record: SrvRecord, seen: ZoneSeen, server: str) -> Finding:
    values: dict[str, Value] = {
        "server": server,
        "name": record.name,
        "target": record.target,
        "port": record.port,
    }
    if seen.addresses.get(record.target):
        text = say(
            "{server}: an SRV record {name} leads to {target}:{port}, where no member"
            " of this cluster is. etcd would count a member more, that never comes.",
            **values,
        )
        return block(server, record.name, "srv_extra", text, _APART)
    return Finding(
        code="srv_extra",
        level=FindingLevel.WARN,
        text=say(
            "{server}: an SRV record {name} leads to {target}:{port}, a name without an"
            " address. etcd passes over it until there is one.",
            **values,
        ),
        advice=_APART,
        data={"server": server, "name": record.name},
    )


def _twice(zone: Zone, server: str, end: tuple[str, int], count: int) -> Finding:
    return block(
        server,
        zone.server_name,
        "srv_twice",
        say(
            "{server} has {count} SRV records {name} that lead to {target}:{port}; etcd"
            " takes each for a member, and no member starts.",
            server=server,
            count=count,
            name=zone.server_name,
            target=end[0],
            port=end[1],
        ),
        say("Leave one of them."),
    )
