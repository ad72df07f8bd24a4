"""Where members may meet, as a draft needs it."""

from django.conf import settings  # noqa: TID251 (an address that is shown, not dialled)

from clusters.core.request import Places
from clusters.models import Cluster, Store


def places() -> Places:
    """Every discovery store, the public service, and the subnets that are lent."""
    stores = Store.objects.select_related("cluster", "observation")
    rows = stores.prefetch_related("cluster__members__host")
    tickets = Cluster.objects.exclude(ticket={}).values_list("ticket", flat=True)
    return Places(
        stores={store.name: store.to_offer() for store in rows},
        public_service=str(settings.PANEL_PUBLIC_DISCOVERY_URL).rstrip("/"),
        subnets=tuple(sorted({t["subnet"] for t in tickets if t.get("subnet")})),
    )
