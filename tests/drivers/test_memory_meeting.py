"""Pretended members that meet: in a registry, by SRV records, and extra ones."""

import json

import pytest

from clusters.core.coredns import COREFILE_PATH, ZONE_PATH, corefile, zone_file
from clusters.core.diagnosis import explain
from clusters.core.errors import BackendError, Unavailable
from clusters.core.identity import as_hex, member_id
from clusters.core.zone import Zone, ZoneMember
from clusters.discovery.memory import MemoryRegistry, MemoryResolver
from clusters.drivers.base import Launch, Service
from clusters.drivers.memory import MemoryDriver
from tests.drivers.place import free_ports

V2 = "http://store:2379/v2/keys/_etcd/registry/one"
V3 = "--discovery-token=one"
NET, SUBNET = "c1-net", "10.9.0.0/24"


@pytest.fixture
def driver(world):
    driver = MemoryDriver(world.socket)
    driver.create_network(NET, {}, SUBNET)
    return driver


@pytest.fixture
def registry(world):
    return MemoryRegistry(world.socket)


@pytest.fixture
def run(driver):
    """Start a member with some flags; answers where it is asked."""

    def start(name, *flags, host="", **changes):
        client_port, peer_port = free_ports(2)
        peer_url = f"http://{host or name}:2380"
        launch = Launch(
            **{
                "name": f"c1-{name}",
                "member": name,
                "version": "3.5.35",
                "image": "quay.io/coreos/etcd:v3.5.35",
                "flags": (
                    f"--name={name}",
                    f"--initial-advertise-peer-urls={peer_url}",
                    f"--advertise-client-urls=http://{name}:2379",
                    *flags,
                ),
                "labels": {},
                "bind_address": "127.0.0.1",
                "client_port": client_port,
                "peer_port": peer_port,
                "network": NET,
                "volume": f"c1-{name}-data",
                **changes,
            }
        )
        if driver.find_volume(launch.volume) is None:
            driver.create_volume(launch.volume, {})
        driver.create_instance(launch)
        driver.start_instance(driver.find_instance(launch.name).id)
        return f"127.0.0.1:{client_port}"

    return start


def state(driver, name):
    return driver.find_instance(f"c1-{name}").state


def last(driver, name):
    return json.loads(driver.log_tail(f"c1-{name}", 1)[0])


def cause(driver, name):
    found = explain(driver.log_tail(f"c1-{name}", 20))
    return found.code if found else None


@pytest.mark.parametrize("way", [f"--discovery={V2}", V3])
def test_members_register_and_form_when_they_are_as_many_as_the_size(
    driver, registry, run, way
):
    registry.write_size("one", 3)
    token = way.partition("=")[2]
    ends = [run(name, way) for name in ("a", "b")]
    assert [r.name for r in registry.look("one").registrations] == ["a", "b"]
    assert not any(driver.probe(end, 1).reachable for end in ends)
    assert "waiting for" in last(driver, "a")["msg"]
    ends.append(run("c", way))
    seen = registry.look("one")
    predicted = [member_id([f"http://{name}:2380"], token) for name in "abc"]
    assert [r.member_id for r in seen.registrations] == list(map(as_hex, predicted))
    assert seen.registrations[0].peer_urls == ("http://a:2380",)
    assert not seen.is_fresh
    assert [driver.probe(end, 1).member_id for end in ends] == predicted
    assert {m.name for m in driver.probe(ends[0], 1).members} == {"a", "b", "c"}


def test_a_token_is_known_by_its_url_its_path_and_itself(registry):
    registry.write_size("one", 1)
    for path in (V2, "/v2/keys/_etcd/registry/one", "/_etcd/registry/one", "one"):
        assert registry.look(path).size == "1"
    assert registry.look("another") is None
    registry.forget(V2)
    assert registry.look("one") is None


def test_another_size_is_never_overwritten(registry):
    for _ in range(2):
        registry.write_size("one", 3)
    with pytest.raises(BackendError) as refusal:
        registry.write_size("one", 5)
    assert refusal.value.code == "token_has_other_size"
    assert registry.look("one").size == "3"


