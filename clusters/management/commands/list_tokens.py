"""List discovery tokens on the command line."""

from argparse import Namespace
from dataclasses import asdict

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import queries
from clusters.core.errors import Problem, SpecError
from clusters.core.text import say
from clusters.management.asking import Exit, PanelCommand
from clusters.management.stores import token_table

MOST = 1000


class Command(PanelCommand):
    """One line a token, the newest first."""

    help = gettext_noop("List discovery tokens, and who registered under them.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--store", default="", metavar="NAME", help=_("only its tokens")
        )
        parser.add_argument(
            "--limit",
            type=int,
            default=50,
            metavar="N",
            help=_("at most so many (default %(default)s)"),
        )

    def ask(self, given: Namespace) -> Exit:
        if not 1 <= given.limit <= MOST:
            text = say("Choose from 1 to {most}.", most=MOST)
            raise SpecError([Problem(field="limit", code="limit_invalid", text=text)])
        tokens, _more = queries.token_list(store=given.store, limit=given.limit)
        if given.json:
            self.print_json([asdict(token) for token in tokens])
            return Exit.DONE
        for line in token_table(tokens):
            self.say(line)
        return Exit.DONE
