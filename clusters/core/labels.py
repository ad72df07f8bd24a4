"""Labels by which the panel knows its own things on a host."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from clusters.core.names import LABEL


def object_labels(
    *, installation: str, cluster: str, operation: str, fence: int
) -> dict[str, str]:
    """Whose it is: on every network, volume and container."""
    return {
        f"{LABEL}.installation": installation,
        f"{LABEL}.cluster": cluster,
        f"{LABEL}.operation": operation,
        f"{LABEL}.fence": str(fence),
    }


def spec_hash(settings: Mapping[str, Any]) -> str:
    """A short hash of everything that makes an instance what it is."""
    canonical = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
