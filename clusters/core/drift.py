"""How a cluster differs from its definition, line by line, as a plan would mend it.

Nothing of it is done by itself: somebody may have meant it.
"""

from collections.abc import Iterator, Mapping

from clusters.core.identity import as_hex
from clusters.core.observed import InstanceSeen, MemberReport, ObservedCluster
from clusters.core.spec import ClusterSpec, MemberSpec
from clusters.core.text import Text, say

RESTARTS_BY_ITSELF = "unless-stopped"


def drift(
    spec: ClusterSpec, seen: ObservedCluster, reports: Mapping[str, MemberReport]
) -> tuple[Text, ...]:
    """What somebody changed by hand, by the word of the hosts and of etcd itself."""
    return (*_of_hosts(spec, seen), *_of_etcd(spec, reports))


def _of_hosts(spec: ClusterSpec, seen: ObservedCluster) -> Iterator[Text]:
    if not spec.in_containers:
        return
    for member in spec.members:
        host = seen.hosts.get(member.host)
        instance = host.instances.get(spec.instance(member)) if host else None
        if instance is not None:
            yield from _of_container(spec, member, instance)


def _of_container(
    spec: ClusterSpec, member: MemberSpec, instance: InstanceSeen
) -> Iterator[Text]:
    if instance.restart_policy != RESTARTS_BY_ITSELF:
        yield say(
            "set_restart_policy {name}: its restart policy is “{policy}”, so the engine"
            " will not start it again.",
            name=member.name,
            policy=instance.restart_policy or "no",
        )
    if spec.network_name not in instance.networks:
        yield say(
            "connect {name}: it is not on the network {network}, where the others look"
            " for it.",
            name=member.name,
            network=spec.network_name,
        )


def _of_etcd(spec: ClusterSpec, reports: Mapping[str, MemberReport]) -> Iterator[Text]:
    planned = {spec.predicted_member_id(m): m for m in spec.voters}
    heard = [report for report in reports.values() if report.serves and report.members]
    if not heard:
        return
    listed = {member.id: member for member in heard[0].members}
    for identity, stranger in listed.items():
        if identity not in planned:
            yield say(
                "remove {name} ({id}) from etcd's member list: the definition does not"
                " have it.",
                name=stranger.name or "?",
                id=as_hex(identity),
            )
    for identity, member in planned.items():
        if identity not in listed:
            yield say(
                "add {name}: etcd's member list does not have it any more.",
                name=member.name,
            )
    for member in spec.voters:
        report = reports.get(member.name)
        if report and report.version and report.version != spec.version:
            yield say(
                "create {name} anew: it runs etcd {found}, not {version}.",
                name=member.name,
                found=report.version,
                version=spec.version,
            )
