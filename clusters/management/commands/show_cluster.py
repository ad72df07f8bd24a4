"""Show a cluster on the command line."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import queries
from clusters.core.text import say
from clusters.management.asking import Exit, PanelCommand
from clusters.management.tables import member_table
from clusters.queries import ClusterPage
from clusters.queries.texts import translate
from clusters.queries.words import word


class Command(PanelCommand):
    """Prints the verdict and the membership table."""

    help = gettext_noop("Show how a cluster is, and its members.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def ask(self, given: Namespace) -> Exit:
        page = queries.cluster_page(given.name)
        if given.json:
            self.print_json(asdict(page))
        else:
            for line in _lines(page):
                self.say(line)
        return Exit.DONE


def _lines(page: ClusterPage) -> Iterator[str]:
    """What, why, what to do; then the members, and how to ask them oneself."""
    verdict = page.verdict
    yield _state_of(page.name, verdict.state, verdict.what)
    yield from filter(None, (verdict.why, verdict.do))
    for mark in page.marks:
        yield f"{mark.code}: {mark.text}"
    if page.hands_off:
        yield _("Hands off: nothing is restarted or repaired by itself.")
    yield _("etcd %(version)s, %(mode)s, cluster ID %(id)s, seen %(when)s") % {
        "version": page.version,
        "mode": page.bootstrap,
        "id": page.cluster_id,
        "when": f"{page.seen_at:%Y-%m-%d %H:%M:%S} UTC" if page.seen_at else "-",
    }
    yield ""
    yield from member_table(page.members)
    if any(member.id_is_predicted for member in page.members):
        yield _("An ID with a question mark was computed and not yet heard.")
    yield ""
    yield page.etcdctl
    for operation in page.operations[:1]:
        kind = word(operation.kind)
        words = _state_of(kind, operation.state, operation.explanation)
        yield _("Last operation: %s") % words


def _state_of(what: str, state: str, why: str) -> str:
    words = say("{what}: {state}. {why}", what=what, state=state, why=why)
    return translate(words).strip()
