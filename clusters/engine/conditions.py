"""Look at what a host has room for, at its clock, and at data that was left there."""

from collections.abc import Iterator

from clusters.core.findings import Finding, FindingLevel
from clusters.core.names import LABEL
from clusters.core.observed import ObservedHost
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.core.text import Text, Value, say
from clusters.engine.job import Tools
from clusters.models import Operation

# One WAL segment is 64 MB and is allocated at once; a database grows beside it.
DISK_NEEDED = 512 * 1024**2
_MIB = 1024**2
# Raft needs no clocks, but leases, certificates and the order of logs do.
CLOCK_SECONDS = 2.0


def old_data(
    spec: ClusterSpec, there: ObservedHost, installation: str
) -> Iterator[Finding]:
    """A volume of an earlier cluster of this name: a member would start on its data,
    with its old identity."""
    mine = Operation.objects.filter(cluster__name=spec.name).values_list(
        "pk", flat=True
    )
    operations = {str(pk) for pk in mine}
    for member in spec.on(there.name):
        volume = there.volumes.get(spec.volume(member))
        if volume is None or spec.instance(member) in there.instances:
            continue
        made_by = volume.labels.get(f"{LABEL}.operation", "")
        if volume.belongs_to(installation, spec.name) and made_by not in operations:
            yield _left(spec, member, volume.name)


def _left(spec: ClusterSpec, member: MemberSpec, volume: str) -> Finding:
    advice = say(
        "Choose another cluster name, or remove the data on {host} if nobody needs it:"
        " {command}",
        host=member.host,
        command=f"docker volume rm {volume}",
    )
    if not spec.in_containers:
        advice = say(
            "Choose another cluster name, or remove the folder {name} among the data"
            " of {host} if nobody needs it.",
            host=member.host,
            name=volume,
        )
    return Finding(
        code="data_left",
        level=FindingLevel.BLOCK,
        text=say(
            "On {host} the volume {name} holds data of an earlier cluster {cluster}:"
            " {member} would start with it.",
            host=member.host,
            name=volume,
            cluster=spec.name,
            member=member.name,
        ),
        advice=advice,
        host=member.host,
        data={"volume": volume, "member": member.name},
    )


def clock(host: str, tools: Tools) -> Iterator[Finding]:
    """How far the clock of a host is from the panel's, as it was last seen."""
    facts = tools.facts.get(host)
    if facts is None or facts.clock_ahead is None:
        return
    ahead = round(facts.clock_ahead, 1)
    if abs(facts.clock_ahead) <= CLOCK_SECONDS:
        text = say(
            "The clock of {host} is within {seconds} s of this panel's.",
            host=host,
            seconds=int(CLOCK_SECONDS),
        )
        yield _line("clock_agrees", FindingLevel.PASS, host, text, seconds=ahead)
        return
    advice = say("Set the clocks of both machines by NTP.")
    text = _apart(host, ahead)
    yield Finding(
        code="clock_differs",
        level=FindingLevel.WARN,
        text=text,
        advice=advice,
        host=host,
        data={"seconds": ahead, "limit": CLOCK_SECONDS},
    )


def _apart(host: str, ahead: float) -> Text:
    numbers: dict[str, Value] = {
        "host": host,
        "seconds": abs(ahead),
        "limit": int(CLOCK_SECONDS),
    }
    if ahead > 0:
        return say(
            "The clock of {host} is {seconds} s ahead of this panel's; {limit} s are"
            " usual at most.",
            **numbers,
        )
    return say(
        "The clock of {host} is {seconds} s behind this panel's; {limit} s are usual"
        " at most.",
        **numbers,
    )


def disk(spec: ClusterSpec, host: str, tools: Tools) -> Iterator[Finding]:
    """Whether there is room for so many members."""
    facts = tools.facts.get(host)
    if facts is None or facts.disk_free is None:
        return
    needed = DISK_NEEDED * len(spec.on(host))
    numbers: dict[str, Value] = {
        "free": facts.disk_free // _MIB,
        "needed": needed // _MIB,
        "host": host,
    }
    data = {"free": facts.disk_free, "needed": needed}
    if facts.disk_free < needed:
        yield Finding(
            code="disk_nearly_full",
            level=FindingLevel.BLOCK,
            text=say("{host} has {free} MiB free; {needed} MiB are needed.", **numbers),
            advice=say("Free some space, or choose another host."),
            host=host,
            data=data,
        )
        return
    text = say("{free} MiB free on {host}; {needed} MiB needed.", **numbers)
    yield _line("disk_free", FindingLevel.PASS, host, text, **data)


def _line(
    code: str, level: FindingLevel, host: str, text: Text, **data: Value
) -> Finding:
    return Finding(code=code, level=level, text=text, host=host, data=data)