def test_the_public_service_gives_a_url_of_its_own(world):
    service = MemoryRegistry(world.socket, "https://discovery.example")
    url = service.new(3)
    assert url.startswith("https://discovery.example/")
    assert len(url.rpartition("/")[2]) == 32
    assert service.look(url).size == "3"
    assert service.look(url).is_fresh


@pytest.mark.parametrize("way", [f"--discovery={V2}", V3])
def test_without_a_size_a_member_ends_with_etcds_own_words(driver, run, way):
    run("a", way)
    assert state(driver, "a") == "exited"
    assert driver.find_instance("c1-a").exit_code == 1
    error = last(driver, "a")["error"]
    assert error.startswith("failed to join discovery cluster (")
    assert cause(driver, "a") is not None


def test_a_size_that_is_no_number_ends_them(driver, world, run):
    world.register(V2, "many")
    run("a", f"--discovery={V2}")
    assert "size key is bad" in last(driver, "a")["error"]


def test_one_beyond_the_size_ends_or_becomes_a_proxy(driver, world, run):
    world.register(V2, "1", ["x"])
    run("a", f"--discovery={V2}", "--discovery-fallback=exit")
    assert "cluster is full" in last(driver, "a")["error"]
    newer = {"version": "3.6.16", "image": "quay.io/coreos/etcd:v3.6.16"}
    run("b", f"--discovery={V2}", **newer)
    assert "cluster is full" in last(driver, "b")["error"]
    extra = run("c", f"--discovery={V2}")
    assert driver.probe_proxy(extra, 1) is True


def test_the_same_name_or_the_same_member_twice_ends_it(driver, world, run):
    world.register(V2, "3", ["a"])
    run("a", f"--discovery={V2}", host="elsewhere")
    assert "duplicate name" in last(driver, "a")["error"]
    run("b", f"--discovery={V2}")
    driver.remove_instance(driver.find_instance("c1-b").id)
    run("b", f"--discovery={V2}")
    assert "duplicate id" in last(driver, "b")["error"]


def test_in_v3_one_that_starts_again_registers_again(driver, registry, run):
    registry.write_size("one", 2)
    run("a", V3)
    driver.remove_instance(driver.find_instance("c1-a").id)
    run("a", V3)
    assert driver.probe(run("b", V3), 1).serves


def test_while_the_store_is_away_members_wait_and_looks_are_refused(
    driver, world, registry, run
):
    registry.write_size("one", 1)
    world.stop_registry()
    end = run("a", f"--discovery={V2}")
    for call in (registry.probe, lambda: registry.look("one")):
        with pytest.raises(Unavailable) as refusal:
            call()
        assert refusal.value.code == "store_unreachable"
    assert state(driver, "a") == "running"
    assert "retry connecting" in last(driver, "a")["msg"]
    world.start_registry()
    assert registry.probe().version == "3.5.35"
    assert driver.probe(end, 1).serves


def test_a_registration_can_be_held(driver, world, registry, run):
    registry.write_size("one", 1)
    world.hold_registration("c1-a")
    end = run("a", V3)
    assert registry.look("one").is_fresh
    assert not driver.probe(end, 1).reachable
    world.let_register("c1-a")
    assert driver.probe(end, 1).serves


def test_a_store_in_a_container_must_be_on_the_network_of_the_member(
    driver, registry, run
):
    driver.create_network("s-net", {})
    registry.write_size("one", 1)
    run("store", "--initial-cluster=store=http://store:2380", network="s-net")
    store = driver.find_instance("c1-store").id
    end = run("a", f"--discovery={V2}")
    assert "retry connecting" in last(driver, "a")["msg"]
    driver.connect_instance(NET, store, ("store",))
    assert driver.probe(end, 1).serves
    driver.disconnect_instance(NET, store)
    assert driver.probe(end, 1).serves  # it is needed for the first start alone


def test_a_member_that_lost_its_data_does_not_start_anew(driver, world, registry, run):
    registry.write_size("one", 2)
    ends = [run(name, V3) for name in "ab"]
    assert driver.probe(ends[0], 1).serves
    driver.remove_instance(driver.find_instance("c1-b").id)
    world.wipe("c1-b-data")
    run("b", V3)
    assert "already been bootstrapped" in last(driver, "b")["error"]


