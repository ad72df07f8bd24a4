"""How members meet on real parts: sizes, proxies, tokens of one's own, wrong zones."""

import json
import urllib.request
import uuid

import pytest

from clusters.core.meeting import AddressRecord, SrvRecord
from tests.meeting.name_server import name_server
from tests.meeting.public_service import Answer, fake_service
from tests.meeting.stores import v3_store
from tests.scenarios.meeting import DOMAIN, gateway, meeting_panel, version
from tests.scenarios.panels import (
    engine_client,
    etcdctl,
    remove_containers,
    unique,
)
from tests.up.panels import free_port

MODES = {
    "static": "3.7",
    "discovery_v2": "3.6",
    "discovery_public": "3.5",
    "discovery_v3": "3.7",
    "dns_srv": "3.6",
}


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    with meeting_panel(tmp_path_factory.mktemp("meeting")) as met:
        yield met
    remove_containers("meetv")


@pytest.fixture
def name():
    chosen = unique("meeting")
    yield chosen
    remove_containers(chosen)


def create(met, mode, host, name, **wanted):
    return met.driven.ask("POST", "/clusters/", met.body(mode, host, name, **wanted))


def formed(met, name, answer):
    progress = met.driven.ended(answer[1]["operation"])
    assert progress["state"] == "succeeded", "\n".join(
        event["message"] for event in met.driven.events(progress["id"])
    )
    return met.driven.members(name)


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_forms_clusters_of_every_size(met, mode, size, name):
    line = MODES[mode]
    made = create(met, mode, "local", name, size=size, version=version(line))
    members = formed(met, name, made)
    assert {m["id"]: m["name"] for m in members} == etcdctl(
        line, members[0]["endpoint"]
    )
    assert len(members) == size
    met.driven.succeeded(met.driven.delete(name))


@pytest.mark.parametrize("host", ["docker", "local"])
def test_a_fourth_member_on_a_token_for_three_becomes_a_proxy(met, host, name):
    wanted = {"extra_members": 1, "version": version("3.5")}
    members = formed(met, name, create(met, "discovery_v2", host, name, **wanted))
    assert [m["status"] for m in members] == ["started"] * 3 + ["proxy"]
    assert [m["role"] for m in members][3] == "proxy"
    address = f"http://{members[3]['endpoint']}/v2/config/local/proxy"
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert len(json.load(answer)["endpoints"]) == 3
    page = met.driven.get(f"/clusters/{name}/")
    assert page["verdict"]["state"] == "healthy"
    assert len(page["endpoints"]) == 3
    met.driven.succeeded(met.driven.delete(name))


def test_a_proxy_comes_back_by_itself_though_its_store_is_gone(met, name):
    from tests.scenarios.panels import etcds_of
    from tests.up.panels import until

    wanted = {"extra_members": 1, "version": version("3.5")}
    formed(met, name, create(met, "discovery_public", "local", name, **wanted))
    (proxy,) = [p for p in etcds_of(met.driven.panel) if "--proxy=on" in p.cmdline()]
    proxy.kill()
    until(
        lambda: any(
            "--proxy=on" in p.cmdline() and p.pid != proxy.pid
            for p in etcds_of(met.driven.panel)
        ),
        40,
    )
    until(lambda: met.driven.members(name)[3]["status"] == "proxy", 40)
    until(lambda: not met.driven.get(f"/clusters/{name}/")["operation"], 40)
    met.driven.succeeded(met.driven.delete(name))


def test_members_beyond_the_size_are_refused_where_there_are_no_proxies(met, name):
    wanted = {"extra_members": 1, "version": version("3.6")}
    status, answer = create(met, "discovery_v2", "local", name, **wanted)
    assert status == 400, answer
    assert answer["errors"]["extra_members"][0]["code"] == "proxies_gone"


