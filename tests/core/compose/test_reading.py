"""Compose files as people have them, and what is made of each."""

from dataclasses import replace
from pathlib import Path

import pytest

from clusters.core.compose.reading import read_compose
from clusters.core.drafting import draft
from clusters.core.identity import as_hex
from clusters.core.request import DiscoveryRequest
from clusters.queries.compose_text import read_text
from tests.builders import offer, offers

FILES = Path(__file__).parents[2] / "data/compose"


def read(name, **asked):
    text = (FILES / f"{name}.yml").read_text()
    return read_compose(read_text(text), **{"name": "demo", "version": "", **asked})


def read_services(services, **top):
    return read_compose({"services": services, **top}, name="demo", version="")


def member(**body):
    return {"image": "quay.io/coreos/etcd:v3.6.16", **body}


def told(lines):
    """Each line as one text: where, and what."""
    return [f"{line.place} | {line.text}" for line in lines]


def codes(reading):
    assert reading.request is None
    assert {problem.field for problem in reading.problems} == {"compose"}
    return [problem.code for problem in reading.problems]


def test_the_well_known_static_file_gives_just_its_cluster():
    request = read("static-official").request
    assert (request.name, request.size, request.version) == ("demo", 3, "3.5.1")
    assert (request.bootstrap, request.hosts) == ("static", ())
    assert request.member_names == ("etcd1", "etcd2", "etcd3")
    assert request.cluster_token == "etcd-cluster"
    assert request.client_ports == (23791, 23792, 23793)
    assert request.peer_ports == (23801, 23802, 23803)
    assert (request.bind_address, request.image, request.network) == (
        "127.0.0.1",
        "",
        "",
    )
    asked = replace(request, hosts=("docker",), accept=("release_corrupting",))
    spec = draft(asked, offers(offer()))
    assert [as_hex(spec.predicted_member_id(m)) for m in spec.members] == [
        "ade526d28b1f92f7",
        "d282ac2ce600c1ce",
        "bd388e7810915853",
    ]
    assert as_hex(spec.predicted_cluster_id()) == "8f2a2ec5c0087dcb"


def test_of_the_well_known_file_it_is_said_what_was_understood():
    assert told(read("static-official").understood) == [
        "etcd1 | It is the member etcd1.",
        "etcd2 | It is the member etcd2.",
        "etcd3 | It is the member etcd3.",
        "etcd1, etcd2, etcd3: image | etcd 3.5.1, from quay.io/coreos/etcd:v3.5.1.",
        (
            "etcd1, etcd2, etcd3: initial-cluster-token | The cluster token is"
            " etcd-cluster."
        ),
        "etcd1: ports | Port 2379 is published as 23791.",
        "etcd2: ports | Port 2379 is published as 23792.",
        "etcd3: ports | Port 2379 is published as 23793.",
        "etcd1: ports | Port 2380 is published as 23801.",
        "etcd2: ports | Port 2380 is published as 23802.",
        "etcd3: ports | Port 2380 is published as 23803.",
    ]


def test_of_the_well_known_file_it_is_said_what_will_differ():
    reading = read("static-official")
    all_three = "etcd1, etcd2, etcd3"
    assert sorted(told(reading.changed)) == sorted(
        [
            (
                f"{all_three}: container_name | The panel names its container after the"
                " cluster and the member."
            ),
            (
                f"{all_three}: restart | Members restart by themselves (unless-stopped)"
                " from the moment the cluster has formed: while it forms, one that"
                " fails must stay down."
            ),
            *(
                f"etcd{n}: volumes | The member gets a new, empty volume of the"
                f" panel's. A volume etcd{n}_data that exists stays as it is."
                for n in (1, 2, 3)
            ),
            "version | Left out: Compose itself does not look at it any more.",
            (
                f"{all_three}: environment: ALLOW_NONE_AUTHENTICATION | Only bitnami's"
                " image asks for it; the official one does not."
            ),
            (
                f"{all_three}: ports | Ports are published on 127.0.0.1 alone, not on"
                " every address of the host: there is no TLS and no login."
            ),
            (
                f"{all_three}: networks | The cluster gets a network of its own in"
                " place of etcd-net."
            ),
        ]
    )
    assert reading.not_understood == ()
    assert reading.volumes == (
        "demo-etcd1-data",
        "demo-etcd2-data",
        "demo-etcd3-data",
    )


