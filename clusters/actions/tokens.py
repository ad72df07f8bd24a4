"""Make a bearer token for a program."""

from datetime import timedelta

from django.contrib.auth import get_user_model

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import ApiToken

PREFIX = "pnl_"
DEFAULT_DAYS = 365


def create_token(username: str, name: str, *, days: int = DEFAULT_DAYS) -> str:
    """A new token of a user, shown this once; only its digest is stored."""
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFoundError(
            say("There is no active user {name}.", name=username[:60]),
            code="no_such_user",
        )
    _, plain = ApiToken.objects.create(
        user=user, expiry=timedelta(days=days), prefix=PREFIX, name=name
    )
    return str(plain)
