"""Fill a Check with what a look outside finds, line by line."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

from clusters.core.findings import Finding, FindingLevel
from clusters.core.meeting import DnsKind
from clusters.core.spec import ClusterSpec
from clusters.core.subnets import is_proposed
from clusters.core.text import NOTHING, say
from clusters.engine import wiring
from clusters.engine.job import Tools
from clusters.engine.meeting_preflight import meeting_findings
from clusters.engine.owner import current_owner
from clusters.engine.preflight import findings
from clusters.models import Check
from clusters.models.check import CheckState


def run_check(check_id: uuid.UUID) -> bool:
    """Do one check; False when it is gone or somebody else does it."""
    check = Check.objects.filter(pk=check_id).first()
    owner = current_owner()
    if check is None or not check.claim(owner, wiring.lease()):
        return False
    spec = ClusterSpec.from_json(check.spec)
    tools = wiring.tools_for(spec)
    lines: list[dict[str, object]] = []
    for finding in _all_findings(spec, tools):
        lines.append(_kept(check, finding))
        if not _write(check_id, owner, lines=lines):
            return False
    return _write(check_id, owner, lines=lines, state=CheckState.DONE)


def _all_findings(spec: ClusterSpec, tools: Tools) -> Iterator[Finding]:
    for host in spec.hosts:
        yield from findings(spec, host, tools)
    yield from meeting_findings(spec, tools)


def _kept(check: Check, finding: Finding) -> dict[str, object]:
    if check.ports_may_move and finding.code == "port_in_use":
        text = say("{why} Members will move to free ports.", why=finding.text)
        finding = replace(finding, level=FindingLevel.NOTE, text=text, advice=NOTHING)
    if finding.code == "subnet_taken" and _subnet_may_move(check):
        text = say("{why} The network will get another subnet.", why=finding.text)
        finding = replace(finding, level=FindingLevel.NOTE, text=text, advice=NOTHING)
    return finding.as_json()


def _subnet_may_move(check: Check) -> bool:
    """Nobody but the panel itself wrote this subnet down yet."""
    ticket = ClusterSpec.from_json(check.spec).ticket
    return ticket.dns == DnsKind.MANAGED and is_proposed(ticket.subnet)


def _write(check_id: uuid.UUID, owner: str, **changes: object) -> bool:
    mine = Check.objects.filter(pk=check_id, owner=owner, state=CheckState.RUNNING)
    return bool(mine.update(**changes))
