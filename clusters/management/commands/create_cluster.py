"""Create a cluster from the command line."""

from argparse import Namespace

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.management.asking import Exit
from clusters.management.building import BuildingCommand
from clusters.management.requests import add_request_arguments, request_from
from clusters.models.operation import Via


class Command(BuildingCommand):
    """From the words of a command line."""

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
            return self.show_plan(given, queries.preview_cluster(request))
        asker = Asker(user=None, via=Via.COMMAND)
        return self.answer(given, actions.create_cluster(asker, request))
