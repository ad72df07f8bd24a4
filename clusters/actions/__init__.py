"""Everything one may ask; form, admin site, REST and command line all call this."""

from clusters.actions.asking import Asker
from clusters.actions.checks import start_check
from clusters.actions.clusters import create_cluster, delete_cluster, set_hands_off
from clusters.actions.discovery_tokens import discard_token, new_token
from clusters.actions.importing import import_cluster
from clusters.actions.operations import cancel_operation
from clusters.actions.reconciling import reconcile_once
from clusters.actions.retrying import retry_operation
from clusters.actions.stores import (
    add_external_store,
    change_store,
    create_managed_store,
    delete_store,
    look_at_store,
)
from clusters.actions.tokens import create_token

__all__ = [
    "Asker",
    "add_external_store",
    "cancel_operation",
    "change_store",
    "create_cluster",
    "create_managed_store",
    "create_token",
    "delete_cluster",
    "delete_store",
    "discard_token",
    "import_cluster",
    "look_at_store",
    "new_token",
    "reconcile_once",
    "retry_operation",
    "set_hands_off",
    "start_check",
]
