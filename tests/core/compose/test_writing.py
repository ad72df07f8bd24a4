from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.compose.reading import read_compose
from clusters.core.compose.writing import compose_of
from clusters.core.drafting import draft
from clusters.core.errors import SpecError
from clusters.core.leaving import DATA_DIR, ETCD
from clusters.core.meeting import Ticket
from clusters.core.request import DiscoveryRequest, HostOffer, Places, StoreOffer
from clusters.core.spec import BootstrapMode, HostKind
from clusters.drivers.docker import recipe
from clusters.queries.compose_text import read_text, write_text
from tests.builders import REPOSITORY, facts, offer, offers, processes, request, spec

STORES = Places(
    stores={
        f"store-{protocol}": StoreOffer(
            name=f"store-{protocol}",
            protocol=protocol,
            panel_url="http://127.0.0.1:23790",
            host="docker",
            host_kind=HostKind.DOCKER,
            client_port=23790,
        )
        for protocol in ("v2", "v3")
    }
)
ACCEPT = ("size_even", "published_beyond_loopback", "release_corrupting")


def again(definition, there, places=STORES, repository=REPOSITORY):
    """The definition that comes of its own export, imported again."""
    text = write_text(compose_of(definition, repository=repository))
    reading = read_compose(
        read_text(text), name=definition.name, version="", repository=repository
    )
    assert reading.problems == ()
    assert reading.not_understood == ()
    hosts = tuple(there)
    asked = replace(reading.request, hosts=hosts, accept=ACCEPT)
    return draft(asked, there, places)


def test_a_service_has_the_command_the_ports_and_the_volume_of_its_member():
    written = compose_of(spec(size=1, version="3.6.16"))
    assert written == {
        "name": "a",
        "services": {
            "etcd1": {
                "image": "quay.io/coreos/etcd:v3.6.16",
                "hostname": "etcd1",
                "networks": {"net": {"aliases": ["etcd1"]}},
                "ports": ["127.0.0.1:23791:2379", "127.0.0.1:23801:2380"],
                "entrypoint": [],
                "command": [
                    "/usr/local/bin/etcd",
                    "--name=etcd1",
                    "--listen-client-urls=http://0.0.0.0:2379",
                    "--advertise-client-urls=http://etcd1:2379",
                    "--listen-peer-urls=http://0.0.0.0:2380",
                    "--initial-advertise-peer-urls=http://etcd1:2380",
                    "--data-dir=/var/lib/etcd",
                    "--initial-cluster=etcd1=http://etcd1:2380",
                    "--initial-cluster-token=a",
                    "--initial-cluster-state=new",
                ],
                "volumes": ["etcd1-data:/var/lib/etcd"],
                "restart": "unless-stopped",
                "cap_drop": ["ALL"],
                "security_opt": ["no-new-privileges:true"],
                "read_only": True,
                "tmpfs": ["/tmp:rw,noexec,nosuid,nodev,size=64m"],
            }
        },
        "networks": {"net": {}},
        "volumes": {"etcd1-data": {"name": "a-etcd1-data"}},
        "x-etcdpanel": {"bootstrap": "static", "token": "a"},
    }


def test_program_and_folder_are_those_that_the_panel_starts_members_with():
    assert (ETCD, DATA_DIR) == (recipe.ETCD, recipe.DATA_DIR)


def test_an_existing_network_stays_that_one():
    written = compose_of(spec(network="etcd-net"))
    assert written["networks"] == {"net": {"external": True, "name": "etcd-net"}}


def test_no_container_has_a_fixed_name():
    """The panel's own may still be there, stopped, under theirs."""
    services = compose_of(spec())["services"].values()
    assert not any("container_name" in service for service in services)


def test_a_file_of_one_host_has_the_members_of_that_host():
    definition = spec(offer("one"), offer("two"), network="overlay")
    assert [*compose_of(definition, host="one")["services"]] == ["etcd1", "etcd3"]
    peers = "--initial-cluster=etcd1=http://etcd1:2380,etcd2=http://etcd2:2380"
    command = compose_of(definition, host="two")["services"]["etcd2"]["command"]
    assert any(word.startswith(peers) for word in command)


