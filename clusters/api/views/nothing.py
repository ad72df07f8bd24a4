"""Every address at which there is nothing."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request

from clusters.api.base import ApiView


@extend_schema(exclude=True)
class Nothing(ApiView):
    """Every other address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(
            _("There is nothing at this address. Addresses end with a slash.")
        )
