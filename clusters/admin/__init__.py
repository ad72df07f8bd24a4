"""The admin site, one more door: it asks the same desk and shows the same views."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from clusters.admin import (
    clusters,
    discovery_tokens,
    history,
    hosts,
    operations,
    seen,
    stores,
    tokens,
)

__all__ = [
    "clusters",
    "discovery_tokens",
    "history",
    "hosts",
    "operations",
    "seen",
    "stores",
    "tokens",
]

# What Django's own pages say and its catalogues lack.
gettext_noop("Model name")
gettext_noop("Add link")
gettext_noop("Change or view list link")

admin.site.site_header = _("etcdpanel administration")
admin.site.site_title = _("etcdpanel")
admin.site.index_title = _("What is remembered")
