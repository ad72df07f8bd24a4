"""The command line of a member.

Options that decide bootstrap are flags, never environment: an unknown `ETCD_*`
variable is only warned about, and the member would start alone.
"""

from clusters.core.meeting import StoreProtocol
from clusters.core.options import OPTIONS
from clusters.core.releases import Version
from clusters.core.spec import (
    ANY_ADDRESS,
    CLIENT_PORT,
    PEER_PORT,
    ClusterSpec,
    MemberSpec,
)

_ZAP_IS_DEFAULT = Version(3, 5, 0)


def member_flags(
    spec: ClusterSpec, member: MemberSpec, data_dir: str, bootstrap: tuple[str, ...]
) -> tuple[str, ...]:
    """Every flag of a member's first start and of each later one.

    `bootstrap` are those of the bootstrap mode; etcd ignores them once it has data.
    """
    return (
        *_address_flags(spec, member),
        f"--data-dir={data_dir}",
        *bootstrap,
        *_store_flags(spec),
        *_option_flags(spec),
    )


def _address_flags(spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
    if spec.in_containers:
        listen, client, peer = ANY_ADDRESS, CLIENT_PORT, PEER_PORT
    else:
        listen, client, peer = spec.bind_address, member.client_port, member.peer_port
    return (
        f"--name={member.name}",
        f"--listen-client-urls=http://{listen}:{client}",
        f"--advertise-client-urls={spec.client_url(member)}",
        f"--listen-peer-urls=http://{listen}:{peer}",
        f"--initial-advertise-peer-urls={spec.peer_url(member)}",
    )


def _store_flags(spec: ClusterSpec) -> tuple[str, ...]:
    return ("--enable-v2=true",) if spec.serves == StoreProtocol.V2 else ()


def _option_flags(spec: ClusterSpec) -> tuple[str, ...]:
    flags = [
        f"{OPTIONS[name].flag}={_written(value)}"
        for name, value in sorted(spec.options.items())
    ]
    version = Version.parse(spec.version)
    if version is not None and version < _ZAP_IS_DEFAULT:
        flags.append("--logger=zap")
    return tuple(flags)


def _written(value: str | int | bool) -> str:  # noqa: FBT001 (the value of a flag)
    return str(value).lower() if isinstance(value, bool) else str(value)