def test_a_single_bitnami_etcd_without_a_version_gets_the_default():
    reading = read("bitnami-one")
    request = reading.request
    assert (request.size, request.version, request.image) == (1, "", "")
    assert (request.client_ports, request.peer_ports) == ((2379,), (2380,))
    assert (
        "etcd: image | docker.io/bitnami/etcd:latest names no version: the panel's"
        " default is taken."
    ) in told(reading.changed)


def test_latest_is_the_version_that_was_given():
    reading = read("bitnami-one", version="v3.6.16")
    assert reading.request.version == "3.6.16"
    assert "etcd: image | docker.io/bitnami/etcd:latest: etcd 3.6.16 is taken." in told(
        reading.changed
    )


def test_a_bitnami_cluster_of_merged_keys_becomes_the_official_image():
    reading = read("bitnami-cluster")
    request = reading.request
    assert (request.version, request.image) == ("3.5.9", "")
    assert request.member_names == ("node1", "node2", "node3")
    assert request.cluster_token == "etcd-tkn"
    assert request.options == {"heartbeat_interval": 250, "election_timeout": 1500}
    assert (request.client_ports, request.peer_ports) == ((), ())
    changed = told(reading.changed)
    assert (
        "node1, node2, node3: image | bitnamilegacy/etcd:3.5.9-debian-11-r4 becomes the"
        " official image: its paths and its start are those that the panel knows."
    ) in changed
    assert (
        "node1: environment: ETCD_DATA_DIR | Inside its container it keeps data at"
        " /var/lib/etcd, not at /bitnami/etcd/data."
    ) in changed


def test_a_password_is_loudly_not_taken_over():
    reading = read("bitnami-password")
    assert reading.request.member_names == ("etcd-00",)
    assert reading.request.bind_address == "127.0.0.1"
    assert told(reading.not_understood) == [
        (
            "etcd-00: env_file | The file etcd.env is not here: what it sets is not"
            " known and left out."
        ),
        "etcd-00: environment: ETCD_ON_K8S | “no” is not understood: ignored.",
        "etcd-00: environment: TZ | “Europe/Berlin” is not understood: ignored.",
        (
            "etcd-00: environment: ETCD_ROOT_PASSWORD | Login is not taken over:"
            " everybody who reaches the cluster could read and write every key. Turn"
            " authentication on after the import."
        ),
    ]
    assert "s3cret" not in str(reading)


def test_flags_of_a_list_and_ports_written_long_are_read():
    reading = read("command-list")
    request = reading.request
    assert (request.size, request.version, request.image) == (1, "3.6.16", "")
    assert (request.client_ports, request.peer_ports) == ((12379,), (12380,))
    assert (request.cluster_token, request.bind_address) == ("tkn", "127.0.0.1")
    assert request.options == {
        "log_level": "info",
        "pre_vote": True,
        "quota_backend_bytes": 8_589_934_592,
        "auto_compaction_retention": "1h",
    }
    assert told(reading.not_understood) == [
        "s1: ulimits | “nofile” is not understood: ignored.",
        (
            "s1: --experimental-watch-progress-notify-interval | “5s” is not"
            " understood: ignored."
        ),
    ]


def test_an_etcd_among_other_services_is_found_and_they_are_left_out():
    reading = read("command-string")
    request = reading.request
    assert request.member_names == ("etcd",)
    assert request.options == {
        "auto_compaction_mode": "revision",
        "auto_compaction_retention": "1000",
        "quota_backend_bytes": 4_294_967_296,
        "snapshot_count": 50_000,
    }
    changed = told(reading.changed)
    assert "minio, standalone | It is no member of the cluster: left out." in changed
    assert (
        "etcd: volumes | ./volumes/etcd of the host is not mounted: data goes into a"
        " new, empty volume."
    ) in changed


