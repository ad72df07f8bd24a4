"""Delete a cluster from the command line."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.management.asking import Exit
from clusters.management.waiting import StartingCommand
from clusters.models.operation import Kind, State, Via
from clusters.queries import OperationProgress, RemovalView


class Command(StartingCommand):
    """Removes a cluster with all its data, once its name was typed."""

    help = gettext_noop("Delete a cluster and all its data.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--confirm", metavar="NAME", help=_("the name once more: its data will go")
        )
        super().add_arguments(parser)

    def ask(self, given: Namespace) -> Exit:
        removal = queries.removal_of(given.name)
        confirm = given.confirm
        if confirm is None:
            confirm = "" if given.json else self._typed(removal)
        operation = actions.delete_cluster(
            Asker(user=None, via=Via.COMMAND),
            given.name,
            confirm=confirm,
            generation=removal.generation,
        )
        if operation.kind == Kind.CREATE:  # its roll-back removes the same things
            self.wanted = (State.CANCELLED.value, State.SUCCEEDED.value)
        return self.answer(given, operation)

    def succeeded(self, progress: OperationProgress) -> None:
        self.say(_("%s is deleted.") % progress.cluster)

    def _typed(self, removal: RemovalView) -> str:
        """Asked only where somebody can answer."""
        if not sys.stdin.isatty():
            return ""
        for line in _what_goes(removal):
            self.say(line)
        self.stdout.write(_("Type %s to delete all this: ") % removal.name, ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip()


def _what_goes(removal: RemovalView) -> Iterator[str]:
    container = _("%(name)s on %(host)s: container %(instance)s, volume %(data)s")
    process = _("%(name)s on %(host)s: its process and its folder with all its data")
    for member in removal.members:
        yield (container if removal.in_containers else process) % {
            "name": member.name,
            "host": member.host,
            "instance": member.instance,
            "data": member.data,
        }
    if removal.network:
        yield _("network %s") % removal.network
