"""Go on with what waits, without broker and worker."""

import signal
import threading
from argparse import Namespace

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions
from clusters.management.asking import Exit, PanelCommand

PAUSE_SECONDS = 1.0
ENDS = (signal.SIGTERM, signal.SIGINT)


class Command(PanelCommand):
    """Does here and now what bell and beat would have others do."""

    help = gettext_noop("Go on with every operation that waits; needs no worker.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--forever", action="store_true", help=_("again and again until Ctrl-C")
        )

    def ask(self, given: Namespace) -> Exit:
        if not given.forever:
            self._once(given, quiet=False)
            return Exit.DONE
        stop = threading.Event()
        # An exception out of a signal may get lost on its way; an event does not.
        before = {n: signal.signal(n, lambda *_: stop.set()) for n in ENDS}
        try:
            while not stop.is_set():
                if not self._once(given, quiet=True):
                    stop.wait(PAUSE_SECONDS)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return Exit.DONE

    def _once(self, given: Namespace, *, quiet: bool) -> int:
        advanced = actions.reconcile_once()
        if given.json and (advanced or not quiet):
            self.print_json({"operations": advanced}, indent=None)
        elif advanced or not quiet:
            self.say(_("Operations that were gone on with: %d") % advanced)
        return advanced