def test_programs_that_only_ask_an_etcd_are_no_members():
    reading = read("with-neighbours")
    assert reading.request.member_names == ("etcd",)
    assert reading.request.version == "3.5.9"
    changed = told(reading.changed)
    assert (
        "apisix, init, browser, later | It is no member of the cluster: left out."
        in changed
    )
    assert (
        "etcd: image | registry.k8s.io/etcd:3.5.9-0 is not known to hold etcd as the"
        " official image does; that one is taken."
    ) in changed
    assert told(reading.not_understood) == [
        "etcd: command | “surplus” is not understood: ignored."
    ]


def test_a_place_for_a_token_is_no_fresh_token():
    reading = read("public-placeholder")
    assert reading.request.bootstrap == "discovery_public"
    assert reading.request.network == "etcd-net"
    assert reading.request.discovery == DiscoveryRequest()
    assert reading.discovery_url == "https://discovery.etcd.io/{uuid}"
    assert not reading.discovery_is_fresh_looking
    assert (
        "etcd1, etcd2, etcd3: discovery | https://discovery.etcd.io/{uuid} has no token"
        " yet; a fresh one is taken."
    ) in told(reading.changed)


def test_a_store_in_the_file_is_no_member_of_the_cluster_that_meets_there():
    url = (
        "http://etcd-discovery:2379/v2/keys/discovery/"
        "7f6b1f0e-3c0a-4d4e-9a55-0a1f7e7d3c10"
    )
    reading = read("private-discovery")
    request = reading.request
    assert (request.bootstrap, request.version) == ("discovery_v2", "3.5.9")
    assert request.member_names == ("etcd1", "etcd2", "etcd3")
    assert (request.network, request.cluster_token) == ("etcd-net", "")
    assert request.discovery == DiscoveryRequest(url=url)
    assert reading.discovery_url == url
    assert reading.discovery_is_fresh_looking
    assert any(
        line.startswith("etcd-discovery | It is the discovery store of the others")
        for line in told(reading.changed)
    )


def test_a_v3_token_and_its_store_are_read():
    reading = read("v3-discovery-3.6")
    assert reading.request.bootstrap == "discovery_v3"
    assert reading.request.discovery == DiscoveryRequest(token="abc123")
    assert reading.discovery_endpoints == ("http://store:2379",)
    assert reading.not_understood == ()


def test_variables_that_an_old_etcd_passes_over_are_named():
    assert told(read("v3-discovery-3.5").not_understood) == [
        (
            "a, b, c: environment | etcd 3.5.35 passes over these variables in silence:"
            " each member would have been a cluster of its own. They work from 3.6.0"
            " on."
        )
    ]


def test_srv_records_with_a_name_server_in_the_file_get_one_of_the_panel():
    reading = read("srv")
    request = reading.request
    assert (request.bootstrap, request.cluster_token) == ("dns_srv", "srv-token")
    assert request.member_names == ("n1", "n2", "n3")
    assert request.discovery == DiscoveryRequest(domain="example.test", dns="managed")
    assert not any("reach it at" in line for line in told(reading.changed))


def test_srv_records_of_another_name_server_are_external():
    services = {
        "n1": member(
            dns=["10.0.0.53"],
            command="etcd --name n1 --discovery-srv example.test"
            " --discovery-srv-name blue",
        )
    }
    assert read_services(services).request.discovery == DiscoveryRequest(
        domain="example.test",
        service_name="blue",
        dns="external",
        name_servers=("10.0.0.53",),
    )


def test_defaults_of_variables_are_taken_and_names_become_labels():
    reading = read("variables")
    request = reading.request
    assert (request.version, request.member_names) == ("3.6.16", ("etcd-1",))
    assert (request.cluster_token, request.bind_address) == ("pay$day", "0.0.0.0")
    assert request.client_ports == ()
    changed = told(reading.changed)
    for line in (
        "etcd_1: image | ETCD_TAG is taken as “v3.6.16”, the default in the file.",
        "etcd_1 | The member etcd_1 becomes etcd-1: its name is a host name, too.",
        "etcd_1: hostname | Its host name is etcd-1.",
        "etcd_1: ports | The panel chooses other ports: 42379 is outside 1024-32767.",
        "etcd_1: profiles | The service is taken, whatever profile is active.",
        (
            "etcd_1: --initial-advertise-peer-urls | The others reach it at"
            " http://etcd-1:2380, not at http://etcd_1:2380: its identity is not that"
            " of the file's member."
        ),
    ):
        assert line in changed


