"""Addresses of the pages."""

from django.urls import path

from clusters.web import (
    clusters,
    creating,
    exporting,
    hosts,
    importing,
    operations,
    preferences,
    store_creating,
    stores,
    tokens,
)

urlpatterns = [
    path("", clusters.cluster_list, name="clusters"),
    path("theme/", preferences.theme, name="theme"),
    path("hosts/", hosts.host_list, name="hosts"),
    path("clusters/new/", creating.create, name="cluster_create"),
    path("clusters/new/preview/", creating.preview, name="cluster_preview"),
    path("clusters/new/check/", creating.start_check, name="check_start"),
    path("clusters/new/check/<uuid:check_id>/", creating.check, name="check"),
    path("clusters/import/", importing.create, name="cluster_import"),
    path("clusters/import/preview/", importing.preview, name="import_preview"),
    path("clusters/<slug:name>/", clusters.cluster, name="cluster"),
    path("clusters/<slug:name>/export/<slug:form>/", exporting.show, name="export"),
    path(
        "clusters/<slug:name>/export/<slug:form>/<str:file>",
        exporting.download,
        name="export_file",
    ),
    path("clusters/<slug:name>/delete/", clusters.delete, name="cluster_delete"),
    path("clusters/<slug:name>/hands-off/", clusters.hands_off, name="hands_off"),
    path("stores/", stores.store_list, name="stores"),
    path("stores/new/", store_creating.create, name="store_new"),
    path("stores/new/preview/", store_creating.preview, name="store_preview"),
    path("stores/<slug:name>/", stores.store, name="store"),
    path("stores/<slug:name>/look/", stores.look, name="store_look"),
    path("stores/<slug:name>/anonymous/", stores.anonymous, name="store_anonymous"),
    path("stores/<slug:name>/token/", stores.new_token, name="store_token"),
    path("stores/<slug:name>/delete/", stores.delete, name="store_delete"),
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/<uuid:token_id>/burn/", tokens.burn, name="token_burn"),
    path("operations/", operations.operation_list, name="operations"),
    path("operations/<uuid:operation_id>/", operations.operation, name="operation"),
    path(
        "operations/<uuid:operation_id>/cancel/",
        operations.cancel,
        name="operation_cancel",
    ),
    path(
        "operations/<uuid:operation_id>/retry/",
        operations.retry,
        name="operation_retry",
    ),
]
