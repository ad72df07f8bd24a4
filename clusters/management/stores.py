"""Tables of discovery stores and of their tokens."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from clusters.core.health import ClusterState
from clusters.management.tables import table
from clusters.queries import StoreRow, TokenRow
from clusters.queries.words import word

_BUSY = (ClusterState.CREATING, ClusterState.DELETING)


def store_table(stores: Sequence[StoreRow]) -> list[str]:
    headings = (
        _("NAME"),
        _("PROTOCOL"),
        _("STATUS"),
        _("HOST"),
        _("VERSION"),
        _("FOR MEMBERS"),
        _("FOR THE PANEL"),
        _("FRESH TOKENS"),
    )
    return table([headings, *map(_store, stores)])


def token_table(tokens: Sequence[TokenRow]) -> list[str]:
    headings = (
        _("STATE"),
        _("STORE OR SERVICE"),
        _("REGISTERED"),
        _("CLUSTER"),
        _("CREATED"),
        _("URL OR TOKEN"),
    )
    return table([headings, *map(_token, tokens)])


def status_of(store: StoreRow) -> str:
    if store.verdict is not None and store.verdict.state in _BUSY:
        return word(store.verdict.state)
    if store.usable is None:
        return word("unknown")
    return word("usable" if store.usable else "unusable")


def _store(store: StoreRow) -> tuple[str, ...]:
    return (
        store.name,
        store.protocol,
        status_of(store),
        store.host or "-",
        store.version or "-",
        store.member_url,
        store.panel_url,
        str(store.fresh_tokens),
    )


def _token(token: TokenRow) -> tuple[str, ...]:
    registered = _("%(count)s of %(size)s") % {
        "count": len(token.registrations),
        "size": token.size,
    }
    names = ", ".join(row.name for row in token.registrations)
    return (
        word(token.state),
        token.place,
        f"{registered}: {names}" if names else registered,
        token.cluster or "-",
        f"{token.created_at:%Y-%m-%d %H:%M:%S}",
        token.address or "-",
    )