def test_variables_without_a_default_are_named():
    reading = read("variables-open")
    assert codes(reading) == ["compose_variable_missing"] * 4
    assert [str(problem.text) for problem in reading.problems] == [
        (
            "etcd: environment: ETCD_NAME has no value here: it would come from the"
            " shell. Write the value into the file."
        ),
        (
            "etcd: environment: ETCD_INITIAL_CLUSTER_TOKEN: The variable TOKEN has no"
            " default here. Write its value into the file."
        ),
        (
            "etcd: command: The variable PORT has no default here. Write its value into"
            " the file."
        ),
        (
            "etcd: image: quay.io/coreos/etcd:${ETCD_VERSION} names no version. Say"
            " which version the cluster is to have."
        ),
    ]


def test_a_version_that_is_a_variable_may_be_given():
    services = {"etcd": {"image": "quay.io/coreos/etcd:${VERSION}"}}
    reading = read_compose({"services": services}, name="demo", version="3.6.16")
    assert (reading.request.version, reading.request.image) == ("3.6.16", "")


def test_proxies_are_extra_members_after_the_others():
    request = read("proxies").request
    assert (request.size, request.extra_members) == (1, 1)
    assert request.member_names == ("etcd1", "gateway")
    assert request.client_ports == (23791, 23795)
    assert request.peer_ports == ()


def test_members_on_the_hosts_network_keep_their_ports():
    reading = read("host-network")
    request = reading.request
    assert (request.client_ports, request.peer_ports) == (
        (12379, 22379),
        (12380, 22380),
    )
    assert (request.bind_address, request.cluster_token) == ("127.0.0.1", "h")
    assert [line.key for line in reading.changed] == ["network_mode"]


def test_every_contradiction_is_named():
    reading = read("contradictions")
    assert codes(reading) == [
        "compose_versions_differ",
        "compose_member_missing",
        "compose_member_unknown",
        "compose_peer_url",
        "compose_peer_url",
        "compose_token",
        "compose_state_existing",
    ]
    said = [str(problem.text) for problem in reading.problems]
    assert said[1] == "etcd1: initial-cluster: etcd3 is missing in the initial cluster."
    assert said[3] == (
        "etcd2: initial-cluster: It is listed with http://elsewhere:2380 but advertises"
        " http://etcd2:2380: etcd would refuse to start."
    )
    assert said[5] == (
        "etcd2: initial-cluster-token: etcd2 has the token two, etcd1 has one: they"
        " would not form one cluster."
    )


def test_tls_is_refused_rather_than_lost():
    reading = read("tls")
    assert codes(reading) == ["compose_tls"] * 3
    assert not any("PEER_AUTO_TLS" in line for line in told(reading.not_understood))


