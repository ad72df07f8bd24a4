"""What every driver owes the engine; each test is one obligation."""

import socket
from contextlib import suppress

import pytest

from clusters.core.diagnosis import explain
from clusters.core.errors import BackendError
from clusters.core.names import LABEL
from clusters.core.observed import RunState
from clusters.core.spec import HostKind
from tests.drivers.place import INSTALLATION, free_ports, until

NOBODY = "f" * 64


def test_looking_for_what_is_not_there_finds_nothing(site, member):
    driver = site.driver
    assert driver.find_instance(site.spec.instance(member)) is None
    assert driver.find_volume(site.spec.volume(member)) is None
    assert driver.find_network("t-nowhere-net") is None
    assert driver.find_image("quay.io/coreos/etcd:v0.0.1") is None
    assert driver.find_all("nobody") == ()
    assert driver.log_tail(site.spec.instance(member), 10) == ()
    assert driver.names_on_network("t-nowhere-net") == {}
    ports = [member.client_port, member.peer_port]
    assert driver.busy_ports("127.0.0.1", ports) == {}


def test_a_host_that_can_be_used_says_with_what(site):
    facts = site.driver.facts()
    assert facts.usable, str(facts.reason)
    assert site.spec.version in facts.versions
    assert facts.engine
    assert facts.disk_free is None or facts.disk_free > 0


def test_the_image_or_binary_of_a_version_is_found_and_pinned(site):
    seen = site.driver.find_image(site.place.image or site.spec.version)
    assert seen is not None
    assert seen.id
    assert seen.pinned


def test_what_was_created_is_seen_with_labels_and_an_id_and_not_running(site, member):
    site.make(member)
    seen = site.driver.find_instance(site.spec.instance(member))
    assert seen is not None
    assert seen.state == RunState.CREATED
    assert seen.id
    assert seen.name == site.spec.instance(member)
    assert seen.member == member.name
    assert seen.belongs_to(INSTALLATION, site.spec.name)
    assert seen.labels[f"{LABEL}.fence"] == "1"
    volume = site.driver.find_volume(site.spec.volume(member))
    assert volume is not None
    assert volume.belongs_to(INSTALLATION, site.spec.name)


def test_an_instance_whose_name_is_taken_is_refused_and_the_first_stays(site, member):
    first = site.make(member)
    with pytest.raises(BackendError) as refusal:
        site.driver.create_instance(site.launch(member, labels={"whose": "another"}))
    assert refusal.value.code == "name_taken"
    assert str(refusal.value.text)
    seen = site.driver.find_instance(site.spec.instance(member))
    assert seen is not None
    assert seen.id == first
    assert "whose" not in seen.labels


def test_a_volume_created_twice_stays_the_first(site, member):
    name = site.spec.volume(member)
    site.driver.create_volume(name, site.labels)
    with suppress(BackendError):  # an engine may take it for done
        site.driver.create_volume(name, {"whose": "another"})
    seen = site.driver.find_volume(name)
    assert seen is not None
    assert seen.labels == site.labels


def test_starting_twice_leaves_one_that_runs_since_the_same_time(site, member):
    site.make(member)
    site.start(member)
    first = site.driver.find_instance(site.spec.instance(member))
    site.start(member)
    second = site.driver.find_instance(site.spec.instance(member))
    assert first is not None
    assert second is not None
    assert first.state == second.state == RunState.RUNNING
    assert first.started_at == second.started_at != ""


def test_starting_what_is_not_there_is_refused(site):
    with pytest.raises(BackendError) as refusal:
        site.driver.start_instance(NOBODY)
    assert refusal.value.code == "instance_missing"


def test_removing_what_is_not_there_is_no_error(site, member):
    site.driver.remove_instance(NOBODY)
    site.driver.remove_volume(site.spec.volume(member))
    if site.place.in_containers:
        site.driver.remove_network(NOBODY)


def test_removing_twice_is_no_error(site, member):
    instance_id = site.make(member)
    site.start(member)
    site.driver.remove_instance(instance_id)
    site.driver.remove_instance(instance_id)
    assert site.driver.find_instance(site.spec.instance(member)) is None
    site.driver.remove_volume(site.spec.volume(member))
    site.driver.remove_volume(site.spec.volume(member))
    assert site.driver.find_volume(site.spec.volume(member)) is None


def test_a_running_member_is_found_and_ended_by_a_new_driver(site, member):
    site.make(member)
    site.start(member)
    site.await_service(member)
    before = site.driver.find_instance(site.spec.instance(member))
    another = site.place.open()
    assert another.find_instance(site.spec.instance(member)) == before
    another.start_instance(before.id)
    assert another.find_instance(site.spec.instance(member)) == before
    another.remove_instance(before.id)
    assert site.driver.find_instance(site.spec.instance(member)) is None
    assert not site.driver.probe(site.endpoint(member), 0.3).reachable


def test_ports_of_a_running_member_are_busy_with_its_name_and_free_after_it(
    site, member
):
    ports = [member.client_port, member.peer_port]
    site.make(member)
    site.start(member)
    site.await_service(member)
    busy = site.driver.busy_ports("127.0.0.1", ports)
    assert sorted(busy) == sorted(ports)
    assert all(busy.values()), busy
    site.remove(member)
    assert (
        until(lambda: site.driver.busy_ports("127.0.0.1", ports), lambda b: not b) == {}
    )


