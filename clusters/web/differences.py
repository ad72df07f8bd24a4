"""What has changed between the plan a person saw and the plan of now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.queries import PlanPreview

_MOST = 4000

_COLUMNS: Mapping[str, str | Promise] = {
    "host": _("host"),
    "client_port": _("client port"),
    "peer_port": _("peer port"),
    "version": _("version"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is no longer what was shown; empty: there was, or is, none."""

    member: str
    what: str
    was: str
    is_now: str


def written_down(plan: PlanPreview) -> str:
    """A plan's members, for a hidden field: what the person saw."""
    return json.dumps(
        [
            {
                "member": member.name,
                "host": member.host,
                "client_port": member.client_port,
                "peer_port": member.peer_port,
                "version": plan.version,
            }
            for member in plan.members
        ]
    )


def differences(seen: str, now: PlanPreview) -> tuple[Difference, ...]:
    """Compare what came back from the hidden field with what would be made now."""
    old = _by_member(_read(seen))
    new = _by_member(json.loads(written_down(now)))
    return tuple(
        difference
        for member in dict.fromkeys([*old, *new])
        for difference in _of_member(member, old.get(member, {}), new.get(member, {}))
    )


def _of_member(
    member: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    for name, what in _COLUMNS.items():
        was, is_now = str(old.get(name, ""))[:60], str(new.get(name, ""))[:60]
        if was != is_now:
            yield Difference(member, str(what), was, is_now)


def _read(seen: str) -> list[Any]:
    try:
        lines = json.loads(seen[:_MOST])
    except ValueError:
        return []
    return lines if isinstance(lines, list) else []


def _by_member(lines: list[Any]) -> dict[str, Mapping[str, Any]]:
    return {
        str(line["member"])[:60]: line
        for line in lines
        if isinstance(line, dict) and "member" in line
    }
