"""Who calls: a program with a bearer token, or a browser with its session."""

import re
from typing import Any

from django.contrib.auth import (
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework import exceptions
from rest_framework.request import Request

from clusters.models import ApiToken

_TOKEN = re.compile(rb"[A-Za-z0-9_]{1,200}")


class BearerAuthentication(TokenAuthentication):  # type: ignore[misc]  # untyped
    """A token in the Authorization header; nowhere else is one looked for."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not _TOKEN.fullmatch(token):  # never reaches the database
            raise exceptions.AuthenticationFailed(_("Invalid token."))
        return super().authenticate_credentials(token)


class Access:
    """What a request was let in by, to ask later whether that still holds."""

    def __init__(self, request: Request) -> None:
        self._token: ApiToken | None = (
            request.auth if isinstance(request.auth, ApiToken) else None
        )
        self._session_key = request.session.session_key

    def holds(self) -> bool:
        """Is the user active, and the token or the session alive?"""
        if self._token is not None:
            living = Q(expiry=None) | Q(expiry__gt=timezone.now())
            rows = ApiToken.objects.filter(living, pk=self._token.pk)
            return bool(rows.filter(user__is_active=True).exists())
        return self._session_holds()

    def _session_holds(self) -> bool:
        # Not `get_user`: it may give the session a new key, of which the browser
        # would not hear on a stream.
        session = SessionStore(self._session_key).load()
        users = get_user_model().objects
        pk = session.get(SESSION_KEY, 0)
        user = users.filter(pk=pk, is_active=True).first()
        return user is not None and _fits(user, session.get(HASH_SESSION_KEY, ""))


def _fits(user: AbstractBaseUser, session_hash: str) -> bool:
    """Was the session made with the password of today?"""
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(session_hash, each) for each in hashes)