def test_an_extra_member_is_a_proxy_without_data(driver, registry, run):
    registry.write_size("one", 1)
    first = run("a", f"--discovery={V2}")
    extra = run("x", f"--discovery={V2}", "--proxy=on", publish_peer=False)
    assert driver.probe_proxy(extra, 1) is True
    assert driver.probe_proxy(first, 1) is False
    assert not driver.probe(extra, 1).reachable
    assert [r.name for r in registry.look("one").registrations] == ["a"]


def zone():
    members = (("a", "10.9.0.11"), ("b", "10.9.0.12"))
    return Zone(
        domain="ex.test",
        members=tuple(
            ZoneMember(name=name, fqdn=f"{name}.ex.test", address=address)
            for name, address in members
        ),
    )


def name_server(driver):
    files = {
        COREFILE_PATH: corefile("ex.test"),
        ZONE_PATH: zone_file(zone(), 1, "10.9.0.2"),
    }
    service = Service(
        name="c1-dns",
        image="coredns/coredns:1.14.0",
        command=("-conf", COREFILE_PATH),
        labels={},
        network=NET,
        address="10.9.0.2",
        files=files,
    )
    driver.create_service(service)
    driver.start_service(driver.find_instance("c1-dns").id, files)


def by_records(run, name, address):
    return run(
        name,
        "--discovery-srv=ex.test",
        "--initial-cluster-token=t",
        host=f"{name}.ex.test",
        hostname=f"{name}.ex.test",
        address=address,
        name_servers=("10.9.0.2",),
    )


def test_members_form_by_the_records_of_a_name_server_that_runs_here(driver, run):
    name_server(driver)
    end = by_records(run, "a", "10.9.0.11")
    by_records(run, "b", "10.9.0.12")
    report = driver.probe(end, 1)
    assert report.member_id == member_id(["http://a.ex.test:2380"], "t")
    assert [m.name for m in report.members] == ["a", "b"]


def test_without_a_name_server_or_a_record_a_member_ends(driver, world, run):
    by_records(run, "a", "10.9.0.11")
    assert "error querying DNS SRV records" in last(driver, "a")["error"]
    world.serve_zone("10.9.0.2", ["_etcd-server._tcp.ex.test. 1 IN SRV 0 0 1 z."])
    by_records(run, "b", "10.9.0.12")
    assert "cannot find local etcd member" in last(driver, "b")["error"]


def test_a_name_server_is_asked_while_it_runs(driver, world):
    name_server(driver)
    server = driver.published_udp("c1-dns", 53)
    seen = MemoryResolver(world.socket, (server, "10.0.0.53")).look(zone())
    assert seen[server].addresses == {
        "a.ex.test": ("10.9.0.11",),
        "b.ex.test": ("10.9.0.12",),
    }
    ends = [(r.target, r.port) for r in seen[server].srv[zone().server_name]]
    assert ends == [("a.ex.test", 2380), ("b.ex.test", 2380)]
    assert seen["10.0.0.53"].code == "dns_unreachable"
    driver.remove_instance(driver.find_instance("c1-dns").id)
    with pytest.raises(Unavailable):
        MemoryResolver(world.socket, (server,)).look(zone())


def test_a_fixed_address_is_had_by_one_and_within_the_subnet(driver, run):
    by_records(run, "a", "10.9.0.11")
    assert driver.address_of(NET, "a.ex.test") == ""  # it ended at once
    driver.create_network("n2", {}, "10.8.0.0/24")
    static = "--initial-cluster={0}=http://{0}:2380"
    run("c", static.format("c"), network="n2", address="10.8.0.9")
    assert driver.address_of("n2", "c") == "10.8.0.9"
    for name, address, code in (
        ("d", "10.8.0.9", "address_taken"),
        ("e", "10.7.0.9", "address_not_on_network"),
    ):
        with pytest.raises(BackendError) as refusal:
            run(name, static.format(name), network="n2", address=address)
        assert refusal.value.code == code


def test_the_clock_of_the_pretended_engine_can_be_set(driver, world):
    world.set_clock(-42.5)
    assert driver.facts().clock_ahead == -42.5
