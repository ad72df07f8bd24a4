"""Register the app with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClustersConfig(AppConfig):
    """The one app of the panel."""

    name = "clusters"
    verbose_name = _("Clusters")
    default_auto_field = "django.db.models.BigAutoField"
