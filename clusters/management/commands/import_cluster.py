"""Create a cluster from a Compose file on the command line."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.core.compose.tickets import TokenChoice
from clusters.core.errors import SpecError
from clusters.management.asking import Exit
from clusters.management.building import BuildingCommand, plan_json
from clusters.management.files import text_of
from clusters.models.operation import Via
from clusters.queries.imports import ImportLine, ImportView, read_import


class Command(BuildingCommand):
    """Says what it makes of the file, and builds the cluster."""

    help = gettext_noop("Read a Compose file of etcd services and build its cluster.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=_("a Compose file; - for standard input"))
        parser.add_argument("--name", required=True, help=_("of the new cluster"))
        choices = ", ".join(choice.value for choice in TokenChoice)
        for flag, otherwise, shape, words in (
            ("--version", "", "X.Y.Z", _("of etcd; else that of the file's images")),
            ("--discovery", TokenChoice.KEEP.value, "WHAT", choices),
        ):
            parser.add_argument(flag, default=otherwise, metavar=shape, help=words)
        for flag, shape, words in (
            ("--host", "NAME", _("where members run; may be repeated")),
            ("--accept", "CODE", _("a warning that is known; may be repeated")),
        ):
            parser.add_argument(
                flag, metavar=shape, action="append", default=[], help=words
            )
        parser.add_argument(
            "--dry-run", action="store_true", help=_("show the plan; write nothing")
        )
        super().add_arguments(parser)

    def ask(self, given: Namespace) -> Exit:
        view = read_import(
            text_of(given.file, field="file"),
            name=given.name,
            version=given.version,
            hosts=tuple(given.host),
            discovery=given.discovery,
        )
        if given.dry_run:
            return self._try(given, view)
        self._tell(given, view)
        asker = Asker(user=None, via=Via.COMMAND)
        operation = actions.import_cluster(asker, view, accept=tuple(given.accept))
        return self.answer(given, operation)

    def _try(self, given: Namespace, view: ImportView) -> Exit:
        self._tell(given, view)
        if view.problems or view.request is None:
            raise SpecError(view.problems)
        accept = (*view.request.accept, *given.accept)
        preview = queries.preview_cluster(replace(view.request, accept=accept))
        if given.json:
            understood = asdict(view)
            del understood["problems"]
            self.print_json({**understood, "plan": plan_json(preview)})
            return Exit.DONE
        return self.show_plan(given, preview)

    def _tell(self, given: Namespace, view: ImportView) -> None:
        if given.json:
            return
        for heading, lines in (
            (_("Understood:"), view.understood if given.dry_run else ()),
            (_("Changed:"), view.changed),
            (_("Not understood:"), view.not_understood),
        ):
            for line in _listed(heading, lines):
                self.say(line)


def _listed(heading: str, lines: Sequence[ImportLine]) -> Iterator[str]:
    if lines:
        yield heading
    for line in lines:
        yield f"  {line.place}: {line.text}" if line.place else f"  {line.text}"
