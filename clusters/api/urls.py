"""Addresses of the REST interface."""

from django.urls import path, re_path

from clusters.api import views
from clusters.api.description import Docs, Schema
from clusters.api.events import Events

app_name = "api"

urlpatterns = [
    path("clusters/", views.Clusters.as_view(), name="clusters"),
    path("clusters/<str:name>/", views.Cluster.as_view(), name="cluster"),
    path("clusters/<str:name>/members/", views.Members.as_view(), name="members"),
    path("operations/", views.Operations.as_view(), name="operations"),
    path(
        "operations/<uuid:operation_id>/",
        views.OneOperation.as_view(),
        name="operation",
    ),
    path("operations/<uuid:operation_id>/events/", Events.as_view(), name="events"),
    path(
        "operations/<uuid:operation_id>/cancel/", views.Cancel.as_view(), name="cancel"
    ),
    path("operations/<uuid:operation_id>/retry/", views.Retry.as_view(), name="retry"),
    path("checks/<uuid:check_id>/", views.Check.as_view(), name="check"),
    path("hosts/", views.Hosts.as_view(), name="hosts"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path(r"^.*$", views.Nothing.as_view()),
]
