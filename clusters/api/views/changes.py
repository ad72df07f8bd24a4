"""What all changes share: the key that makes twice once, and the answer."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from clusters.api.answers.operations import AcceptedAnswer
from clusters.models import Operation

LONGEST_KEY = 200
KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Asking again with the same key answers the same operation.",
)
ACCEPTED = OpenApiResponse(AcceptedAnswer, "Written; a worker carries it out.")


def idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        message = _("Use at most 200 printable ASCII characters.")
        raise exceptions.ValidationError({"Idempotency-Key": [message]})
    return key


def accepted(operation: Operation) -> Response:
    """The answer to a change: what will carry it out, and where to watch it."""
    body = {"operation": str(operation.pk), "cluster": operation.cluster_name}
    location = reverse("api:operation", args=[operation.pk])
    return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": location})
