"""Export a cluster from the command line."""

from argparse import Namespace

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters.management.asking import Exit, PanelCommand
from clusters.management.files import write_files
from clusters.queries.exports import FORMATS, export


class Command(PanelCommand):
    """Prints the files, or writes them into a folder."""

    help = gettext_noop("Write a cluster in a form that runs without the panel.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--format", default=FORMATS[0], metavar="FORM", help=", ".join(FORMATS)
        )
        parser.add_argument(
            "--to", default="", metavar="FOLDER", help=_("write files there")
        )

    def ask(self, given: Namespace) -> Exit:
        made = export(given.name, given.format)
        paths = write_files(given.to, made.files) if given.to else []
        if given.json:
            self.print_json({"format": made.format, "files": dict(made.files)})
        elif paths:
            for path in paths:
                self.say(str(path))
        else:
            self.stdout.write(made.text, ending="")
        return Exit.DONE
