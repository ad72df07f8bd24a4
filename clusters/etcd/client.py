"""Ask a member how it is: Status, one linearizable read, and whom it lists.

Short calls with deadlines of their own: while a leader is away, one long call would
wait for seconds where a short one, asked again, is answered at the first moment.
gRPC is loaded by the first probe, so that a web process never pays for it.
"""

import re
import time
from typing import Any

from clusters.core.observed import ListedMember, MemberReport

# What etcdctl's own health check reads; whether the key exists does not matter.
_READ_KEY = b"health"
# A part of what is left goes to the read, so that a list is still had without quorum.
_READ_SHARE = 0.7
_LEAST_SECONDS = 0.02
_ALARM = re.compile(r"memberID:\d+\s+alarm:(\w+)")


def probe(endpoint: str, timeout: float) -> MemberReport:
    """What the member at HOST:PORT says of itself, within about `timeout` seconds.

    Never raises. A member that still bootstraps holds its port but answers nothing:
    the call waits for it, and is answered in the moment it begins to serve.
    """
    address = _address(endpoint)
    if address is None:
        return _silent(endpoint, "this is not HOST:PORT")
    from clusters.etcd.compat import grpc, open_client

    ends = time.monotonic() + timeout
    client = open_client(*address, timeout)
    try:
        return _ask(client, endpoint, ends)
    except grpc.RpcError as error:
        return _silent(endpoint, _reason(error))
    finally:
        client.close()


def _ask(client: Any, endpoint: str, ends: float) -> MemberReport:
    from clusters.etcd.compat import etcdrpc

    request = etcdrpc.StatusRequest()
    status = client.maintenancestub.Status(request, timeout=_left(ends))
    refusal = _read(client, status, ends)
    listed = _members(client, linearizable=not refusal, ends=ends)
    return MemberReport(
        endpoint=endpoint,
        reachable=True,
        linearizable=not refusal,
        error=refusal,
        member_id=status.header.member_id,
        cluster_id=status.header.cluster_id,
        leader_id=status.leader,
        is_learner=status.isLearner,
        version=status.version,
        db_size=status.dbSize,
        db_size_in_use=status.dbSizeInUse,
        raft_term=status.raftTerm,
        raft_index=status.raftIndex,
        revision=status.header.revision,
        alarms=tuple(dict.fromkeys(_ALARM.findall(" ".join(status.errors)))),
        members=listed,
    )


def _read(client: Any, status: Any, ends: float) -> str:
    """Why no linearizable read was answered; empty when one was."""
    if not status.leader:
        return "no leader"
    from clusters.etcd.compat import etcdrpc, grpc

    request = etcdrpc.RangeRequest(key=_READ_KEY, count_only=True)
    try:
        client.kvstub.Range(request, timeout=_left(ends) * _READ_SHARE)
    except grpc.RpcError as error:
        # Who may not read was told so by a quorum: etcdctl counts it as healthy too.
        denied = error.code() is grpc.StatusCode.PERMISSION_DENIED
        return "" if denied else _reason(error)
    return ""


def _members(
    client: Any, *, linearizable: bool, ends: float
) -> tuple[ListedMember, ...]:
    """The member list; without a quorum, as far as this member knows it."""
    from clusters.etcd.compat import etcdrpc, grpc

    request = etcdrpc.MemberListRequest(linearizable=linearizable)
    try:
        answer = client.clusterstub.MemberList(request, timeout=_left(ends))
    except grpc.RpcError:
        return ()
    return tuple(
        ListedMember(
            id=member.ID,
            name=member.name,
            peer_urls=tuple(member.peerURLs),
            client_urls=tuple(member.clientURLs),
            is_learner=member.isLearner,
        )
        for member in answer.members
    )


def _address(endpoint: str) -> tuple[str, int] | None:
    host, _, port = endpoint.rpartition(":")
    return (host, int(port)) if host and port.isascii() and port.isdigit() else None


def _left(ends: float) -> float:
    return max(ends - time.monotonic(), _LEAST_SECONDS)


def _silent(endpoint: str, why: str) -> MemberReport:
    return MemberReport(endpoint=endpoint, reachable=False, error=why)


def _reason(error: Any) -> str:
    """A few words: gRPC's own sentence repeats the address and its inner state."""
    code = error.code().name.lower().replace("_", " ")
    details = str(error.details() or "")
    for known in ("Connection refused", "No route to host", "Name or service"):
        if known in details:
            return known.lower()
    return details if details.startswith("etcdserver") else code
