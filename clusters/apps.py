"""Register the app with Django."""

from django.apps import AppConfig


class ClustersConfig(AppConfig):
    """The one app of the panel."""

    name = "clusters"
    default_auto_field = "django.db.models.BigAutoField"
