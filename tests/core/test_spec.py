import json
from dataclasses import replace

import pytest

from clusters.core.errors import Problem, SpecError
from clusters.core.findings import Finding, FindingLevel
from clusters.core.identity import as_hex
from clusters.core.labels import object_labels, spec_hash
from clusters.core.observed import HostFacts
from clusters.core.request import ClusterRequest
from clusters.core.spec import ClusterSpec, Role
from clusters.core.text import say
from tests.builders import facts, instance, labels, processes, request, spec


def through_json(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("hosts", [(), (processes(),)])
def test_a_definition_survives_the_database(hosts):
    made = spec(*hosts, options={"pre_vote": True, "snapshot_count": 100})
    kept = ClusterSpec.from_json(through_json(made.as_json()))
    assert kept == made
    assert kept.fingerprint() == made.fingerprint()


def test_every_change_changes_the_fingerprint():
    made = spec()
    changes = (
        {"name": "b"},
        {"version": "3.6.16"},
        {"token": "other"},
        {"bind_address": "127.0.0.2"},
        {"network": "other"},
        {"options": {"pre_vote": True}},
        {"members": made.members[:2]},
        {"members": (replace(made.members[0], client_port=1), *made.members[1:])},
    )
    prints = {replace(made, **change).fingerprint() for change in changes}
    assert len(prints | {made.fingerprint()}) == len(changes) + 1


def test_a_request_survives_the_database():
    asked = request(
        member_names=("x", "y", "z"), client_ports=(1, 2, 3), accept=("size_even",)
    )
    kept = through_json(asked.as_json())
    assert ClusterRequest.from_json(kept) == asked
    assert ClusterRequest.from_json({"name": "a"}) == ClusterRequest(name="a")


def test_facts_of_a_host_survive_the_database():
    seen = facts(
        usable=False, code="x", reason=say("{n} no", n=1), cure=say("do"), disk_free=9
    )
    assert HostFacts.from_json(through_json(seen.as_json())) == seen


def test_containers_reach_one_another_by_name_and_processes_by_port():
    inside, outside = spec(), spec(processes())
    first = inside.members[0]
    assert inside.peer_url(first) == "http://etcd1:2380"
    assert inside.client_url(first) == "http://etcd1:2379"
    first = outside.members[0]
    assert outside.peer_url(first) == "http://127.0.0.1:23801"
    assert outside.client_url(first) == "http://127.0.0.1:23791"


@pytest.mark.parametrize(
    ("bound", "dialled"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")],
)
def test_members_are_dialled_where_they_are_published(bound, dialled):
    made = spec(bind_address=bound, accept=("published_beyond_loopback",))
    assert made.endpoint(made.members[0]) == f"{dialled}:23791"


def test_the_tutorial_has_the_identities_that_etcd_will_give_it():
    made = spec(cluster_token="etcd-cluster")
    ids = [as_hex(made.predicted_member_id(member)) for member in made.members]
    assert ids == ["ade526d28b1f92f7", "d282ac2ce600c1ce", "bd388e7810915853"]
    assert as_hex(made.predicted_cluster_id()) == "8f2a2ec5c0087dcb"


def test_a_learner_has_no_part_in_the_identity_of_the_cluster():
    made = spec()
    learner = replace(made.members[2], role=Role.LEARNER)
    with_learner = replace(made, members=(*made.members[:2], learner))
    two = replace(made, members=made.members[:2])
    assert with_learner.predicted_cluster_id() == two.predicted_cluster_id()


def test_an_existing_network_is_used_and_not_owned():
    assert (spec().network_name, spec().owns_network) == ("a-net", True)
    named = spec(network="theirs")
    assert (named.network_name, named.owns_network) == ("theirs", False)


def test_labels_say_whose_a_thing_is():
    marks = object_labels(installation="me", cluster="a", operation="7", fence=2)
    assert marks == {
        "io.etcdpanel.installation": "me",
        "io.etcdpanel.cluster": "a",
        "io.etcdpanel.operation": "7",
        "io.etcdpanel.fence": "2",
    }


def test_only_our_label_of_this_cluster_makes_a_thing_ours():
    ours = instance(labels=labels("a", member="etcd1", spec="f00"))
    assert ours.belongs_to("this-panel", "a")
    assert not ours.belongs_to("this-panel", "b")
    assert not ours.belongs_to("other-panel", "a")
    assert not instance(labels={}).belongs_to("this-panel", "a")
    assert (ours.member, ours.spec_hash) == ("etcd1", "f00")


def test_the_hash_of_settings_does_not_depend_on_their_order():
    assert spec_hash({"a": 1, "b": 2}) == spec_hash({"b": 2, "a": 1})
    assert spec_hash({"a": 1}) != spec_hash({"a": 2})


def test_a_finding_survives_the_database():
    kept = Finding(code="x", level=FindingLevel.WARN, text=say("{n}", n=1), host="h")
    assert through_json(kept.as_json()) == {
        "code": "x",
        "level": "warn",
        "text": {"text": "{n}", "params": {"n": 1}},
        "advice": {"text": "", "params": {}},
        "host": "h",
        "data": {},
    }


def test_an_impossible_request_is_told_by_its_first_problem():
    first = Problem(field="size", code="size_even", text=say("No."))
    second = Problem(field="name", code="name_taken", text=say("Taken."))
    error = SpecError(iter([first, second]))
    assert (str(error), error.code) == ("No.", "size_even")
    assert error.problems == (first, second)
