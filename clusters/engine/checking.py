"""Fill a Check with what a look outside finds, line by line."""

import uuid

from clusters.core.findings import Finding
from clusters.core.spec import ClusterSpec
from clusters.engine import wiring
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
    for host in spec.hosts:
        for finding in findings(spec, host, tools):
            lines.append(_kept(finding))
            if not _write(check_id, owner, lines=lines):
                return False
    return _write(check_id, owner, lines=lines, state=CheckState.DONE)


def _kept(finding: Finding) -> dict[str, object]:
    return finding.as_json()


def _write(check_id: uuid.UUID, owner: str, **changes: object) -> bool:
    mine = Check.objects.filter(pk=check_id, owner=owner, state=CheckState.RUNNING)
    return bool(mine.update(**changes))
