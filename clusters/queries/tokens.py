"""Discovery tokens, and who registered under them from where."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import DiscoveryToken
from clusters.models.discovery_token import TokenState
from clusters.queries.texts import stored

PAGE_SIZE = 50
EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationRow:
    """One member that registered. `member_id` is hexadecimal."""

    member_id: str
    name: str
    peer_urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """One token: `address` is the whole discovery URL (v2, public) or the token (v3).

    `state` is asked, fresh, in_use, used, burnt, refused or expired.
    """

    id: str
    mode: str
    store: str
    place: str
    address: str
    size: int
    state: str
    problem: str
    cluster: str
    operation: str | None
    is_own: bool
    registrations: tuple[RegistrationRow, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    seen_at: datetime | None


def token_list(
    *, store: str = "", before: str = "", limit: int = PAGE_SIZE
) -> tuple[tuple[TokenRow, ...], str | None]:
    """One page of tokens, newest first, and the last ID when there are more."""
    rows = DiscoveryToken.objects.select_related("store", "created_by")
    if store:
        rows = rows.filter(store__name=store)
    if before:
        last = _named(before)
        same = Q(created_at=last.created_at, pk__lt=last.pk)
        rows = rows.filter(Q(created_at__lt=last.created_at) | same)
    found = list(rows.order_by("-created_at", "-pk")[: limit + 1])
    page = found[:limit]
    return tuple(map(_row, page)), (str(page[-1].pk) if len(found) > limit else None)


def _named(written: str) -> DiscoveryToken:
    try:
        token = DiscoveryToken.objects.filter(pk=uuid.UUID(written)).first()
    except ValueError:
        token = None
    if token is None:
        raise _missing()
    return token


def token_row(token_id: uuid.UUID) -> TokenRow:
    rows = DiscoveryToken.objects.select_related("store", "created_by")
    token = rows.filter(pk=token_id).first()
    if token is None:
        raise _missing()
    return _row(token)


def _missing() -> NotFoundError:
    return NotFoundError(say("There is no such token."), code="no_such_token")


def _row(token: DiscoveryToken) -> TokenRow:
    return TokenRow(
        id=str(token.pk),
        mode=token.mode,
        store=token.store.name if token.store else "",
        place=token.place,
        address=token.address,
        size=token.size,
        state=_state(token),
        problem=stored(token.problem),
        cluster=token.cluster_name,
        operation=str(token.operation_id) if token.operation_id else None,
        is_own=token.is_own,
        registrations=tuple(_registered(token.registrations)),
        created_by=token.created_by.get_username() if token.created_by else "",
        created_at=token.created_at,
        expires_at=token.expires_at,
        seen_at=token.seen_at,
    )


def _state(token: DiscoveryToken) -> str:
    expires = token.expires_at
    is_over = expires is not None and expires < timezone.now()
    return EXPIRED if is_over and token.state == TokenState.FRESH else token.state


def _registered(kept: Iterable[dict[str, object]]) -> Iterable[RegistrationRow]:
    for row in kept:
        urls = row.get("peer_urls")
        yield RegistrationRow(
            member_id=str(row.get("member_id", "")),
            name=str(row.get("name", "")),
            peer_urls=tuple(map(str, urls)) if isinstance(urls, list) else (),
        )
