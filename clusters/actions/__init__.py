"""Everything one may ask; form, admin site, REST and command line all call this."""

from clusters.actions.asking import Asker
from clusters.actions.checks import start_check
from clusters.actions.clusters import create_cluster, delete_cluster, set_hands_off
from clusters.actions.operations import cancel_operation
from clusters.actions.reconciling import reconcile_once
from clusters.actions.retrying import retry_operation
from clusters.actions.tokens import create_token

__all__ = [
    "Asker",
    "cancel_operation",
    "create_cluster",
    "create_token",
    "delete_cluster",
    "reconcile_once",
    "retry_operation",
    "set_hands_off",
    "start_check",
]