def test_a_port_that_a_stranger_holds_is_busy(site, request):
    port = next(free_ports(1))
    if site.place.kind == HostKind.MEMORY:
        request.getfixturevalue("world").take_port(port)
    else:
        stranger = socket.create_server(("127.0.0.1", port))
        request.addfinalizer(stranger.close)
    assert port in site.driver.busy_ports("127.0.0.1", [port])


def test_an_exited_member_shows_its_exit_code_and_its_last_lines(site, member):
    flags = [f for f in site.launch(member).flags if "--name=" not in f]
    site.make(member, flags=("--name=stranger", *flags))
    site.start(member)
    seen = site.await_exit(member)
    assert seen.exit_code == 1
    lines = site.driver.log_tail(site.spec.instance(member), 20)
    found = explain(lines)
    assert found is not None, lines
    assert found.code == "name_not_in_initial_cluster"


def test_a_cluster_of_three_forms_with_the_predicted_identities(site_of):
    site = site_of(3)
    reports = site.build()
    spec = site.spec
    predicted = {m.name: spec.predicted_member_id(m) for m in spec.members}
    assert {name: r.member_id for name, r in reports.items()} == predicted
    assert {r.cluster_id for r in reports.values()} == {spec.predicted_cluster_id()}
    for report in reports.values():
        assert {m.name: m.id for m in report.members} == predicted
        assert report.version == spec.version
        assert report.leader_id in predicted.values()
        assert report.db_size > 0
    peers = {m.id: m.peer_urls for m in reports["etcd1"].members}
    assert peers == {predicted[m.name]: (spec.peer_url(m),) for m in spec.members}


def test_removing_a_member_keeps_its_data_and_a_new_one_goes_on_with_it(site, member):
    site.make(member)
    site.start(member)
    before = site.await_service(member)
    revision = site.place.write(site.endpoint(member))
    assert revision > before.revision
    site.remove(member)
    assert site.driver.find_volume(site.spec.volume(member)) is not None
    site.driver.create_instance(site.launch(member))
    site.start(member)
    after = site.await_service(member)
    assert after.member_id == before.member_id
    assert after.cluster_id == before.cluster_id
    assert after.revision == revision


def test_a_volume_in_use_can_not_be_removed(site, member):
    site.make(member)
    with pytest.raises(BackendError) as refusal:
        site.driver.remove_volume(site.spec.volume(member))
    assert refusal.value.code == "volume_in_use"
    assert site.driver.find_volume(site.spec.volume(member)) is not None


def test_the_labels_of_others_are_visible_so_that_they_can_be_refused(site, member):
    theirs = site.labels | {f"{LABEL}.installation": "another-panel"}
    site.driver.create_volume(site.spec.volume(member), theirs)
    site.driver.create_instance(
        site.launch(member, labels=theirs | {f"{LABEL}.member": member.name})
    )
    volume = site.driver.find_volume(site.spec.volume(member))
    instance = site.driver.find_instance(site.spec.instance(member))
    assert not volume.belongs_to(INSTALLATION, site.spec.name)
    assert not instance.belongs_to(INSTALLATION, site.spec.name)
    assert volume.belongs_to("another-panel", site.spec.name)
    mine = site.driver.find_all(INSTALLATION)
    assert instance.name not in [seen.name for seen in mine]
    site.driver.remove_instance(instance.id)


def test_all_instances_of_an_installation_are_listed(site_of):
    site = site_of(3)
    site.make_network()
    for member in site.spec.members:
        site.make(member)
    site.start(site.spec.members[0])
    seen = {
        s.name: s.state
        for s in site.driver.find_all(INSTALLATION)
        if s.labels[f"{LABEL}.cluster"] == site.spec.name
    }
    assert sorted(seen) == sorted(site.spec.instance(m) for m in site.spec.members)
    assert seen[site.spec.instance(site.spec.members[0])] == RunState.RUNNING


def test_a_member_may_be_told_to_restart_by_itself(site, member):
    site.make(member)
    site.start(member)
    site.driver.set_restart_policy(site.id_of(member))
    seen = site.driver.find_instance(site.spec.instance(member))
    assert seen.state == RunState.RUNNING
    if site.place.in_containers:
        assert seen.restart_policy == "unless-stopped"


def test_a_silent_port_is_reported_at_once_and_within_the_deadline(site):
    report = site.driver.probe(f"127.0.0.1:{next(free_ports(1))}", 0.5)
    assert not report.reachable
    assert not report.serves
    assert report.error


def test_a_started_member_answers_its_peers(site, member):
    site.make(member)
    site.start(member)
    name, published = site.spec.instance(member), f"127.0.0.1:{member.peer_port}"
    assert site.driver.await_peer_answer(name, published, 10.0)


def test_a_network_is_seen_with_labels_and_the_names_on_it_until_it_is_removed(
    site, member
):
    if not site.place.in_containers:
        assert site.driver.find_network(site.spec.network_name) is None
        with pytest.raises(BackendError) as refusal:
            site.driver.create_network(site.spec.network_name, site.labels)
        assert refusal.value.code == "unsupported_on_host"
        return
    network = site.driver.find_network(site.spec.network_name)
    assert network.belongs_to(INSTALLATION, site.spec.name)
    with pytest.raises(BackendError) as refusal:
        site.driver.create_network(site.spec.network_name, {})
    assert refusal.value.code == "name_taken"
    site.make(member)
    taken = site.driver.names_on_network(site.spec.network_name)
    assert taken[member.name] == site.spec.instance(member)
    site.remove(member)
    site.driver.remove_network(network.id)
    assert site.driver.find_network(site.spec.network_name) is None
