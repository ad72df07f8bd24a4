"""What all commands share: one tongue, one way to refuse, and what exit codes mean."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from clusters.core.errors import ConflictError, NotFoundError, PanelError, SpecError
from clusters.queries.texts import translate


class Exit(IntEnum):
    """How a command ended, for scripts."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    CONFLICT = 3
    TIMED_OUT = 4
    INTERRUPTED = 130


class PanelCommand(BaseCommand):
    """Asks the desk, prints its answer, and ends with an exit code."""

    requires_system_checks = ()  # they take longer than the work
    suppressed_base_arguments = {  # noqa: RUF012 (as Django declares it)
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
    }

    def ask(self, given: Namespace) -> Exit:
        """The work of a command."""
        raise NotImplementedError

    def create_parser(
        self, prog_name: str, subcommand: str, **kwargs: Any
    ) -> CommandParser:
        """Django's `--version` gives way to the version of etcd."""
        kwargs.setdefault("conflict_handler", "resolve")
        with translation.override(_language()):
            self.help = _(self.help)
            parser = super().create_parser(prog_name, subcommand, **kwargs)
            parser.add_argument("--json", action="store_true", help=_("for programs"))
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override(_language()):
            return super().execute(*args, **options)

    def handle(self, *_args: Any, **options: Any) -> None:
        given = Namespace(**options)
        try:
            code = self.ask(given)
        except PanelError as refusal:
            code = self.refuse(given, refusal)
        except (OperationalError, ProgrammingError) as error:
            self.complain(_("The panel's database can not be used: %s") % error)
            self.complain(_("Start the panel once; it prepares its database."))
            code = Exit.FAILED
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        if code:
            sys.exit(code)

    # What is printed

    def say(self, line: str = "") -> None:
        self.stdout.write(line)

    def complain(self, line: str) -> None:
        self.stderr.write(line)

    def print_json(self, answer: Any, indent: int | None = 2) -> None:
        self.stdout.write(
            json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)
        )

    def refuse(self, given: Namespace, refusal: PanelError) -> Exit:
        if given.json:
            self.print_json(_as_json(refusal))
        else:
            for line in _lines(refusal):
                self.complain(line)
        return Exit.CONFLICT if isinstance(refusal, ConflictError) else Exit.BAD_INPUT


def _language() -> str:
    """The reader's, as the shell names it."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    named = next(filter(None, map(os.environ.get, names)), "")
    try:
        return translation.get_supported_language_variant(
            named.partition(".")[0].replace("_", "-").lower()
        )
    except LookupError:
        return "en"


def _lines(refusal: PanelError) -> Iterator[str]:
    if not isinstance(refusal, SpecError):
        field = "name: " if isinstance(refusal, NotFoundError) else ""
        yield field + translate(refusal.text)
        if refusal.advice:
            yield translate(refusal.advice)
        return
    for problem in refusal.problems:
        yield f"{problem.field}: {translate(problem.text)}"
        if problem.can_accept:
            yield "  " + _("To accept it: --accept %s") % problem.code


def _as_json(refusal: PanelError) -> dict[str, Any]:
    """In the words of the REST interface."""
    errors: dict[str, list[dict[str, Any]]] = {}
    for problem in refusal.problems if isinstance(refusal, SpecError) else ():
        errors.setdefault(problem.field, []).append(
            {
                "code": problem.code,
                "message": translate(problem.text),
                "can_accept": problem.can_accept,
            }
        )
    return {
        **(refusal.extra if isinstance(refusal, ConflictError) else {}),
        "code": refusal.code,
        "detail": translate(refusal.text),
        "advice": translate(refusal.advice),
        "errors": errors,
    }
