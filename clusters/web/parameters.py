"""What comes after the question mark; nonsense is as good as nothing."""

from uuid import UUID

from django.http import HttpRequest

from clusters.core.errors import NotFoundError
from clusters.queries import operation_progress


def whole_number(written: str) -> int:
    return int(written[:9]) if written.isascii() and written.isdigit() else 0


def operation_before(request: HttpRequest) -> str:
    """The operation after which a page of the list begins, when there is such a one."""
    written = request.GET.get("before", "")
    try:
        operation_progress(UUID(written))
    except (ValueError, NotFoundError):
        return ""
    return written
