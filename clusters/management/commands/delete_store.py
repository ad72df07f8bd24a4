"""Let a discovery store go from the command line."""

import sys
from argparse import Namespace
from dataclasses import asdict

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.management.asking import Exit
from clusters.management.waiting import StartingCommand
from clusters.models.operation import Kind, State, Via
from clusters.queries import OperationProgress, StorePage


class Command(StartingCommand):
    """Deletes one that the panel runs with its data; forgets any other."""

    help = gettext_noop("Delete a discovery store, or forget one of your own.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--confirm",
            metavar="NAME",
            help=_("the name once more: its tokens go"),
        )
        super().add_arguments(parser)

    def ask(self, given: Namespace) -> Exit:
        store = queries.store_page(given.name)
        confirm = given.confirm
        if confirm is None:
            confirm = "" if given.json else self._typed(store)
        asker = Asker(user=None, via=Via.COMMAND)
        operation = actions.delete_store(asker, store.name, confirm=confirm)
        if operation is None:
            return self._forgotten(given, store)
        if operation.kind == Kind.CREATE:  # its roll-back removes the same things
            self.wanted = (State.CANCELLED.value, State.SUCCEEDED.value)
        return self.answer(given, operation)

    def succeeded(self, progress: OperationProgress) -> None:
        self.say(_("%s is deleted.") % progress.cluster)

    def _forgotten(self, given: Namespace, store: StorePage) -> Exit:
        if given.json:
            self.print_json(asdict(store))
        else:
            self.say(_("%s is forgotten; it goes on without the panel.") % store.name)
        return Exit.DONE

    def _typed(self, store: StorePage) -> str:
        """Asked only where somebody can answer."""
        if not sys.stdin.isatty():
            return ""
        known = {"name": store.name, "count": store.fresh_tokens}
        self.say(_("%(name)s holds %(count)s fresh tokens.") % known)
        self.stdout.write(_("Type %s to delete it: ") % store.name, ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip()