def test_members_that_would_be_clusters_of_their_own_are_refused():
    assert codes(read_services({"a": member(), "b": member()})) == [
        "compose_not_one_cluster",
        "compose_not_one_cluster",
    ]


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ({}, "compose_no_services"),
        ([], "compose_no_services"),
        ({"db": {"image": "postgres:15"}}, "compose_no_etcd"),
        ({"a": None}, "compose_invalid"),
        ({"a": "quay.io/coreos/etcd"}, "compose_invalid"),
        ({f"s{n}": {} for n in range(1000)}, "compose_too_large"),
        ({f"s{n}": member() for n in range(17)}, "compose_members"),
        ({"a": member(command="-x " * 501)}, "compose_invalid"),
        ({"a": member(labels={"x": "y" * 8193})}, "compose_too_large"),
        ({"a": member(ports=["1-200:1-200"])}, "compose_invalid"),
        ({"a": member(ports=["2379"] * 65)}, "compose_invalid"),
        ({"a" * 101: member()}, "compose_invalid"),
        ({"a\x1b[2J": member()}, "compose_invalid"),
        ({"a": member(ports="2379:2379")}, "compose_invalid"),
        ({"a": member(ports=["99999:2379"])}, "compose_invalid"),
        ({"a": member(environment=7)}, "compose_invalid"),
        ({"a": member(command='etcd "--name')}, "compose_invalid"),
        ({"a": member(networks=3)}, "compose_invalid"),
        ({"a": member(extends={"service": "b"})}, "compose_extends"),
        ({"a": member(deploy={"replicas": 3})}, "compose_replicas"),
        ({"a": member(scale="3")}, "compose_replicas"),
        ({"a": member(command="etcd --config-file=/c")}, "compose_config_file"),
        ({"a": member(command="sh -c 'x && etcd --name a'")}, "compose_shell"),
        (
            {"a": member(entrypoint="/start.sh", environment={"ETCD_NAME": "a"})},
            "compose_shell",
        ),
        (
            {
                "a": member(
                    environment={"ETCD_NAME": "x", "ETCD_DISCOVERY_SRV": "d.e"}
                ),
                "b": member(
                    environment={"ETCD_NAME": "x", "ETCD_DISCOVERY_SRV": "d.e"}
                ),
            },
            "compose_name_twice",
        ),
        (
            {"a": member(command="--discovery=http://s/v2/keys/t --discovery-srv=d.e")},
            "compose_modes_differ",
        ),
        ({"a": member(command="--discovery-token=t")}, "compose_discovery_half"),
        ({"a": member(environment={"ETCD_NAME": "a${"})}, "compose_invalid"),
    ],
)
def test_what_can_not_be_imported_is_refused_with_its_reason(services, code):
    assert codes(read_services(services))[0] == code


def test_two_urls_never_meet():
    services = {
        name: member(command=f"--discovery=http://{host}:2379/v2/keys/d/t")
        for name, host in (("a", "s"), ("b", "127.0.0.1"))
    }
    reading = read_services(services)
    assert codes(reading) == ["compose_discovery_differs"]
    assert str(reading.problems[0].text) == (
        "b: discovery: http://127.0.0.1:2379/v2/keys/d/t here, but"
        " http://s:2379/v2/keys/d/t in a: they would never meet."
    )


@pytest.mark.parametrize(
    "document",
    [[], "text", None, {"services": {1: {}}}, {True: 1}, {"x": {"y": {3: 4}}}],
)
def test_a_document_that_is_no_compose_file_is_refused(document):
    assert codes(read_compose(document, name="demo", version=""))


def test_depth_is_bounded():
    deep = {"services": {}}
    for _ in range(3000):
        deep = {"x": deep}
    assert codes(read_compose(deep, name="demo", version="")) == ["compose_too_large"]


def test_a_flag_wins_over_a_variable_and_it_is_said():
    services = {"a": member(command="--name=b", environment={"ETCD_NAME": "c"})}
    reading = read_services(services)
    assert reading.request.member_names == ("b",)
    assert (
        "a: command | The variable and the flag --name are both set; the flag is taken."
        in told(reading.changed)
    )


def test_a_file_gives_no_more_lines_than_somebody_reads():
    many = {f"ETCD_X{number}": "y" for number in range(5000)}
    reading = read_services({"a": member(environment=many)})
    assert len(reading.not_understood) == 300


def test_lines_can_be_kept_as_json():
    line = read("bitnami-one").changed[0]
    assert line.as_json()["services"] == ["etcd"]
    assert line.as_json()["key"] == "volumes"


def test_the_first_members_option_is_that_of_all():
    peers = "a=http://a:2380,b=http://b:2380"
    services = {
        name: member(
            command=f"--name={name} --initial-cluster={peers} --snapshot-count={count}"
            f" --initial-advertise-peer-urls=http://{name}:2380"
        )
        for name, count in (("a", 5000), ("b", 7000))
    }
    reading = read_services(services)
    assert reading.request.options == {"snapshot_count": 5000}
    assert (
        "b: --snapshot-count | --snapshot-count is 7000 here, but 5000 before: one"
        " value is for all members, 5000."
    ) in told(reading.changed)


def test_a_huge_number_stays_a_text_that_the_rules_refuse():
    services = {"a": member(command=f"--snapshot-count={'9' * 5000}")}
    request = read_services(services).request
    assert request.options == {"snapshot_count": "9" * 80}


