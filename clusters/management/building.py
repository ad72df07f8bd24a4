"""Commands that build a cluster: what they show of its plan, and of the cluster."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from clusters import queries
from clusters.management.asking import Exit
from clusters.management.tables import member_table, table
from clusters.management.waiting import StartingCommand
from clusters.queries import OperationProgress, PlanPreview


class BuildingCommand(StartingCommand):
    """Asks for a cluster; shows its plan, or its progress, or both."""

    def succeeded(self, progress: OperationProgress) -> None:
        page = queries.cluster_page(progress.cluster)
        self.say(f"{page.name}: {progress.explanation}")
        for line in member_table(page.members):
            self.say(line)
        self.say(page.etcdctl)

    def result(self, progress: OperationProgress) -> dict[str, Any]:
        if not progress.cluster_exists:
            return {}
        page = queries.cluster_page(progress.cluster)
        return {
            "endpoints": page.endpoints,
            "members": [asdict(member) for member in page.members],
        }

    def show_plan(self, given: Namespace, preview: PlanPreview) -> Exit:
        if given.json:
            self.print_json(plan_json(preview))
            return Exit.DONE
        for line in _lines(preview):
            self.say(line)
        return Exit.DONE


def plan_json(preview: PlanPreview) -> dict[str, Any]:
    whole = asdict(preview)
    whole["spec"] = preview.spec.as_json()
    return whole


def _lines(preview: PlanPreview) -> Iterator[str]:
    words = _("%(name)s: %(size)s members of etcd %(version)s, survives %(left)s.")
    yield words % {
        "name": preview.name,
        "version": preview.version,
        "size": len(preview.members),
        "left": preview.failures_survived,
    }
    yield _("Token %s") % preview.token
    yield _("Cluster ID %s") % (preview.cluster_id or _("(made with its token)"))
    yield from _meeting(preview)
    for mark in preview.marks:
        yield f"{mark.code}: {mark.text}"
    yield from _members(preview)
    yield preview.text


def _meeting(preview: PlanPreview) -> Iterator[str]:
    """Where the members find one another, when not by their list."""
    if not preview.meeting_place:
        return
    known = {"mode": preview.bootstrap, "place": preview.meeting_place}
    yield _("Members meet by %(mode)s at %(place)s.") % known
    if preview.discovery_url:
        yield _("Discovery URL %s") % preview.discovery_url
    yield from preview.zone_lines


def _members(preview: PlanPreview) -> list[str]:
    headings = (_("NAME"), _("ID"), _("HOST"), _("ENDPOINT"), _("PEER URLS"))
    rows = [
        (m.name, m.id or "-", m.host, m.endpoint, m.peer_url) for m in preview.members
    ]
    return table([headings, *rows])
