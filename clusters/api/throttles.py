"""How often one user may ask for changes; rates are in the settings.

Against runaway scripts, not against attackers: each web process counts for itself.
"""

from rest_framework.throttling import UserRateThrottle


class ChangeThrottle(UserRateThrottle):
    """Whatever writes an operation."""

    scope = "change"


class CheckThrottle(UserRateThrottle):
    """Plans and looks at hosts."""

    scope = "check"
