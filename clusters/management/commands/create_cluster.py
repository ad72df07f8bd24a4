"""Create a cluster from the command line."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.core.request import ClusterRequest
from clusters.management.asking import Exit
from clusters.management.requests import add_request_arguments, request_from
from clusters.management.tables import member_table, table
from clusters.management.waiting import StartingCommand
from clusters.models.operation import Via
from clusters.queries import OperationProgress, PlanPreview


class Command(StartingCommand):
    """Asks for a cluster; shows its plan, or its progress, or both."""

    help = gettext_noop("Define a cluster and build it.")

    def add_arguments(self, parser: CommandParser) -> None:
        add_request_arguments(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help=_("show the plan; write nothing")
        )
        super().add_arguments(parser)

    def ask(self, given: Namespace) -> Exit:
        request = request_from(given)
        if given.dry_run:
            return self._show_plan(given, request)
        asker = Asker(user=None, via=Via.COMMAND)
        return self.answer(given, actions.create_cluster(asker, request))

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

    def _show_plan(self, given: Namespace, request: ClusterRequest) -> Exit:
        preview = queries.preview_cluster(request)
        if given.json:
            self.print_json(_plan(preview))
            return Exit.DONE
        words = _("%(name)s: %(size)s members of etcd %(version)s, survives %(left)s.")
        known = {"name": preview.name, "version": preview.version}
        size, left = len(preview.members), preview.failures_survived
        self.say(words % {**known, "size": size, "left": left})
        self.say(_("Token %s") % preview.token)
        self.say(_("Cluster ID %s") % preview.cluster_id)
        for mark in preview.marks:
            self.say(f"{mark.code}: {mark.text}")
        for line in _members(preview):
            self.say(line)
        self.say(preview.text)
        return Exit.DONE


def _members(preview: PlanPreview) -> list[str]:
    headings = (_("NAME"), _("ID"), _("HOST"), _("ENDPOINT"), _("PEER URLS"))
    rows = [(m.name, m.id, m.host, m.endpoint, m.peer_url) for m in preview.members]
    return table([headings, *rows])


def _plan(preview: PlanPreview) -> dict[str, Any]:
    whole = asdict(preview)
    whole["spec"] = preview.spec.as_json()
    return whole
