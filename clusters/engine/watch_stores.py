"""Look at discovery stores, and keep what was seen of them and of their tokens."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from clusters.core.errors import BackendError
from clusters.core.meeting import StoreProtocol, StoreSeen
from clusters.core.ticketing import path_of
from clusters.engine import tickets, wiring
from clusters.models import DiscoveryToken, Observation, Store
from clusters.models.discovery_token import TokenState

# So long a token is looked at that members began to use.
LONGEST_GATHERING = timedelta(days=1)
# Tokens whose registrations are read again at each look at a store.
_MOST_TOKENS = 50


def look_at(store_id: int) -> None:
    """One store, and who has registered under its tokens meanwhile."""
    store = Store.objects.select_related("cluster").filter(pk=store_id).first()
    if store is None:
        return
    try:
        seen = wiring.registry_of(store).probe()
    except BackendError as error:
        Observation.keep("unusable", _why_not(error), store=store)
        return
    Observation.keep("usable", _facts(seen), store=store)
    _look_at_tokens(store)


def look_at_all() -> None:
    for pk in Store.objects.values_list("pk", flat=True):
        look_at(pk)


def _facts(seen: StoreSeen) -> dict[str, Any]:
    return {"version": seen.version, "clock_ahead": seen.clock_ahead}


def _why_not(error: BackendError) -> dict[str, Any]:
    return {
        "code": error.code,
        "reason": error.text.as_json(),
        "cure": error.advice.as_json(),
    }


def _look_at_tokens(store: Store) -> None:
    """Tokens that were given to scripts are used without the panel being told."""
    waits = Q(state__in=(TokenState.FRESH, TokenState.IN_USE))
    # Members that a script starts come one after another.
    came_lately = Q(
        state=TokenState.USED,
        operation=None,
        created_at__gt=timezone.now() - LONGEST_GATHERING,
    )
    rows = DiscoveryToken.objects.filter(waits | came_lately, store=store)
    registry = wiring.registry_of(store)
    is_v2 = store.protocol == StoreProtocol.V2
    for token in rows.order_by("-created_at")[:_MOST_TOKENS]:
        key = path_of(token.address) if is_v2 else token.address
        try:
            seen = registry.look(key)
        except BackendError:
            return
        if seen is not None and seen.registrations:
            tickets.note(token, seen)
