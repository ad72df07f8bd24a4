"""The real parts with which other tests meet do what those tests rely on."""

import json
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import docker
import pytest

from clusters.core.meeting import AddressRecord, SrvRecord
from tests.meeting.bridge import bridge
from tests.meeting.dnsmasq import dnsmasq_container
from tests.meeting.hand import hand, hand_started
from tests.meeting.name_server import Mood, name_server
from tests.meeting.public_service import Answer, fake_service, public_service
from tests.meeting.resolver import resolver_of
from tests.meeting.stores import v2_store, v3_store
from tests.parts import coredns_image, engine

DOMAIN = "panel.test"
ENGINES = ("old", "new")


def zone(address):
    """Three members of a cluster, at addresses 11, 12 and 13 of a network."""
    names = [f"n{number}.{DOMAIN}" for number in (1, 2, 3)]
    return [
        *(
            SrvRecord(name=f"_etcd-server._tcp.{DOMAIN}", target=name, port=2380)
            for name in names
        ),
        *(
            AddressRecord(name=name, address=address(10 + number))
            for number, name in enumerate(names, 1)
        ),
    ]


def ask(server, name, kind="A", over=dns.query.udp, seconds=5):
    query = dns.message.make_query(name, kind)
    return over(query, server.address, timeout=seconds, port=server.port)


def texts(answer):
    return sorted(str(record) for rrset in answer.answer for record in rrset)


def names_of(members):
    return sorted(value.partition("=")[0] for value in members.values())


@pytest.mark.parametrize("line", ["3.4", "3.5", "3.6"])
def test_members_form_a_cluster_through_a_v2_store(line):
    with v2_store() as store:
        token = store.new_token(3)
        url = f"--discovery={store.discovery_url(token)}"
        with hand_started(line, url) as members:
            assert names_of(store.registrations(token)) == ["hand1", "hand2", "hand3"]
            assert members.etcdctl("member", "list").count("started") == 3


def test_a_v2_store_of_3_4_serves_as_well():
    with v2_store("3.4") as store:
        url = f"--discovery={store.discovery_url(store.new_token(2))}"
        with hand_started("3.5", url, size=2) as members:
            assert members.etcdctl("member", "list").count("started") == 2


def test_members_form_a_cluster_through_the_public_service():
    with v2_store() as store, public_service(store) as service:
        url = service.new(3)
        assert url.startswith(f"{service.url}/")
        with hand_started("3.5", f"--discovery={url}"):
            registered = store.registrations(url.rpartition("/")[2])
            assert names_of(registered) == ["hand1", "hand2", "hand3"]


@pytest.mark.parametrize("line", ["3.6", "3.7"])
def test_members_form_a_cluster_through_a_v3_store_with_tls_and_users(line):
    with v3_store(tls=True, auth=("ann", "secret of ann")) as store:
        token = store.new_token(3)
        flags = (
            f"--discovery-token={token}",
            f"--discovery-endpoints={store.member_url}",
            f"--discovery-cacert={store.certificates.ca}",
            "--discovery-insecure-transport=false",
            "--discovery-user=ann",
            "--discovery-password=secret of ann",
        )
        with hand_started(line, *flags):
            assert names_of(store.registrations(token)) == ["hand1", "hand2", "hand3"]


def test_a_store_that_asks_for_certificates_shows_itself_to_nobody_else():
    with v3_store(client_certs=True) as store:
        assert store.size(store.new_token(5)) == "5"
        with pytest.raises(OSError, match=r"."):
            urllib.request.urlopen(f"{store.url}/health", timeout=2)


@pytest.mark.parametrize(("make", "line"), [(v2_store, "3.5"), (v3_store, "3.6")])
def test_a_store_keeps_its_tokens_when_it_starts_again(make, line):
    with make(line) as store:
        token = store.new_token(3)
        store.register(token, "abc", "m1=http://m1:2380")
        store.kill()
        store.start()
        assert store.size(token) == "3"
        assert store.size("another") is None
        assert store.registrations(token) == {"abc": "m1=http://m1:2380"}


def test_a_frozen_store_accepts_and_does_not_answer_until_it_thaws():
    with v2_store() as store:
        store.freeze()
        with pytest.raises(OSError, match="timed out"):
            urllib.request.urlopen(f"{store.url}/health", timeout=0.3)
        store.thaw()
        with urllib.request.urlopen(f"{store.url}/health", timeout=5) as answer:
            assert json.load(answer)["health"] == "true"


def test_a_member_by_hand_is_ended_by_its_pid_and_forgotten():
    with hand("3.5") as members:
        first = members.add("one")
        first.program.command.append(f"--initial-cluster=one={first.peer_url}")
        first.program.start()
        members.await_healthy()
        assert (members.folder / "one").exists()
        members.forget("one")
        assert first.program.exit_code is not None
        assert not (members.folder / "one").exists()


def test_a_pretended_service_fails_in_the_way_that_was_asked_for():
    with fake_service() as service:
        address = f"{service.url}/new?size=3"
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(address, timeout=2)
        refusal.value.close()
        assert refusal.value.code == 503
        service.answer = Answer.SILENT
        with pytest.raises(OSError, match="timed out"):
            urllib.request.urlopen(address, timeout=0.3)
        service.answer = Answer.REDIRECT
        with urllib.request.urlopen(address, timeout=2) as answer:
            assert answer.read().decode().startswith(f"{service.url}/")
        assert service.asked == ["GET /new?size=3"] * 3 + ["GET /elsewhere"]


