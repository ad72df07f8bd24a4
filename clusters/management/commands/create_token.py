"""Make a token for a program from the command line."""

from argparse import Namespace

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions
from clusters.core.errors import Problem, SpecError
from clusters.core.text import say
from clusters.management.asking import Exit, PanelCommand

LONGEST_DAYS = 365
LONGEST_NAME = 60


class Command(PanelCommand):
    """Prints the token and nothing else; it is shown this once."""

    help = gettext_noop("Make a bearer token of a user and print it.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True)
        parser.add_argument("--name", required=True, help=_("what the token is for"))
        parser.add_argument(
            "--days",
            type=int,
            default=LONGEST_DAYS,
            metavar="D",
            help=_("how long it is good for (default and most: 365)"),
        )

    def ask(self, given: Namespace) -> Exit:
        _refuse_bad(given)
        token = actions.create_token(given.user, given.name, days=given.days)
        if given.json:
            self.print_json({"token": token, "user": given.user, "name": given.name})
        else:
            self.say(token)
        return Exit.DONE


def _refuse_bad(given: Namespace) -> None:
    problems = []
    if not 1 <= given.days <= LONGEST_DAYS:
        text = say("Choose from 1 to {most} days.", most=LONGEST_DAYS)
        problems.append(Problem(field="days", code="days_invalid", text=text))
    if not 1 <= len(given.name) <= LONGEST_NAME:
        text = say("Use 1 to {most} letters.", most=LONGEST_NAME)
        problems.append(Problem(field="name", code="name_invalid", text=text))
    if problems:
        raise SpecError(problems)
