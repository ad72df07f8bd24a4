"""What every driver owes the ways in which members meet; each test is one obligation.

A host of processes has neither networks nor containers: there it owes a clear refusal.
"""

import pytest

from clusters.core.errors import BackendError
from tests.drivers.place import address_in, free_ports

NOBODY = "f" * 64


@pytest.fixture
def other(site):
    """One more network of a host of containers."""
    name = f"{site.spec.name}-other"
    if not site.place.in_containers:
        yield name
        return
    site.driver.create_network(name, site.labels)
    yield name
    site.clear()
    site.driver.remove_network(site.driver.find_network(name).id)


def code_of(verb, *args):
    with pytest.raises(BackendError) as refusal:
        verb(*args)
    assert str(refusal.value.text)
    return refusal.value.code


def test_the_clock_of_a_host_is_compared_with_ours(site):
    assert abs(site.driver.facts().clock_ahead) < 60


def test_a_network_has_the_subnet_that_was_chosen(chosen):
    driver, name = chosen.driver, chosen.spec.network_name
    assert driver.network_subnet("t-nowhere-net") == ""
    if not chosen.place.in_containers:
        assert driver.subnets() == ()
        assert code_of(driver.create_network, name, {}, "10.9.9.0/24") == (
            "unsupported_on_host"
        )
        return
    subnet = driver.network_subnet(name)
    assert subnet.endswith(".0/24")
    assert subnet in driver.subnets()


def test_a_network_of_no_chosen_subnet_has_one_as_well(site):
    subnet = site.driver.network_subnet(site.spec.network_name)
    assert bool(subnet) == site.place.in_containers
    assert (subnet in site.driver.subnets()) == site.place.in_containers


def test_a_subnet_that_overlaps_with_another_or_is_none_is_refused(chosen):
    if not chosen.place.in_containers:
        return
    driver, name = chosen.driver, f"{chosen.spec.network_name}-2"
    within = driver.network_subnet(chosen.spec.network_name).replace("/24", "/25")
    assert code_of(driver.create_network, name, chosen.labels, within) == "subnet_taken"
    for wrong in ("banana", "10.9.9.0/99"):
        assert code_of(driver.create_network, name, {}, wrong) == "subnet_invalid"
    assert driver.find_network(name) is None


def test_a_member_is_found_at_its_address_under_each_of_its_names(chosen):
    (member,) = chosen.spec.members
    driver, network = chosen.driver, chosen.spec.network_name
    address, named = address_in(chosen, 10), ("etcd1", "etcd1.ex.test")
    chosen.make(member, address=address, hostname=named[1], aliases=named)
    if not chosen.place.in_containers:
        assert driver.address_of(network, "etcd1") == ""
        return
    assert driver.address_of(network, "etcd1") == ""  # it does not run yet
    chosen.start(member)
    names = (*named, chosen.spec.instance(member))
    assert {driver.address_of(network, name) for name in names} == {address}
    assert driver.address_of(network, "nobody") == ""
    assert driver.address_of("t-nowhere-net", "etcd1") == ""
    taken = driver.names_on_network(network)
    assert {taken[name] for name in names} == {chosen.spec.instance(member)}


def test_a_member_without_a_fixed_address_has_one_too(site, member):
    if not site.place.in_containers:
        return
    site.make(member)
    site.start(member)
    name = site.spec.network_name
    beginning = site.driver.network_subnet(name).rpartition(".0/")[0].split(".")[:2]
    assert site.driver.address_of(name, member.name).split(".")[:2] == beginning


def test_a_fixed_address_that_the_network_can_not_give_is_refused(site, member):
    if not site.place.in_containers:
        return

    def run():
        """Engines differ in which of the two they refuse."""
        site.make(member, address="10.254.1.9")
        site.start(member)

    assert code_of(run) == "address_not_on_network"