@pytest.mark.parametrize(
    ("image", "given", "expected"),
    [
        ("quay.io/coreos/etcd:v3.5.35", "", ("", "3.5.35")),
        ("quay.io/coreos/etcd:v3.5.35", "3.6.16", ("", "3.6.16")),
        ("quay.io/coreos/etcd", "", ("", "")),
        ("quay.io/coreos/etcd:v3.5", "", ("", "3.5.35")),
        ("gcr.io/etcd-development/etcd:v3.6.16-arm64", "", ("", "3.6.16")),
        (
            f"quay.io/coreos/etcd:v3.6.16@sha256:{'a' * 64}",
            "",
            (f"quay.io/coreos/etcd:v3.6.16@sha256:{'a' * 64}", "3.6.16"),
        ),
        (
            "my.host:5000/coreos/etcd:v3.6.16",
            "",
            ("my.host:5000/coreos/etcd:v3.6.16", "3.6.16"),
        ),
        (
            "my.host:5000/coreos/etcd:v3.6.16",
            "3.7.3",
            ("my.host:5000/coreos/etcd", "3.7.3"),
        ),
        ("my.host:5000/coreos/etcd:latest", "", ("my.host:5000/coreos/etcd", "")),
        ("my.host:5000/bitnami/etcd:3.5.9", "", ("", "3.5.9")),
        ("mine/etcd:v3.6.16", "", ("", "3.6.16")),
        ("theirs/etcd:v9", "", ("", "")),
    ],
)
def test_the_image_and_the_version_that_are_asked_for(image, given, expected):
    services = {"etcd": {"image": image}}
    reading = read_compose({"services": services}, name="demo", version=given)
    assert (reading.request.image, reading.request.version) == expected


def test_the_panels_own_mirror_is_its_own_image():
    document = {"services": {"etcd": {"image": "mine.local/etcd-copy:v3.6.16"}}}
    reading = read_compose(
        document, name="demo", version="", repository="mine.local/etcd-copy"
    )
    assert (reading.request.image, reading.request.version) == ("", "3.6.16")


@pytest.mark.parametrize(
    ("ports", "client", "bind"),
    [
        (["127.0.0.1:23791:2379"], (23791,), "127.0.0.1"),
        (["10.0.0.5:23791:2379"], (23791,), "10.0.0.5"),
        (["0.0.0.0:23791:2379", "127.0.0.1:23801:2380"], (23791,), "127.0.0.1"),
        (["[::1]:23791:2379"], (23791,), "127.0.0.1"),
        (["23791:2379"], (23791,), "127.0.0.1"),
        (["2379"], (), "127.0.0.1"),
        (["443:2379"], (), "127.0.0.1"),
        (["23791:2379/udp"], (), "127.0.0.1"),
        ([{"target": 2379, "published": 23791}], (23791,), "127.0.0.1"),
        ([2379], (), "127.0.0.1"),
    ],
)
def test_the_ports_and_the_address_that_are_asked_for(ports, client, bind):
    request = read_services({"etcd": member(ports=ports)}).request
    assert (request.client_ports, request.bind_address) == (client, bind)


def test_a_port_inside_may_be_another_one():
    services = {
        "etcd": member(
            command="--listen-client-urls=http://0.0.0.0:4001", ports=["23791:4001"]
        )
    }
    assert read_services(services).request.client_ports == (23791,)


@pytest.mark.parametrize(
    ("networks", "top", "expected"),
    [
        (["net"], {"net": {"external": True}}, "net"),
        (["net"], {"net": {"external": True, "name": "real"}}, "real"),
        (["net"], {"net": {"external": {"name": "old"}}}, "old"),
        (["net"], {"net": {"external": False, "name": "real"}}, ""),
        (["net"], {"net": None}, ""),
        ({"net": {"aliases": ["x"]}}, {"net": {"external": "true"}}, "net"),
        (None, {}, ""),
    ],
)
def test_only_a_network_that_is_there_already_is_asked_for(networks, top, expected):
    reading = read_services({"etcd": member(networks=networks)}, networks=top)
    assert reading.request.network == expected
