"""Look at hosts and clusters, and keep what was seen."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clusters.core.drift import drift
from clusters.core.errors import BackendError
from clusters.core.health import MemberStatus, Verdict, member_status, verdict
from clusters.core.identity import as_hex
from clusters.core.names import LABEL
from clusters.core.observed import (
    HostFacts,
    InstanceSeen,
    MemberReport,
    ObservedCluster,
)
from clusters.core.spec import ClusterSpec, MemberSpec, Role
from clusters.core.text import quote
from clusters.engine import orphans, wiring
from clusters.engine.job import Tools
from clusters.engine.last_words import why_down
from clusters.engine.observe import observe
from clusters.engine.steps.health import PROBE_TIMEOUT, endpoint_of, probe_members
from clusters.models import Cluster, Host, Member, Observation

log = logging.getLogger(__name__)

_NOBODY: Mapping[str, MemberReport] = {}


def observe_host(host: Host) -> HostFacts:
    """Whether a host can be used now."""
    driver = wiring.driver_for(host)
    facts = replace(driver.facts(), repository=wiring.repository_of(host))
    if facts.usable:
        left = orphans.remove_safe(orphans.find_orphans(host, driver), driver)
        facts = replace(facts, orphans=left)
    status = "usable" if facts.usable else "unusable"
    Observation.keep(status, facts.as_json(), host=host)
    return facts


def observe_cluster(
    cluster: Cluster, heard: Mapping[str, MemberReport] = _NOBODY
) -> ObservedCluster:
    """How every member of a cluster is now, by its host's word and its own.

    The members are asked unless all of them have just been `heard`.
    """
    spec = cluster.to_spec()
    tools = wiring.tools_for(spec)
    seen = observe(spec, tools)
    _rejoin(spec, tools, seen)
    all_heard = heard.keys() >= {member.name for member in spec.peers}
    reports = heard if all_heard else probe_members(spec, tools)
    statuses = []
    for row in cluster.members.all():
        member = spec.member(row.name)
        if member.role == Role.PROXY:
            _observe_proxy(row, member, spec, seen, tools)
            continue
        status = _status(spec, member, seen, reports[row.name])
        facts = _member_facts(spec, member, seen, reports)
        instance, driver = _instance(spec, member, seen), tools.drivers[member.host]
        facts |= why_down(row, status, instance, driver)
        Observation.keep(status.value, facts, member=row)
        statuses.append(status)
    serving = sum(report.serves for report in reports.values())
    judged = verdict(spec.size, statuses, serving)
    facts = _facts(judged, serving) | {
        "drift": [line.as_json() for line in drift(spec, seen, reports)]
    }
    Observation.keep(judged.state.value, facts, cluster=cluster)
    return seen


def _observe_proxy(
    row: Member,
    member: MemberSpec,
    spec: ClusterSpec,
    seen: ObservedCluster,
    tools: Tools,
) -> None:
    """A proxy is no part of the quorum, so it says nothing of the cluster's state."""
    driver = tools.drivers[member.host]
    endpoint = endpoint_of(spec, driver, member)
    is_proxy = driver.probe_proxy(endpoint, PROBE_TIMEOUT)
    silent = MemberReport(endpoint=endpoint, reachable=False)
    status = MemberStatus.PROXY if is_proxy else _status(spec, member, seen, silent)
    facts = _member_facts(spec, member, seen, {member.name: silent})
    facts |= why_down(row, status, _instance(spec, member, seen), driver)
    Observation.keep(status.value, facts | {"role": Role.PROXY.value}, member=row)


def _rejoin(spec: ClusterSpec, tools: Tools, seen: ObservedCluster) -> None:
    """A panel whose own container was made anew is on none of the networks that it
    joined, and would reach no member by its name."""
    for host in seen.hosts.values():
        if not host.panel_inside or host.panel_on_network or host.network is None:
            continue
        if spec.owns_network and not host.network.belongs_to(
            seen.installation, spec.name
        ):
            continue
        try:
            tools.drivers[host.name].join_network(spec.network_name)
        except BackendError as error:
            log.warning("The network of %s was not joined: %s", spec.name, error)


def _status(
    spec: ClusterSpec,
    member: MemberSpec,
    seen: ObservedCluster,
    report: MemberReport,
) -> MemberStatus:
    host = seen.hosts[member.host]
    if not host.facts.usable and not report.reachable:
        return MemberStatus.UNREACHABLE
    volume = host.volumes.get(spec.volume(member))
    return member_status(
        _instance(spec, member, seen),
        has_data=volume is not None and volume.belongs_to(seen.installation, spec.name),
        report=report,
    )


def _instance(
    spec: ClusterSpec, member: MemberSpec, seen: ObservedCluster
) -> InstanceSeen | None:
    return seen.hosts[member.host].instances.get(spec.instance(member))


def _member_facts(
    spec: ClusterSpec,
    member: MemberSpec,
    seen: ObservedCluster,
    reports: Mapping[str, MemberReport],
) -> dict[str, Any]:
    report = reports[member.name]
    instance = _instance(spec, member, seen)
    facts: dict[str, Any] = {
        "started_at": instance.started_at if instance else "",
        "instance": instance.id if instance else "",
        "operation": instance.labels.get(f"{LABEL}.operation", "") if instance else "",
        "serves": report.serves,
        "why": quote(report.error).as_json() if report.error else None,
    }
    if not report.reachable:
        return facts
    listed = next((m for m in report.members if m.id == report.member_id), None)
    return facts | {
        "id": as_hex(report.member_id),
        "cluster_id": as_hex(report.cluster_id),
        "is_leader": report.leader_id == report.member_id != 0,
        "role": "learner" if report.is_learner else "voter",
        "version": report.version,
        "db_size": report.db_size,
        "db_size_in_use": report.db_size_in_use,
        "raft_index": report.raft_index,
        "alarms": list(report.alarms),
        "peer_urls": list(listed.peer_urls) if listed else [],
        "client_urls": list(listed.client_urls) if listed else [],
    }


def _facts(judged: Verdict, serving: int) -> dict[str, Any]:
    return {
        "serving": serving,
        "what": judged.what.as_json(),
        "why": judged.why.as_json(),
        "do": judged.do.as_json(),
    }
