"""Bootstrap by a registry: members register under a token and wait for one another."""

from collections.abc import Callable

from clusters.core.meeting import StoreAccess
from clusters.core.spec import BootstrapMode, ClusterSpec, MemberSpec, Role
from clusters.discovery import flags


class RegistryDiscovery:
    """v2 discovery, the public service and v3 discovery.

    `folder_of` says where a member finds the files that a v3 store's TLS needs.
    """

    def __init__(
        self, access: StoreAccess, folder_of: Callable[[MemberSpec], str]
    ) -> None:
        self._access = access
        self._folder_of = folder_of

    def flags(self, spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
        if member.role == Role.PROXY:
            return flags.proxy_flags(spec.ticket.url)
        if spec.bootstrap == BootstrapMode.DISCOVERY_V3:
            folder = self._folder_of(member) if self._access.files else ""
            paths = {name: f"{folder}/{name}" for name in self._access.files}
            return flags.v3_flags(spec.ticket, self._access, paths)
        return flags.v2_flags(spec.ticket)
