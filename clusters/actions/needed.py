"""Whether a discovery store is needed just now."""

from clusters.core.errors import ConflictError
from clusters.core.text import say
from clusters.queries.stores import needed_by


def refuse_needed(name: str) -> None:
    """Raise ConflictError while a bootstrap needs the store."""
    clusters = needed_by(name)
    if clusters:
        raise ConflictError(
            say(
                "Members of {clusters} are registering in {name} just now.",
                clusters=", ".join(clusters),
                name=name,
            ),
            code="store_needed",
            advice=say("Wait until they have formed, or cancel their create."),
            extra={"clusters": list(clusters)},
        )
