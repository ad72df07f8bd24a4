"""Addresses of the REST interface."""

from django.urls import path, re_path

from clusters.api.description import Docs, Schema
from clusters.api.events import Events
from clusters.api.views import (
    checks,
    clusters,
    discovery,
    hosts,
    operations,
    stores,
    transfers,
)
from clusters.api.views.drop_in import AlsoDropIn, DropIn
from clusters.api.views.nothing import Nothing

app_name = "api"

urlpatterns = [
    path("clusters/", clusters.Clusters.as_view(), name="clusters"),
    path("clusters/import/", transfers.Import.as_view(), name="import"),
    path("clusters/<str:name>/", clusters.Cluster.as_view(), name="cluster"),
    path("clusters/<str:name>/members/", clusters.Members.as_view(), name="members"),
    path("clusters/<str:name>/export/", transfers.Export.as_view(), name="export"),
    path("operations/", operations.Operations.as_view(), name="operations"),
    path(
        "operations/<uuid:operation_id>/",
        operations.OneOperation.as_view(),
        name="operation",
    ),
    path("operations/<uuid:operation_id>/events/", Events.as_view(), name="events"),
    path(
        "operations/<uuid:operation_id>/cancel/",
        operations.Cancel.as_view(),
        name="cancel",
    ),
    path(
        "operations/<uuid:operation_id>/retry/",
        operations.Retry.as_view(),
        name="retry",
    ),
    path("checks/<uuid:check_id>/", checks.Check.as_view(), name="check"),
    path("hosts/", hosts.Hosts.as_view(), name="hosts"),
    path("discovery/modes/", discovery.Modes.as_view(), name="modes"),
    path("discovery/new", DropIn.as_view(), name="new"),
    path("discovery/new/", AlsoDropIn.as_view()),
    path("discovery/stores/", stores.Stores.as_view(), name="stores"),
    path("discovery/stores/<str:name>/", stores.Store.as_view(), name="store"),
    path("discovery/stores/<str:name>/look/", stores.Look.as_view(), name="look"),
    path("discovery/tokens/", discovery.Tokens.as_view(), name="tokens"),
    path("discovery/tokens/<uuid:token_id>/", discovery.Token.as_view(), name="token"),
    path(
        "discovery/tokens/<uuid:token_id>/burn/", discovery.Burn.as_view(), name="burn"
    ),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path(r"^.*$", Nothing.as_view()),
]
