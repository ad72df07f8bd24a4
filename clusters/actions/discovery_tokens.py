"""Ask for a discovery token, as scripts ask the public service for one."""

import threading
import time
import uuid
from functools import partial

from django.db import transaction

from clusters.actions.asking import Asker, authorise
from clusters.actions.ringing import ring_token
from clusters.core.errors import (
    ConflictError,
    NotFoundError,
    PanelError,
    Problem,
    SpecError,
)
from clusters.core.meeting import StoreProtocol
from clusters.core.spec import BootstrapMode
from clusters.core.text import Text, say
from clusters.core.topology import LARGEST_SIZE
from clusters.models import DiscoveryToken, Store
from clusters.models.discovery_token import TokenState

LONGEST_WAIT = 2.0
_LOOK_EVERY = 0.02


def new_token(
    asker: Asker,
    *,
    size: int,
    store: str = "",
    anonymous: bool = False,
    reached_as: str = "",
) -> DiscoveryToken:
    """A fresh token of a managed store, written there by a worker.

    It waits at most two seconds; PanelError `token_not_ready` when the store does not
    answer by then. `anonymous`: nobody is logged in, so only a store that an admin
    opened to everybody gives tokens. `reached_as` is the host name by which the panel
    was asked: a store that listens at every address is reached by it too.
    """
    if not anonymous:
        authorise(asker)
    if not 1 <= size <= LARGEST_SIZE:
        text = say("Choose a size from 1 to {most}.", most=LARGEST_SIZE)
        raise SpecError([Problem(field="size", code="size_invalid", text=text)])
    chosen = _store(store, anonymous=anonymous)
    with transaction.atomic():
        token = DiscoveryToken.objects.create(
            mode=_mode(chosen),
            store=chosen,
            place=chosen.name,
            size=size,
            state=TokenState.ASKED,
            reached_as=reached_as,
            created_by=asker.user,
        )
        transaction.on_commit(partial(ring_token, token.pk))
    return _ready(token)


def discard_token(asker: Asker, token_id: uuid.UUID) -> DiscoveryToken:
    """Burn a token that nobody uses: it is never offered again, and its keys go."""
    authorise(asker)
    token = DiscoveryToken.objects.filter(pk=token_id).first()
    if token is None:
        raise NotFoundError(say("There is no such token."), code="no_such_token")
    unused = DiscoveryToken.objects.filter(pk=token.pk, state=TokenState.FRESH)
    if not unused.update(state=TokenState.BURNT):
        raise ConflictError(
            say(
                "Only a fresh token can be burnt; this one is {state}.",
                state=token.state,
            ),
            code="token_not_fresh",
        )
    transaction.on_commit(partial(ring_token, token.pk))
    token.refresh_from_db()
    return token


def _ready(token: DiscoveryToken) -> DiscoveryToken:
    give_up = time.monotonic() + LONGEST_WAIT
    while token.state == TokenState.ASKED and time.monotonic() < give_up:
        threading.Event().wait(_LOOK_EVERY)
        token.refresh_from_db()
    why = Text.from_json(token.problem) or say("No worker answered in time.")
    # Nobody waits for it any more; a worker that comes later is not to make it.
    asked = DiscoveryToken.objects.filter(pk=token.pk, state=TokenState.ASKED)
    if not asked.update(state=TokenState.REFUSED, problem=why.as_json()):
        token.refresh_from_db()
    if token.state == TokenState.FRESH:
        return token
    raise PanelError(
        say("There is no token yet: {why}", why=why),
        code="token_not_ready",
        advice=say("Ask again in a moment; look whether the store and a worker run."),
    )


def _store(name: str, *, anonymous: bool) -> Store:
    rows = Store.objects.filter(cluster__isnull=False).select_related("observation")
    named = {"name": name} if name else {"protocol": StoreProtocol.V2}
    rows = rows.filter(**named)
    if anonymous:
        rows = rows.filter(anonymous=True)
    found = sorted(rows, key=lambda s: (not _is_usable(s), s.name))
    if found:
        return found[0]
    if anonymous and rows.model.objects.filter(cluster__isnull=False).exists():
        raise PanelError(
            say("Tokens are given to those who log in only."), code="login_needed"
        )
    raise NotFoundError(
        say("There is no managed discovery store that gives tokens."),
        code="no_such_store",
        advice=say("Make one on the page of discovery stores."),
    )


def _is_usable(store: Store) -> bool:
    seen = getattr(store, "observation", None)
    return seen is not None and seen.status == "usable"


def _mode(store: Store) -> str:
    is_v2 = store.protocol == StoreProtocol.V2
    return BootstrapMode.DISCOVERY_V2 if is_v2 else BootstrapMode.DISCOVERY_V3