def test_processes_can_not_be_given_name_servers(site, member):
    if site.place.in_containers:
        return
    site.driver.create_volume(site.spec.volume(member), site.labels)
    launch = site.launch(member, name_servers=("127.0.0.53",))
    assert code_of(site.driver.create_instance, launch) == "unsupported_on_host"


def test_the_peer_port_is_published_unless_it_is_not_asked_for(site, member):
    if not site.place.in_containers:
        return
    site.make(member, publish_peer=False)
    site.start(member)
    busy = site.driver.busy_ports("127.0.0.1", [member.client_port, member.peer_port])
    assert list(busy) == [member.client_port]


def test_an_instance_joins_another_network_under_its_names_and_leaves_it(
    site, member, other
):
    driver, instance = site.driver, site.spec.instance(member)
    known = site.make(member)
    if not site.place.in_containers:
        for call in (
            (driver.connect_instance, other, known, ("store",)),
            (driver.disconnect_instance, other, known),
        ):
            assert code_of(*call) == "unsupported_on_host"
        return
    site.start(member)
    for _ in range(2):
        driver.connect_instance(other, known, ("store",))
        driver.connect_instance(other, known, (instance,))
    assert set(driver.find_instance(instance).networks) == {
        site.spec.network_name,
        other,
    }
    assert driver.names_on_network(other)["store"] == instance
    assert driver.address_of(other, "store") not in {
        "",
        driver.address_of(site.spec.network_name, member.name),
    }
    for _ in range(2):
        driver.disconnect_instance(other, known)
    assert driver.find_instance(instance).networks == (site.spec.network_name,)
    assert driver.names_on_network(other) == {}


def test_what_is_on_a_network_under_other_names_is_not_taken_off_it(
    site, member, other
):
    if not site.place.in_containers:
        return
    known = site.make(member)
    site.driver.connect_instance(other, known, ("store",))
    verb = site.driver.connect_instance
    assert code_of(verb, other, known, ("another",)) == "alias_missing"
    assert site.driver.names_on_network(other)["store"] == site.spec.instance(member)


def test_what_is_not_there_can_not_be_connected_and_is_disconnected_already(
    site, member
):
    if not site.place.in_containers:
        return
    driver, network = site.driver, site.spec.network_name
    known = site.make(member)
    assert code_of(driver.connect_instance, network, NOBODY, ()) == "instance_missing"
    nowhere = "t-nowhere-net"
    assert code_of(driver.connect_instance, nowhere, known, ()) == "network_missing"
    driver.disconnect_instance(network, NOBODY)
    driver.disconnect_instance(nowhere, known)


def test_a_member_starts_beside_the_files_that_were_put_for_it(site, member):
    driver, name = site.driver, site.spec.instance(member)
    known = site.make(member)
    driver.put_files(known, {"ca.pem": "first"})
    driver.put_files(known, {"ca.pem": "an authority", "key.pem": "a key"})
    folder = driver.files_dir(name)
    assert folder.startswith("/")
    site.start(member)
    site.await_service(member)
    driver.put_files(known, {"ca.pem": "another authority"})  # while it runs, too


def test_files_are_refused_for_an_instance_that_is_not_there(site):
    assert code_of(site.driver.put_files, NOBODY, {"a": ""}) == "instance_missing"


@pytest.mark.parametrize("name", ["../ca.pem", "/etc/ca.pem", "a/b", "", "..", "."])
def test_a_file_goes_nowhere_but_into_its_folder(site, member, name):
    if site.place.kind == "memory":
        return
    known = site.make(member)
    assert code_of(site.driver.put_files, known, {name: "x"}) == "name_invalid"


def test_a_member_is_no_proxy_and_a_silent_port_is_neither(site, member):
    silent = f"127.0.0.1:{next(free_ports(1))}"
    assert site.driver.probe_proxy(silent, 0.5) is None
    assert site.driver.probe_proxy("nonsense", 0.5) is None
    site.make(member)
    site.start(member)
    site.await_service(member)
    assert site.driver.probe_proxy(site.endpoint(member), 5.0) is False
