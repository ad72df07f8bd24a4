"""How a cluster differs from its definition, by literals."""

from dataclasses import replace

import pytest

from clusters.core.drift import drift
from clusters.core.observed import (
    HostFacts,
    InstanceSeen,
    ListedMember,
    MemberReport,
    ObservedCluster,
    ObservedHost,
    RunState,
)
from tests.builders import spec as build_spec


@pytest.fixture
def spec():
    return build_spec()


def instances(spec):
    return {
        spec.instance(member): InstanceSeen(
            id=member.name,
            name=spec.instance(member),
            state=RunState.RUNNING,
            networks=(spec.network_name,),
            restart_policy="unless-stopped",
        )
        for member in spec.members
    }


def seen(spec, there):
    facts = HostFacts(usable=True)
    hosts = {
        name: ObservedHost(name=name, facts=facts, instances=there)
        for name in spec.hosts
    }
    return ObservedCluster(installation="x", hosts=hosts)


def reports(spec, extra=(), without=()):
    listed = tuple(
        ListedMember(
            id=spec.predicted_member_id(member),
            name=member.name,
            peer_urls=(spec.peer_url(member),),
            client_urls=(),
        )
        for member in spec.voters
        if member.name not in without
    )
    return {
        member.name: MemberReport(
            endpoint=spec.endpoint(member),
            reachable=True,
            linearizable=True,
            version=spec.version,
            members=(*listed, *extra),
        )
        for member in spec.voters
    }


def lines(spec, there=None, said=None):
    there = instances(spec) if there is None else there
    found = drift(spec, seen(spec, there), reports(spec) if said is None else said)
    return [str(line) for line in found]


def test_a_cluster_as_it_was_planned_has_no_drift(spec):
    assert lines(spec) == []


def test_a_restart_policy_that_was_changed_is_named(spec):
    there = instances(spec)
    first = next(iter(there))
    there[first] = replace(there[first], restart_policy="no")
    (line,) = lines(spec, there)
    assert line.startswith("set_restart_policy etcd1: its restart policy is “no”")


def test_a_container_that_was_taken_off_the_network_is_named(spec):
    there = instances(spec)
    last = list(there)[-1]
    there[last] = replace(there[last], networks=())
    (line,) = lines(spec, there)
    assert line.startswith(
        f"connect etcd3: it is not on the network {spec.network_name}"
    )


def test_a_member_that_somebody_added_to_etcd_is_named(spec):
    stranger = ListedMember(id=0xABC, name="new", peer_urls=(), client_urls=())
    said = reports(spec, extra=(stranger,))
    assert lines(spec, said=said) == [
        "remove new (abc) from etcd's member list: the definition does not have it."
    ]


def test_a_member_that_somebody_removed_from_etcd_is_named(spec):
    said = reports(spec, without=("etcd2",))
    assert lines(spec, said=said) == [
        "add etcd2: etcd's member list does not have it any more."
    ]


def test_a_member_of_another_version_is_named(spec):
    said = reports(spec)
    said["etcd1"] = replace(said["etcd1"], version="3.4.23")
    assert lines(spec, said=said) == [
        f"create etcd1 anew: it runs etcd 3.4.23, not {spec.version}."
    ]


def test_members_that_say_nothing_are_no_drift(spec):
    silent = MemberReport(endpoint="", reachable=False)
    assert lines(spec, said=dict.fromkeys(reports(spec), silent)) == []