def test_dollars_are_doubled_for_compose():
    definition = replace(spec(size=1), token="a$b")
    command = compose_of(definition)["services"]["etcd1"]["command"]
    assert "--initial-cluster-token=a$$b" in command


def test_a_discovery_url_becomes_the_token_of_a_static_start():
    url = "http://store:2379/v2/keys/d/t"
    definition = replace(
        spec(size=1),
        bootstrap=BootstrapMode.DISCOVERY_V2,
        ticket=Ticket(url=url, is_own=True),
    )
    written = compose_of(definition)
    assert f"--initial-cluster-token={url}" in written["services"]["etcd1"]["command"]
    assert written["x-etcdpanel"] == {
        "bootstrap": "discovery_v2",
        "token": "a",
        "discovery": {"url": url},
    }


def test_a_member_by_srv_records_keeps_its_full_name():
    definition = replace(
        spec(size=1),
        bootstrap=BootstrapMode.DNS_SRV,
        ticket=Ticket(domain="example.test", dns="external"),
    )
    service = compose_of(definition)["services"]["etcd1"]
    assert service["hostname"] == "etcd1.example.test"
    assert service["networks"] == {"net": {"aliases": ["etcd1.example.test", "etcd1"]}}
    assert (
        "--initial-cluster=etcd1=http://etcd1.example.test:2380" in service["command"]
    )


def test_a_proxy_is_told_of_the_members():
    definition = spec(size=1, extra_members=1, version="3.5.35")
    command = compose_of(definition)["services"]["etcd2"]["command"]
    assert command[-2:] == [
        "--proxy=on",
        "--initial-cluster=etcd1=http://etcd1:2380",
    ]


def test_processes_become_containers_on_the_network_of_the_host():
    service = compose_of(spec(processes(), size=1))["services"]["etcd1"]
    assert service["network_mode"] == "host"
    assert "ports" not in service
    assert "--listen-client-urls=http://127.0.0.1:23791" in service["command"]


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "snapshot_count": st.integers(100, 10_000_000),
        "pre_vote": st.booleans(),
        "log_level": st.sampled_from(["debug", "warn"]),
        "auto_compaction_retention": st.sampled_from(["1h", "30m", "1000"]),
    },
)


@st.composite
def requests(draw):
    size = draw(st.integers(1, 7))
    extra = draw(st.integers(0, 2)) if size < 6 else 0
    count = size + extra
    ports = draw(
        st.lists(
            st.integers(1024, 32767),
            min_size=2 * count,
            max_size=2 * count,
            unique=True,
        )
    )
    image = draw(
        st.sampled_from(
            [
                "",
                "mine.local/etcd",
                "mine.local/coreos/etcd:v3.5.35",
                "theirs/x:v3.5.35",
            ]
        )
    )
    return request(
        draw(NAMES.filter(lambda name: name not in {"new", "import", "host"})),
        size=size,
        extra_members=extra,
        version="3.5.35"
        if extra or image
        else draw(st.sampled_from(["3.5.35", "3.7.3"])),
        cluster_token=draw(TOKENS),
        member_names=tuple(
            f"{name}{n}"
            for n, name in enumerate(
                draw(st.lists(NAMES, min_size=count, max_size=count))
            )
        ),
        client_ports=tuple(ports[:count]),
        peer_ports=tuple(ports[count:]),
        bind_address=draw(st.sampled_from(["127.0.0.1", "0.0.0.0", "10.1.2.3"])),
        image=image,
        network=draw(st.sampled_from(["", "etcd-net", "Net_1.x"])),
        options=draw(OPTIONS),
        accept=ACCEPT,
    )


@given(asked=requests())
def test_an_exported_definition_imported_again_is_the_same(asked):
    there = offers(offer())
    definition = draft(asked, there)
    assert again(definition, there) == definition


@given(size=st.sampled_from([1, 3, 5]), bind=st.sampled_from(["127.0.0.1", "10.1.2.3"]))
def test_processes_imported_again_are_the_same(size, bind):
    there = offers(processes())
    asked = request(hosts=("local",), size=size, bind_address=bind, accept=ACCEPT)
    definition = draft(asked, there)
    assert again(definition, there) == definition


