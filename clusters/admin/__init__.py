"""The admin site, one more door: it asks the same desk and shows the same views."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clusters.admin import clusters, history, hosts, operations, seen, tokens

__all__ = ["clusters", "history", "hosts", "operations", "seen", "tokens"]

admin.site.site_header = _("etcdpanel administration")
admin.site.site_title = _("etcdpanel")
admin.site.index_title = _("What is remembered")