def test_a_zone_is_served_over_udp_and_tcp_and_may_change():
    records = zone(lambda last: f"127.0.0.{last}")
    with name_server(DOMAIN, records) as server:
        name = f"_etcd-server._tcp.{DOMAIN}"
        found = [f"0 0 2380 n{number}.{DOMAIN}." for number in (1, 2, 3)]
        assert texts(ask(server, name, "SRV")) == found
        assert texts(ask(server, name, "SRV", dns.query.tcp)) == found
        assert texts(ask(server, f"N1.{DOMAIN}")) == ["127.0.0.11"]
        server.records.append(AddressRecord(name=f"n1.{DOMAIN}", address="127.0.0.99"))
        assert texts(ask(server, f"n1.{DOMAIN}")) == ["127.0.0.11", "127.0.0.99"]
        assert server.count("A", f"n1.{DOMAIN}") == 2
        assert ask(server, f"n9.{DOMAIN}").rcode() == dns.rcode.NXDOMAIN
        assert ask(server, f"n1.{DOMAIN}", "AAAA").rcode() == dns.rcode.NOERROR
        assert ask(server, "elsewhere.test").rcode() == dns.rcode.REFUSED


def test_a_name_server_fails_in_the_way_that_was_asked_for():
    with name_server(DOMAIN) as server:
        server.mood = Mood.SERVFAIL
        assert ask(server, DOMAIN).rcode() == dns.rcode.SERVFAIL
        server.mood = Mood.SILENT
        with pytest.raises(dns.exception.Timeout):
            ask(server, DOMAIN, seconds=0.3)


def test_processes_form_a_cluster_by_the_records_of_a_resolver_of_their_own():
    before = Path("/etc/resolv.conf").read_text()
    with (
        name_server(DOMAIN, also=("127.0.53.1", 53)) as server,
        resolver_of("127.0.53.1"),
        hand("3.6") as members,
    ):
        for number in (1, 2, 3):
            name = f"n{number}"
            member = members.add(name, f"--discovery-srv={DOMAIN}")
            server.records += [
                SrvRecord(
                    name=f"_etcd-server._tcp.{DOMAIN}",
                    target=f"{name}.{DOMAIN}",
                    port=member.peer_port,
                ),
                AddressRecord(name=f"{name}.{DOMAIN}", address=member.host),
            ]
        for member in members.members:
            member.program.start()
        members.await_healthy()
        assert members.etcdctl("member", "list").count("started") == 3
    assert Path("/etc/resolv.conf").read_text() == before
    assert Path("tests/meeting").is_dir()


@pytest.mark.parametrize("which", ENGINES)
def test_containers_reach_a_store_and_the_service_at_the_gateway_of_their_network(
    which,
):
    with (
        bridge(which) as network,
        v2_store(listen=network.gateway) as store,
        public_service(store, listen=network.gateway) as service,
    ):
        url = store.discovery_url(store.new_token(3, "t"))
        for name in ("etcd1", "etcd2", "etcd3"):
            network.run_etcd("3.5", name, f"--discovery={url}")
        url = service.new(1)
        network.run_etcd("3.5", "alone", f"--discovery={url}")
        network.await_healthy()
        assert names_of(store.registrations("t")) == ["etcd1", "etcd2", "etcd3"]
        assert names_of(store.registrations(url.rpartition("/")[2])) == ["alone"]


@pytest.mark.parametrize(("which", "server"), [("old", "own"), ("new", "dnsmasq")])
def test_containers_form_a_cluster_by_the_records_of_a_name_server(which, server):
    with bridge(which) as network:
        records = zone(network.address)
        if server == "own":
            place = network.gateway
            running = name_server(DOMAIN, records, also=(place, 53))
        else:
            place = network.address(53)
            running = dnsmasq_container(
                which, network.name, place, records, domain=DOMAIN
            )
        with running as name_servers:
            for number in (1, 2, 3):
                network.run_etcd(
                    "3.6",
                    f"n{number}.{DOMAIN}",
                    f"--discovery-srv={DOMAIN}",
                    address=network.address(10 + number),
                    dns=place,
                )
            network.await_healthy()
            _, listed = network.etcdctl(network.made[0], "member", "list")
            assert listed.count("started") == 3
            assert name_servers.asked
            network.clear()


@pytest.mark.parametrize("which", ENGINES)
def test_the_image_of_coredns_is_shaped_like_the_official_one(which):
    """Without the capability that its program is marked with it does not even run."""
    image = coredns_image(which)
    with bridge(which) as network:
        config = network.client.inspect_image(image)["Config"]
        assert config["Entrypoint"] == ["/coredns"]
        assert config["User"] == "nonroot:nonroot"
        for granted, code in (([], (1, 255)), (["NET_BIND_SERVICE"], (0,))):
            body = {
                "Image": image,
                "Cmd": ["-version"],
                "HostConfig": {"CapDrop": ["ALL"], "CapAdd": granted},
            }
            name = network.client.create_container_from_config(body)["Id"]
            network.made.append(name)
            network.client.start(name)
            assert network.client.wait(name)["StatusCode"] in code


def test_nothing_stays_on_the_engine():
    with bridge() as network:
        container = network.run_etcd("3.5", "alone")
        assert network.client.containers(filters={"name": container})
    with closing(docker.APIClient(engine("old"), version="auto")) as client:
        assert not client.networks(names=[network.name])
        assert not client.containers(all=True, filters={"name": container})
