"""What the create form shows of where members meet: modes, stores, their making."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from clusters import queries
from clusters.core.errors import NotFoundError
from clusters.core.request import ClusterRequest, HostOffer
from clusters.core.spec import BootstrapMode, HostKind
from clusters.core.ticketing import dns_kind
from clusters.queries import HostView, ModeCard, OperationProgress, StoreRow
from clusters.web.meeting_fields import mode_of
from clusters.web.parameters import words


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """`making` is the operation that makes a store which this form asked for."""

    mode: BootstrapMode
    modes: tuple[ModeCard, ...]
    stores: tuple[StoreRow, ...]
    service: str
    making: OperationProgress | None
    dns: str

    @property
    def card(self) -> ModeCard:
        return next(card for card in self.modes if card.mode == self.mode)

    @property
    def is_waiting(self) -> bool:
        """A store is being made, and the plan waits for it."""
        return self.making is not None and not self.making.is_over

    @property
    def fitting(self) -> tuple[StoreRow, ...]:
        """The stores that speak the protocol of the chosen mode."""
        return tuple(s for s in self.stores if s.protocol == self.card.protocol)

    @property
    def store_names(self) -> tuple[str, ...]:
        return tuple(store.name for store in self.fitting)


def meeting_of(
    request: ClusterRequest, data: QueryDict, chosen: Sequence[HostView]
) -> Meeting:
    mode = mode_of(request.bootstrap)
    return Meeting(
        mode=mode,
        modes=queries.mode_cards(request),
        stores=queries.store_list(),
        service=queries.places().public_service,
        making=_making(words(data, "making")),
        dns=_dns(request, chosen) if mode == BootstrapMode.DNS_SRV else "",
    )


def _dns(request: ClusterRequest, chosen: Sequence[HostView]) -> str:
    """Who keeps the zone: as it was said, or as the panel would choose."""
    if request.discovery.dns or not chosen:
        return request.discovery.dns
    hosts = [HostOffer(name=h.name, kind=HostKind(h.kind)) for h in chosen]
    return dns_kind(request, hosts).value


def _making(written: str) -> OperationProgress | None:
    try:
        return queries.operation_progress(UUID(written))
    except (ValueError, NotFoundError):
        return None


def carried(data: QueryDict, known: Iterable[str]) -> Mapping[str, list[str]]:
    """The answers that a link can bring back into the form: all that say something."""
    return {
        name: values
        for name in known
        if (values := [value for value in data.getlist(name) if value])
    }
