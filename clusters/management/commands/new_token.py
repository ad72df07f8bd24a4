"""Make a discovery token on the command line."""

from argparse import Namespace
from dataclasses import asdict

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.core.addresses import url_problem
from clusters.core.errors import PanelError, Problem, SpecError
from clusters.management.asking import Exit, PanelCommand
from clusters.models.operation import Via


class Command(PanelCommand):
    """Prints the URL (v2) or the token (v3) and nothing else."""

    help = gettext_noop("Make a discovery token in a store that the panel runs.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--store", default="", metavar="NAME", help=_("else one for v2")
        )
        parser.add_argument(
            "--size", type=int, default=3, metavar="N", help=_("how many voters")
        )
        parser.add_argument(
            "--reached-as",
            default="",
            metavar="HOST",
            help=_("how members name the host of a store that is bound to 0.0.0.0"),
        )

    def ask(self, given: Namespace) -> Exit:
        _refuse_odd(given.reached_as)
        made = actions.new_token(
            Asker(user=None, via=Via.COMMAND),
            size=given.size,
            store=given.store,
            reached_as=given.reached_as,
        )
        if given.json:
            self.print_json(asdict(queries.token_row(made.pk)))
        else:
            self.say(made.address)
        return Exit.DONE

    def refuse(self, given: Namespace, refusal: PanelError) -> Exit:
        code = super().refuse(given, refusal)
        return Exit.FAILED if refusal.code == "token_not_ready" else code


def _refuse_odd(host: str) -> None:
    """It becomes a part of the URL, which must be one that etcd dials."""
    wrong = url_problem(f"http://{host}") if host else None
    if wrong is not None:
        problem = Problem(field="reached-as", code="host_invalid", text=wrong)
        raise SpecError([problem])
