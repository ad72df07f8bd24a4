"""What comes after the question mark; nonsense is as good as nothing."""

from uuid import UUID

from django.http import HttpRequest, QueryDict

from clusters.core.errors import NotFoundError
from clusters.queries import operation_progress


def whole_number(written: str) -> int:
    return int(written[:9]) if written.isascii() and written.isdigit() else 0


def words(values: QueryDict, name: str, limit: int = 60) -> str:
    """One line of text; what can not be printed can not be searched for either."""
    return clean(values.get(name, ""), limit)


def clean(written: str, limit: int) -> str:
    return "".join(c for c in written[:limit] if c.isprintable()).strip()


def operation_before(request: HttpRequest) -> str:
    """The operation after which a page of the list begins, when there is such a one."""
    written = request.GET.get("before", "")
    try:
        operation_progress(UUID(written))
    except (ValueError, NotFoundError):
        return ""
    return written
