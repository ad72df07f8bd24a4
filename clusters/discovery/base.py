"""What every bootstrap mode can do."""

from typing import Protocol

from clusters.core.spec import ClusterSpec


class Discovery(Protocol):
    """One way for members to meet: the flags that decide a first start."""

    def flags(self, spec: ClusterSpec) -> tuple[str, ...]: ...
