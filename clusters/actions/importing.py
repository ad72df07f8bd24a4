"""Make a cluster from a Compose file."""

from collections.abc import Sequence
from dataclasses import replace

from clusters.actions.asking import Asker, authorise
from clusters.actions.clusters import create_cluster
from clusters.core.errors import Problem, SpecError
from clusters.core.text import say
from clusters.models import Operation
from clusters.queries.imports import ImportView


def import_cluster(
    asker: Asker, view: ImportView, *, accept: Sequence[str] = (), previewed: str = ""
) -> Operation:
    """Create what a file was understood to ask for (`queries.read_import`).

    SpecError with every problem of the file; nothing is written then.
    """
    authorise(asker)
    if view.problems:
        raise SpecError(view.problems)
    if view.request is None:
        text = say("There is no cluster in this file.")
        raise SpecError([Problem(field="compose", code="compose_empty", text=text)])
    request = replace(view.request, accept=(*view.request.accept, *accept))
    return create_cluster(asker, request, previewed=previewed)