def test_a_cluster_of_a_managed_store_is_asked_of_that_store_again():
    there = offers(offer())
    for mode, version in (("discovery_v2", "3.5.35"), ("discovery_v3", "3.7.3")):
        store = f"store-{mode[-2:]}"
        asked = request(
            bootstrap=mode,
            version=version,
            discovery=DiscoveryRequest(store=store),
            cluster_token="mine",
        )
        definition = draft(asked, there, STORES)
        # As it is after it has formed: each attempt takes a token.
        token = {"url": "http://store-v2:2379/v2/keys/x/t", "token": "t"}
        ticket = replace(definition.ticket, **token)
        formed = replace(definition, ticket=ticket)
        assert again(formed, there) == definition


@pytest.mark.parametrize(("protocol", "version"), [("v2", "3.5.35"), ("v3", "3.7.3")])
def test_a_discovery_store_is_one_again(protocol, version):
    there = offers(offer())
    asked = request(
        "etcd-discovery",
        size=1,
        version=version,
        member_names=("etcd-discovery",),
        network="etcd-net",
        serves=protocol,
        volume="discovery_data",
    )
    definition = draft(asked, there)
    written = compose_of(definition)
    service = written["services"]["etcd-discovery"]
    assert ("--enable-v2=true" in service["command"]) == (protocol == "v2")
    assert written["volumes"]["etcd-discovery-data"] == {"name": "discovery_data"}
    assert again(definition, there) == definition


@pytest.mark.parametrize(
    "note",
    [
        {"serves": "v9"},
        {"serves": "v2", "volume": "../../etc"},
        {"discovery": {"dns": "x", "domain": 5}, "bootstrap": "dns_srv"},
        {"discovery": {"store": "$(id)"}, "bootstrap": "discovery_v2"},
        {"discovery": {"url": "ftp://x"}, "bootstrap": "discovery_v2"},
        {"discovery": {"subnet": "x", "addresses": ["y"]}, "bootstrap": "dns_srv"},
        {"token": "a b", "bootstrap": "discovery_v3"},
        {"discovery": [], "bootstrap": "discovery_public"},
    ],
)
def test_a_forged_note_is_refused_by_the_rules_or_means_nothing(note):
    written = {**compose_of(spec(version="3.6.16"))}
    written["x-etcdpanel"] = {"bootstrap": "static", **note}
    reading = read_compose(written, name="a", version="")
    there = offers(offer())
    with suppress(SpecError):
        draft(replace(reading.request, hosts=("docker",)), there)


def test_a_cluster_by_srv_records_is_the_same_again():
    there = offers(offer())
    for discovery in (
        DiscoveryRequest(domain="a.test"),
        DiscoveryRequest(domain="a.test", service_name="blue", dns="managed"),
        DiscoveryRequest(
            domain="a.test", dns="external", name_servers=("10.9.9.9",), subnet=""
        ),
    ):
        asked = request(bootstrap="dns_srv", discovery=discovery, version="3.7.3")
        definition = draft(asked, there)
        assert again(definition, there) == definition


def test_a_note_of_the_panel_that_can_not_be_read_changes_nothing():
    for note in (None, "x", {"bootstrap": 3}, {"bootstrap": "static", "image": ["x"]}):
        written = {**compose_of(spec()), "x-etcdpanel": note}
        reading = read_compose(written, name="a", version="")
        assert reading.request == replace(
            read_compose(compose_of(spec()), name="a", version="").request
        )


def test_the_image_that_was_asked_for_counts_only_while_the_services_run_it():
    there = {"docker": HostOffer(name="docker", kind=HostKind.DOCKER, facts=facts())}
    asked = request(image="mine.local/etcd", version="3.6.16")
    written = compose_of(draft(asked, there))
    reading = read_compose(written, name="a", version="")
    assert reading.request.image == "mine.local/etcd"
    for service in written["services"].values():
        service["image"] = "other.local/etcd:v3.6.16"
    assert read_compose(written, name="a", version="").request.image == ""


def test_a_name_with_two_hyphens_in_a_row_is_a_label_and_stays():
    there = offers(offer())
    definition = draft(request(size=1, member_names=("a--06",)), there)
    assert again(definition, there) == definition
