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
from clusters.queries.names import free_name
from clusters.queries.operations import (
    EventLine,
    OperationProgress,
    events_after,
    operation_list,
    operation_mark,
    operation_progress,
)
from clusters.queries.previews import PlanPreview, preview_cluster, warnings_of
from clusters.queries.removals import RemovalView, removal_of

__all__ = [
    "CheckView",
    "ClusterPage",
    "ClusterRow",
    "EventLine",
    "HostView",
    "MemberRow",
    "OperationProgress",
    "PlanPreview",
    "RemovalView",
    "check_view",
    "cluster_list",
    "cluster_page",
    "cluster_row",
    "events_after",
    "free_name",
    "host_list",
    "member_rows",
    "operation_list",
    "operation_mark",
    "operation_progress",
    "preview_cluster",
    "removal_of",
    "warnings_of",
]
