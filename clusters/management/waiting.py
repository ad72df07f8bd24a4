"""Commands that start an operation, and may wait for its end."""

from argparse import Namespace
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from clusters.management.asking import Exit, PanelCommand
from clusters.management.following import Unseen, follow
from clusters.management.screens import screen_for
from clusters.models import Operation
from clusters.models.operation import State
from clusters.queries import OperationProgress
from clusters.queries.words import word

WAIT_SECONDS = 900


class StartingCommand(PanelCommand):
    """Starts an operation; with `--wait` it ends when the operation does."""

    # The ends that are what was asked for.
    wanted: Collection[str] = (State.SUCCEEDED.value,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", action="store_true", help=_("show the progress until the end")
        )
        parser.add_argument(
            "--timeout",
            type=float,
            default=WAIT_SECONDS,
            metavar="S",
            help=_("wait at most so many seconds (default %(default)s)"),
        )

    def succeeded(self, progress: OperationProgress) -> None:
        """What is printed for people at the end that was wanted."""
        raise NotImplementedError

    def result(self, progress: OperationProgress) -> dict[str, Any]:  # noqa: ARG002
        """What programs learn besides the operation."""
        return {}

    def answer(self, given: Namespace, operation: Operation) -> Exit:
        if not given.wait:
            self._started(given, operation)
            return Exit.DONE
        try:
            screen = Unseen() if given.json else screen_for(self.stdout)
            progress = follow(operation.pk, screen, given.timeout)
        except KeyboardInterrupt:
            self.complain("\n" + self._goes_on(operation))
            raise
        if progress is None:
            return self._time_is_up(given, operation)
        return self._ended(given, progress)

    def _started(self, given: Namespace, operation: Operation) -> None:
        if given.json:
            self.print_json(_brief(operation))
        else:
            kind = operation.get_kind_display()
            known = {"kind": kind, "cluster": operation.cluster_name}
            self.say(_("Asked for: %(kind)s of %(cluster)s.") % known)
            self.say(_("operation %s") % operation.pk)

    def _time_is_up(self, given: Namespace, operation: Operation) -> Exit:
        operation.refresh_from_db()
        if given.json:
            self.print_json(_brief(operation) | {"timed_out": True})
        else:
            words = _("Not over after %(seconds)g s; it is %(state)s.")
            known = {"seconds": given.timeout, "state": word(operation.state)}
            self.complain(words % known)
            self.complain(self._goes_on(operation))
        return Exit.TIMED_OUT

    def _goes_on(self, operation: Operation) -> str:
        return _("The operation goes on. Look with: %s") % (
            f"manage.py show_cluster {operation.cluster_name}"
        )

    def _ended(self, given: Namespace, progress: OperationProgress) -> Exit:
        is_wanted = progress.state in self.wanted
        if given.json:
            whole = {"operation": progress.id, **asdict(progress)}
            self.print_json(whole | self.result(progress))
        elif is_wanted:
            self.succeeded(progress)
        else:
            self._explain(progress)
        return Exit.DONE if is_wanted else Exit.FAILED

    def _explain(self, progress: OperationProgress) -> None:
        """A failure: what, what to do, and what shows it."""
        known = {"kind": word(progress.kind), "cluster": progress.cluster}
        words = _("%(kind)s of %(cluster)s: %(state)s.")
        self.complain(words % {**known, "state": word(progress.state)})
        for line in (progress.explanation, progress.advice):
            if line:
                self.complain(line)
        for line in progress.evidence:
            self.complain(f"  | {line}")


def _brief(operation: Operation) -> dict[str, Any]:
    return {
        "operation": str(operation.pk),
        "cluster": operation.cluster_name,
        "kind": operation.kind,
        "state": operation.state,
    }
