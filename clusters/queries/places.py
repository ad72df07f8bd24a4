"""Where members may meet, as a draft needs it."""

from django.conf import settings  # noqa: TID251 (an address that is shown, not dialled)

from clusters.core.request import Places
from clusters.models import Cluster, Operation, Store
from clusters.models.operation import ACTIVE, Kind


def places() -> Places:
    """Every discovery store that stays, the public service, and the subnets that are
    lent."""
    leaving = Operation.objects.filter(state__in=ACTIVE, kind=Kind.DELETE)
    staying = Store.objects.exclude(name__in=leaving.values("cluster_name"))
    stores = staying.select_related("cluster", "observation")
    rows = stores.prefetch_related("cluster__members__host")
    tickets = Cluster.objects.exclude(ticket={}).values_list("ticket", flat=True)
    return Places(
        stores={store.name: store.to_offer() for store in rows},
        public_service=str(settings.PANEL_PUBLIC_DISCOVERY_URL).rstrip("/"),
        subnets=tuple(sorted({t["subnet"] for t in tickets if t.get("subnet")})),
    )