@pytest.mark.parametrize("mode", ["discovery_v2", "discovery_v3"])
def test_a_token_that_a_cluster_had_is_refused(met, mode, name):
    line, token = MODES[mode], uuid.uuid4().hex
    store = met.store("local", mode[-2:])
    own = {"store": store, "token": token}
    wanted = {"discovery": own, "version": version(line)}
    formed(met, name, create(met, mode, "local", name, **wanted))
    again = create(met, mode, "local", f"{name}-b", **wanted)
    ended = met.driven.ended(again[1]["operation"])
    assert (ended["state"], ended["code"]) == ("rejected", "token_used")
    assert name in ended["explanation"]
    met.driven.succeeded(met.driven.delete(name))
    tokens = met.driven.get(f"/discovery/tokens/?store={store}")["results"]
    (row,) = [row for row in tokens if token in row["address"]]
    assert (row["state"], len(row["registrations"])) == ("used", 3)


FAULTS = {
    Answer.UNAVAILABLE: "service_unavailable",
    Answer.HTML: "service_not_discovery",
    Answer.REDIRECT: "service_redirects",
    Answer.SILENT: "service_unreachable",
}


@pytest.mark.parametrize("answer", FAULTS)
def test_a_public_service_that_fails_is_named_before_anything_starts(met, answer, name):
    with fake_service(answer) as service:
        wanted = {"discovery": {"service": service.url}, "version": version("3.5")}
        made = create(met, "discovery_public", "local", name, **wanted)
        ended = met.driven.ended(made[1]["operation"])
    assert (ended["state"], ended["code"]) == ("rejected", FAULTS[answer])
    assert met.driven.ask("GET", f"/clusters/{name}/")[0] == 404


def test_a_wrong_record_is_named_before_anything_starts(met, name):
    body = met.body("dns_srv", "local", name, version=version("3.6"))
    domain = body["discovery"]["domain"]
    last = met.servers.records.pop()
    wrong = AddressRecord(name=last.name, address="127.0.0.9")
    met.servers.records.append(wrong)
    _, answer = met.driven.ask("POST", "/clusters/", body)
    ended = met.driven.ended(answer["operation"])
    assert (ended["state"], ended["code"]) == ("rejected", "address_wrong")
    assert "127.0.0.9" in ended["explanation"]
    met.servers.records.remove(wrong)
    met.servers.records.append(last)
    srv = next(
        r
        for r in met.servers.records
        if isinstance(r, SrvRecord) and r.name.endswith(f"tcp.{domain}")
    )
    met.servers.records.remove(srv)
    _, answer = met.driven.ask("POST", "/clusters/", body)
    ended = met.driven.ended(answer["operation"])
    assert (ended["state"], ended["code"]) == ("rejected", "srv_missing")
    assert DOMAIN in ended["explanation"]


@pytest.fixture
def outer(name):
    """A network that a person made, with nothing of the panel on it."""
    client = engine_client()
    network = client.networks.create(f"{name}-outer")
    yield network.name
    remove_containers("etcd-discovery-")
    remove_containers(name)
    client.close()


def put_size(port, path):
    """As the tutorial does it with curl."""
    address = f"http://127.0.0.1:{port}{path}/_config/size"
    put = urllib.request.Request(address, data=b"value=3", method="PUT")
    urllib.request.urlopen(put, timeout=5).close()


def test_a_token_of_ones_own_under_any_prefix_on_an_existing_network(met, name, outer):
    store, port = unique("etcd-discovery"), free_port()
    body = {
        "name": store,
        "protocol": "v2",
        "host": "docker",
        "network": outer,
        "client_port": port,
        "peer_port": free_port(),
    }
    _, asked = met.driven.ask("POST", "/discovery/stores/", body)
    met.driven.succeeded(asked["operation"])
    path = f"/v2/keys/discovery/{uuid.uuid4()}"
    put_size(port, path)
    url = f"http://{store}:2379{path}"
    wanted = {
        "discovery": {"url": url},
        "network": outer,
        "version": version("3.5"),
        "member_names": [f"{name}-{n}" for n in (1, 2, 3)],
    }
    made = create(met, "discovery_v2", "docker", name, **wanted)
    members = formed(met, name, made)
    meeting = met.driven.get(f"/clusters/{name}/")["meeting"]
    assert (meeting["url"], meeting["store"]) == (url, store)
    shown = {m["id"]: m["name"] for m in members}
    assert shown == etcdctl("3.5", members[0]["endpoint"])
    met.driven.succeeded(met.driven.delete(name))
    address = f"/discovery/stores/{store}/"
    assert met.driven.ask("DELETE", f"{address}?confirm=wrong")[0] == 400
    _, gone = met.driven.ask("DELETE", f"{address}?confirm={store}")
    met.driven.succeeded(gone["operation"])
    assert met.driven.ask("GET", address)[0] == 404


