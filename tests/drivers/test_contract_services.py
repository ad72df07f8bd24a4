"""What every driver owes the name server of a cluster; each test is one obligation."""

from contextlib import suppress
from dataclasses import replace

import pytest

from clusters.core.coredns import COREFILE_PATH, ZONE_PATH, corefile, zone_file
from clusters.core.errors import BackendError
from clusters.core.meeting import SrvRecord
from clusters.core.observed import RunState
from clusters.core.zone import Zone, ZoneMember
from clusters.drivers.base import Service
from tests import parts
from tests.drivers.place import address_in, until
from tests.drivers.test_contract_meeting import NOBODY, code_of


@pytest.fixture
def service(chosen, request):
    """The name server of a zone with one member, not made yet."""
    if chosen.place.kind == "docker":
        parts.coredns_image(request.node.callspec.params["place"].partition("-")[2])
    address = address_in(chosen, 2)
    zone = zone_of(chosen)
    return Service(
        name=f"{chosen.spec.name}-dns",
        image=chosen.place.name_server,
        command=("-conf", COREFILE_PATH),
        labels=chosen.labels,
        network=chosen.spec.network_name,
        address=address,
        aliases=("names",),
        files={
            COREFILE_PATH: corefile(zone.domain),
            ZONE_PATH: zone_file(zone, 1, address),
        },
    )


def zone_of(site):
    address = address_in(site, 10)
    member = ZoneMember(name="etcd1", fqdn="etcd1.ex.test", address=address)
    return Zone(domain="ex.test", members=(member,))


def test_a_name_server_answers_from_the_files_it_was_started_with(chosen, service):
    driver = chosen.driver
    if not chosen.place.in_containers:
        assert code_of(driver.create_service, service) == "unsupported_on_host"
        start = driver.start_service
        assert code_of(start, NOBODY, service.files) == "unsupported_on_host"
        assert driver.published_udp(service.name, 53) == ""
        return
    driver.create_service(service)
    made = driver.find_instance(service.name)
    assert made.state == RunState.CREATED
    assert made.labels.items() >= chosen.labels.items()
    assert driver.published_udp(service.name, 53) == ""
    driver.start_service(made.id, service.files)
    assert driver.find_instance(service.name).state == RunState.RUNNING
    address = chosen.driver.address_of(service.network, "names")
    assert address == service.address
    server = driver.published_udp(service.name, 53)
    assert server.startswith("127.0.0.1:")
    seen = until(lambda: ask(chosen, server), bool)
    zone = zone_of(chosen)
    record = SrvRecord(name=zone.server_name, target="etcd1.ex.test", port=2380)
    assert seen.srv[zone.server_name] == (record,)
    assert seen.addresses == {"etcd1.ex.test": (zone.members[0].address,)}


def ask(site, server):
    """What a name server says; nothing while it does not answer yet."""
    with suppress(BackendError):
        return site.place.resolver(server).look(zone_of(site))[server]


def test_starting_a_service_twice_leaves_one_that_runs_since_the_same_time(
    chosen, service
):
    if not chosen.place.in_containers:
        return
    driver = chosen.driver
    driver.create_service(service)
    made = driver.find_instance(service.name)
    driver.start_service(made.id, service.files)
    first = driver.find_instance(service.name)
    driver.start_service(made.id, service.files)
    assert driver.find_instance(service.name) == first


def test_a_service_is_made_once_and_removed_with_all_that_it_has(chosen, service):
    if not chosen.place.in_containers:
        return
    driver = chosen.driver
    driver.create_service(service)
    assert code_of(driver.create_service, service) == "name_taken"
    made = driver.find_instance(service.name)
    driver.start_service(made.id, service.files)
    driver.remove_instance(made.id)
    assert driver.find_instance(service.name) is None
    assert driver.published_udp(service.name, 53) == ""
    start = driver.start_service
    assert code_of(start, made.id, service.files) == "instance_missing"


def test_a_service_of_an_image_that_is_not_there_is_refused(chosen, service):
    if not chosen.place.in_containers:
        return
    wrong = replace(service, image="coredns/coredns:0.0.1")
    assert code_of(chosen.driver.create_service, wrong) == "image_not_found"
