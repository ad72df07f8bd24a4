"""How often one user may ask for changes; rates are in the settings.

Against runaway scripts, not against attackers: each web process counts for itself.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class ChangeThrottle(UserRateThrottle):
    """Whatever writes an operation."""

    scope = "change"


class CheckThrottle(UserRateThrottle):
    """Plans and looks at hosts."""

    scope = "check"


class NewByUserThrottle(UserRateThrottle):
    """Tokens like the public service's, for one user."""

    scope = "new"
    rate = "60/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if not request.user.is_authenticated:
            return None
        return super().get_cache_key(request, view)


class NewByAddressThrottle(AnonRateThrottle):
    """The same for whoever comes without a login, by address."""

    scope = "new_anonymous"
    rate = "10/min"

    def get_ident(self, request: Request) -> str:
        """The connection's address. Headers say anything; whom a proxy of ours speaks
        for was settled before."""
        return str(request.META.get("REMOTE_ADDR", ""))