@pytest.mark.parametrize("host", ["docker", "local"])
def test_members_log_in_to_a_store_with_tls_that_the_panel_did_not_make(
    met, host, name
):
    place = unique("secured")
    login = ("panel", "correct horse")
    with v3_store(tls=True, client_certs=True, auth=login, listen=gateway()) as store:
        access = store.access
        external = {
            "name": place,
            "protocol": "v3",
            "member_url": store.member_url,
            "user": access.user,
            "password": access.password,
            "ca": access.ca,
            "cert": access.cert,
            "key": access.key,
        }
        status, answer = met.driven.ask("POST", "/discovery/stores/", external)
        assert status == 201, answer
        assert "correct horse" not in json.dumps(answer)
        wanted = {"discovery": {"store": place}, "version": version("3.6")}
        made = create(met, "discovery_v3", host, name, **wanted)
        assert len(formed(met, name, made)) == 3
        met.driven.succeeded(met.driven.delete(name))
        said = met.driven.get(f"/discovery/stores/{place}/")
        assert [said[n] for n in ("usable", "has_login", "has_tls")] == [True] * 3
    address = f"/discovery/stores/{place}/?confirm={place}"
    assert met.driven.ask("DELETE", address)[0] == 204


@pytest.fixture
def zone():
    """A name server of one's own that containers reach."""
    with name_server("own.test", [], also=(gateway(), 53)) as server:
        yield server


def test_containers_meet_by_a_zone_that_a_person_keeps(met, zone, name):
    domain = f"{name}.own.test"
    wanted = {
        "discovery": {
            "domain": domain,
            "dns": "external",
            "name_servers": [gateway()],
            "service_name": "blue",
        },
        "version": version("3.6"),
    }
    body = met.body("dns_srv", "docker", name, **wanted)
    _, plan = met.driven.ask("POST", "/clusters/?dry_run=true", body)
    assert len([line for line in plan["zone_lines"] if " SRV " in line]) == 6
    for line in plan["zone_lines"]:
        zone.records.append(_record(line))
    _, answer = met.driven.ask("POST", "/clusters/", body)
    members = formed(met, name, (202, answer))
    assert [m["id"] for m in members] == [m["id"] for m in plan["members"]]
    assert zone.count("SRV", f"_etcd-server-blue._tcp.{domain}") > 1
    met.driven.succeeded(met.driven.delete(name))


def _record(line):
    """One line of a zone, as a person types it into a name server."""
    name, _, _, kind, *rest = line.split()
    name = name.removesuffix(".")
    if kind == "A":
        return AddressRecord(name=name, address=rest[0])
    target, port = rest[3].removesuffix("."), int(rest[2])
    return SrvRecord(name=name, target=target, port=port)


def test_the_name_server_of_the_panel_serves_clients_too(met, name):
    wanted = {"version": version("3.7")}
    formed(met, name, create(met, "dns_srv", "docker", name, **wanted))
    client = engine_client()
    domain = f"{name}.test"
    member = client.containers.get(f"{name}-etcd2")
    command = [
        "etcdctl",
        f"--discovery-srv={domain}",
        "--insecure-discovery",
        "member",
        "list",
    ]
    code, said = member.exec_run(command)
    assert code == 0, said
    assert said.decode().count(f".{domain}:2380") == 3
    met.driven.succeeded(met.driven.delete(name))
    assert f"{name}-dns" not in {c.name for c in client.containers.list(all=True)}
    client.close()
