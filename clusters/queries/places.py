"""Where members may meet, as a draft needs it."""

from django.conf import settings  # noqa: TID251 (an address that is shown, not dialled)

from clusters.core.request import Places, StoreOffer
from clusters.core.spec import HostKind
from clusters.models import Cluster, Store


def places() -> Places:
    """Every discovery store, the public service, and the subnets that are lent."""
    stores = Store.objects.select_related("cluster", "observation")
    rows = stores.prefetch_related("cluster__members__host")
    tickets = Cluster.objects.exclude(ticket={}).values_list("ticket", flat=True)
    return Places(
        stores={store.name: offer_of(store) for store in rows},
        public_service=str(settings.PANEL_PUBLIC_DISCOVERY_URL).rstrip("/"),
        subnets=tuple(sorted({t["subnet"] for t in tickets if t.get("subnet")})),
    )


def offer_of(store: Store) -> StoreOffer:
    seen = getattr(store, "observation", None)
    if store.cluster is None:
        return StoreOffer(
            name=store.name,
            protocol=store.protocol,
            panel_url=store.panel_url or store.member_url,
            member_url=store.member_url,
            is_ready=seen is not None and seen.status == "usable",
        )
    spec = store.cluster.to_spec()
    member = spec.members[0]
    return StoreOffer(
        name=store.name,
        protocol=store.protocol,
        panel_url=f"http://{spec.endpoint(member)}",
        host=member.host,
        host_kind=HostKind(spec.host_kind),
        network=spec.network_name if spec.in_containers else "",
        bind_address=spec.bind_address,
        client_port=member.client_port,
        is_ready=seen is not None and seen.status == "usable",
    )
