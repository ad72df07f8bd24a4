"""Everything one may see; pages, admin site, REST and command line show the same.

Frozen views with sentences in the reader's language. Looking changes nothing.
"""

from clusters.queries.checks import CheckView, check_view
from clusters.queries.clusters import (
    ClusterPage,
    ClusterRow,
    cluster_list,
    cluster_page,
    cluster_row,
)
from clusters.queries.hosts import HostView, host_list
from clusters.queries.members import MemberRow, member_rows
from clusters.queries.modes import GridCell, ModeCard, mode_cards, mode_grid
from clusters.queries.names import free_name
from clusters.queries.operations import (
    EventLine,
    OperationProgress,
    events_after,
    operation_list,
    operation_mark,
    operation_progress,
)
from clusters.queries.places import places
from clusters.queries.previews import PlanPreview, preview_cluster, warnings_of
from clusters.queries.removals import RemovalView, removal_of
from clusters.queries.stores import StorePage, StoreRow, store_list, store_page
from clusters.queries.tokens import (
    RegistrationRow,
    TokenRow,
    token_list,
    token_row,
)

__all__ = [
    "CheckView",
    "ClusterPage",
    "ClusterRow",
    "EventLine",
    "GridCell",
    "HostView",
    "MemberRow",
    "ModeCard",
    "OperationProgress",
    "PlanPreview",
    "RegistrationRow",
    "RemovalView",
    "StorePage",
    "StoreRow",
    "TokenRow",
    "check_view",
    "cluster_list",
    "cluster_page",
    "cluster_row",
    "events_after",
    "free_name",
    "host_list",
    "member_rows",
    "mode_cards",
    "mode_grid",
    "operation_list",
    "operation_mark",
    "operation_progress",
    "places",
    "preview_cluster",
    "removal_of",
    "store_list",
    "store_page",
    "token_list",
    "token_row",
    "warnings_of",
]
