"""The etcd that a pretended engine runs: identities, quorum and what a member says."""

import json
from typing import Any

from clusters.core.identity import cluster_id, member_id
from clusters.core.topology import quorum
from tests.drivers.pretended_things import Data, Instance, Volume

DB_SIZE = 20480


def flags_of(flags: list[str]) -> dict[str, str]:
    return dict(flag.removeprefix("--").partition("=")[::2] for flag in flags)


def bootstrap(flags: list[str]) -> Data | str:
    """The data of a first start, or etcd's own words why there is none."""
    given = flags_of(flags)
    name, initial = given.get("name", "default"), {}
    for entry in given.get("initial-cluster", "").split(","):
        peer, _, url = entry.partition("=")
        initial.setdefault(peer, []).append(url)
    if name not in initial:
        return (
            f'couldn\'t find local name "{name}" in the initial cluster configuration'
        )
    token = given.get("initial-cluster-token", "etcd-cluster")
    return data_of(given, initial, token)


def data_of(given: dict[str, str], initial: dict[str, list[str]], token: str) -> Data:
    """What a member writes down once it knows every other."""
    name = given.get("name", "default")
    ids = {peer: member_id(urls, token) for peer, urls in initial.items()}
    return Data(
        member_id=ids[name],
        cluster_id=cluster_id(ids.values()),
        name=name,
        initial=initial,
        ids=ids,
        client_urls=given.get("advertise-client-urls", "").split(","),
    )


def fatal(error: str) -> str:
    """A last line as etcd writes it."""
    return json.dumps({"level": "fatal", "msg": "discovery failed", "error": error})


def already_bootstrapped(data: Data, others: list[Data]) -> str | None:
    """A member that lost its data may not come back as if nothing had been."""
    known = any(d.cluster_id == data.cluster_id and d.formed for d in others)
    words = f"member {data.member_id:x} has already been bootstrapped"
    return words if known else None


def settle(running: list[tuple[Instance, Data]], since: float, now: float) -> None:
    """Members that make a quorum for long enough have formed their cluster."""
    for instance, data in running:
        peers = peers_of(instance, data, running)
        ready = [p for p, _ in peers if now - p.started >= since]
        if len(ready) >= quorum(len(data.initial)):
            data.formed = True


def peers_of(
    instance: Instance, data: Data, running: list[tuple[Instance, Data]]
) -> list[tuple[Instance, Data]]:
    """Running members of the same cluster on the same network, itself among them."""
    return [
        (other, known)
        for other, known in running
        if known.cluster_id == data.cluster_id and other.network == instance.network
    ]


def report(
    instance: Instance,
    data: Data,
    running: list[tuple[Instance, Data]],
    volumes: dict[str, Volume],
) -> dict[str, Any]:
    """What a probe of a running member brings."""
    if not data.formed:
        return {"reachable": False, "error": "deadline exceeded"}
    peers = peers_of(instance, data, running)
    has_quorum = len(peers) >= quorum(len(data.initial))
    revision = max(known.revision for _, known in peers)
    if has_quorum:
        data.revision = revision
    started = {
        volume.data.member_id: volume.data
        for volume in volumes.values()
        if volume.data and volume.data.cluster_id == data.cluster_id
    }
    return {
        "reachable": True,
        "linearizable": has_quorum,
        "error": "" if has_quorum else "no leader",
        "member_id": data.member_id,
        "cluster_id": data.cluster_id,
        "leader_id": min(k.member_id for _, k in peers) if has_quorum else 0,
        "version": instance.version,
        "db_size": DB_SIZE,
        "db_size_in_use": DB_SIZE,
        "raft_term": 2,
        "raft_index": revision,
        "revision": data.revision,
        "alarms": data.alarms,
        "members": [
            {
                "id": data.ids[name],
                "name": known.name if known else "",
                "peer_urls": urls,
                "client_urls": known.client_urls if known else [],
            }
            for name, urls in data.initial.items()
            for known in [started.get(data.ids[name])]
        ],
    }
