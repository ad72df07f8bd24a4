"""Discovery stores: where they are, how they are, and what was registered there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Cluster, DiscoveryToken, Observation, Operation, Store
from clusters.models.discovery_token import TokenState
from clusters.models.operation import ACTIVE, Kind
from clusters.queries.clusters import VerdictView, cluster_row
from clusters.queries.texts import stored, translate
from clusters.queries.tokens import TokenRow, token_list


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreRow:
    """One store. `usable` is None until it was looked at; the addresses are those that
    members and that the panel use."""

    name: str
    protocol: str
    is_managed: bool
    host: str
    version: str
    network: str
    volume: str
    client_port: int | None
    peer_port: int | None
    member_url: str
    panel_url: str
    usable: bool | None
    code: str
    reason: str
    cure: str
    has_login: bool
    has_tls: bool
    anonymous: bool
    fresh_tokens: int
    needed_by: tuple[str, ...]
    verdict: VerdictView | None
    operation: str | None
    seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StorePage(StoreRow):
    """The same with its tokens; `generation` is the managed cluster's."""

    generation: int | None
    created_by: str
    tokens: tuple[TokenRow, ...]


def store_list() -> tuple[StoreRow, ...]:
    rows = _rows().order_by("name")
    return tuple(StoreRow(**_row(store)) for store in rows)


def store_page(name: str) -> StorePage:
    store = _rows().filter(name=name).first()
    if store is None:
        raise NotFoundError(
            say("There is no discovery store {name}.", name=name[:60]),
            code="no_such_store",
        )
    return StorePage(
        **_row(store),
        generation=store.cluster.generation if store.cluster else None,
        created_by=store.created_by.get_username() if store.created_by else "",
        tokens=token_list(store=name, limit=50)[0],
    )


def needed_by(name: str) -> tuple[str, ...]:
    """Clusters whose members may be registering in the store just now."""
    building = Operation.objects.filter(state__in=ACTIVE, kind=Kind.CREATE)
    waiting = Cluster.objects.filter(ticket__store=name, operations__in=building)
    return tuple(waiting.order_by("name").values_list("name", flat=True).distinct())


def _rows() -> Any:
    rows = Store.objects.select_related("cluster", "observation", "created_by")
    return rows.prefetch_related("cluster__members__host", "cluster__observation")


def _row(store: Store) -> dict[str, Any]:
    offer = store.to_offer()
    seen = getattr(store, "observation", None)
    facts = seen.facts if seen else {}
    fresh = DiscoveryToken.objects.filter(store=store, state=TokenState.FRESH)
    return {
        "name": store.name,
        "protocol": store.protocol,
        "is_managed": store.is_managed,
        "host": offer.host,
        "network": offer.network,
        "member_url": offer.member_url or f"http://{store.name}:2379",
        "panel_url": offer.panel_url,
        "has_tls": offer.panel_url.startswith("https://"),
        "anonymous": store.anonymous,
        "fresh_tokens": fresh.count(),
        "needed_by": needed_by(store.name),
        "seen_at": seen.seen_at if seen else None,
        "created_at": store.created_at,
        **_state(store, seen),
        **_managed(store, facts),
    }


def _state(store: Store, seen: Observation | None) -> dict[str, Any]:
    """Whether it can be used; a lost key is told before anybody looks again."""
    if (lost := store.lost_key) is not None:
        return {
            "usable": False,
            "code": lost.code,
            "reason": translate(lost.text),
            "cure": translate(lost.advice),
            "has_login": True,
        }
    facts = seen.facts if seen else {}
    return {
        "usable": None if seen is None else seen.status == "usable",
        "code": facts.get("code", ""),
        "reason": stored(facts.get("reason")),
        "cure": stored(facts.get("cure")),
        "has_login": bool(store.access.user),
    }


def _managed(store: Store, facts: dict[str, Any]) -> dict[str, Any]:
    """What only a store that the panel runs has."""
    if store.cluster is None:
        return {
            "version": facts.get("version", ""),
            "volume": "",
            "client_port": None,
            "peer_port": None,
            "verdict": None,
            "operation": None,
        }
    spec = store.cluster.to_spec()
    member = spec.members[0]
    row = cluster_row(store.name)
    in_containers = spec.in_containers
    outside = f"http://{spec.endpoint(member)}"
    return {
        "version": spec.version,
        "volume": spec.volume(member),
        "client_port": member.client_port,
        "peer_port": member.peer_port,
        "verdict": row.verdict,
        "operation": row.operation,
        "member_url": f"http://{store.name}:2379" if in_containers else outside,
    }
