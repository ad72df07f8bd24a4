"""Each request that can not be built, with the field, the code and the sentence."""

import pytest

from clusters.core.request import ClusterRequest
from clusters.core.rules import request_problems, unaccepted
from clusters.core.text import say
from tests.builders import offer, offers, processes, request, unusable

LABEL = (
    "Use a-z, 0-9 and hyphens, at most 40 characters; begin with a letter and do not"
    " end with a hyphen."
)
MODES = "Choose one of: static, discovery_v2, discovery_public, discovery_v3, dns_srv."
SEVERAL = {"hosts": ("docker", "engine-2"), "network": "overlay"}


def bad(asked, where, sentence):
    return asked, where, sentence


BAD = {
    # Names
    "a name with a capital": bad({"name": "Orders"}, "name: name_invalid", LABEL),
    "a name that leads out of its folder": bad(
        {"name": "../etc"}, "name: name_invalid", LABEL
    ),
    "no name": bad({"name": ""}, "name: name_invalid", LABEL),
    "a reserved name": bad(
        {"name": "new"},
        "name: name_reserved",
        "“new” is reserved; choose another name.",
    ),
    "two members of one name": bad(
        {"member_names": ("x", "y", "x")},
        "member_names: member_name_twice",
        "Two members are called x; etcd would take them for one.",
    ),
    "a bad member name": bad(
        {"member_names": ("x", "y_1", "z")},
        "member_names: member_name_invalid",
        f"“y_1”: {LABEL}",
    ),
    "a member that would find itself at the loopback address": bad(
        {"member_names": ("localhost", "y", "z")},
        "member_names: member_name_reserved",
        "“localhost” is reserved; choose another name.",
    ),
    "fewer names than members": bad(
        {"member_names": ("x", "y")},
        "member_names: member_names_count",
        "2 names for 3 members.",
    ),
    "a token that is not one": bad(
        {"cluster_token": "a b"},
        "cluster_token: token_invalid",
        "Use letters, digits, dots, hyphens and underscores, at most 128.",
    ),
    # Sizes
    "no member": bad({"size": 0}, "size: size_invalid", "Choose 1, 3, 5 or 7 members."),
    "too many": bad({"size": 9}, "size: size_invalid", "Choose 1, 3, 5 or 7 members."),
    "an even size": bad(
        {"size": 4},
        "size: size_even",
        "4 members need 3 to agree. Of 3 members as many may fail (1), and there is"
        " one less that can. Choose 3 or 5, or accept “size_even”.",
    ),
    # What runs
    "a bootstrap mode nobody knows": bad(
        {"bootstrap": "magic"},
        "bootstrap: bootstrap_unknown",
        MODES,
    ),
    "an unknown version": bad(
        {"version": "3.9.1"},
        "version: version_unknown",
        "etcd 3.9.1 is not a release this panel knows. Newest of each line:"
        " 3.4.45, 3.5.35, 3.6.16, 3.7.3.",
    ),
    "a corrupting version": bad(
        {"version": "3.5.1"},
        "version: release_corrupting",
        "etcd 3.5.0 to 3.5.2 can corrupt data when a member is killed under"
        " load. Use it for trying out only.",
    ),
    "an image that is not a reference": bad(
        {"image": "Not One"},
        "image: image_invalid",
        "“Not One” is not an image reference such as quay.io/coreos/etcd:v3.6.16.",
    ),
    "an image that changes": bad(
        {"image": "etcd:latest", "version": "3.7.3"},
        "image: image_latest",
        "“latest” changes under a running cluster; name a version.",
    ),
    "an image of another version": bad(
        {"image": "etcd:v3.6.16", "version": "3.7.3"},
        "image: image_version_differs",
        "The image carries etcd 3.6.16, but the version asked for is 3.7.3.",
    ),
    "an image for processes": bad(
        {"image": "etcd:v3.6.16", "hosts": ("local",)},
        "image: image_on_processes",
        "Processes of this machine run an installed etcd, not an image;"
        " choose a version instead.",
    ),
    "an option that is none": bad(
        {"options": {"data_dir": "/"}},
        "options.data_dir: option_invalid",
        "data_dir is not an option that may be set. Choose from:"
        " auto_compaction_mode, auto_compaction_retention, election_timeout,"
        " heartbeat_interval, log_level, max_learners, max_request_bytes,"
        " max_snapshots, max_txn_ops, max_wals, metrics, pre_vote,"
        " quota_backend_bytes, snapshot_count.",
    ),
    # Hosts
    "no host": bad({"hosts": ()}, "hosts: host_missing", "Choose at least one host."),
    "an unknown host": bad(
        {"hosts": ("moon",)},
        "hosts: host_unknown",
        "There is no host moon. Choose from: broken, docker, engine-2, local, unseen.",
    ),
    "a host that can not be used": bad(
        {"hosts": ("broken",)},
        "hosts: socket_absent",
        "broken can not be used: No engine answers. Start Docker.",
    ),
    "processes beside containers": bad(
        {"hosts": ("docker", "local")},
        "hosts: hosts_mixed",
        "Processes and containers do not meet; choose hosts of one kind.",
    ),
    "a network for processes": bad(
        {"hosts": ("local",), "network": "n"},
        "network: network_on_processes",
        "Processes of this machine have no network of their own.",
    ),
    "a network that is no name": bad(
        {"network": "a b"},
        "network: network_invalid",
        "Use letters, digits, dots, hyphens and underscores.",
    ),
    "several engines without a network": bad(
        {"hosts": ("docker", "engine-2")},
        "network: network_missing",
        "Members on several engines need a network that spans them: name an"
        " attachable overlay network.",
    ),
    # Addresses and ports
    "an address that is a name": bad(
        {"bind_address": "localhost"},
        "bind_address: address_invalid",
        "Use an IP address of the host, such as 127.0.0.1.",
    ),
    "an address of IPv6": bad(
        {"bind_address": "::1"}, "bind_address: address_invalid", "Use an IPv4 address."
    ),
    "an address that everybody reaches": bad(
        {"bind_address": "0.0.0.0"},
        "bind_address: published_beyond_loopback",
        "Anybody who reaches 0.0.0.0 can read and write every key: there is"
        " no TLS and no login. Use 127.0.0.1, or accept"
        " “published_beyond_loopback”.",
    ),
    "a port of another cluster": bad(
        {"client_ports": (23791, 2001, 2002)},
        "client_ports: port_leased",
        "Port 23791 on docker belongs to the cluster orders.",
    ),
    "a port of another cluster on the second host": bad(
        {**SEVERAL, "peer_ports": (2000, 9000, 2002)},
        "peer_ports: port_leased",
        "Port 9000 on engine-2 belongs to the cluster orders.",
    ),
    "a port that outgoing connections take": bad(
        {"peer_ports": (32768, 2001, 2002)},
        "peer_ports: port_out_of_range",
        "Port 32768 is outside 1024-32767: higher ports may be taken by any"
        " outgoing connection.",
    ),
    "a port for the superuser": bad(
        {"client_ports": (80, 2001, 2002)},
        "client_ports: port_out_of_range",
        "Port 80 is outside 1024-32767: higher ports may be taken by any"
        " outgoing connection.",
    ),
    "a port twice": bad(
        {"client_ports": (2000, 2001, 2000)},
        "client_ports: port_twice",
        "Port 2000 is named twice.",
    ),
    "a port for clients and peers": bad(
        {"client_ports": (2000, 2001, 2002), "peer_ports": (2002, 2004, 2005)},
        "peer_ports: port_twice",
        "Port 2002 is both a client and a peer port.",
    ),
    "fewer ports than members": bad(
        {"client_ports": (2000,)}, "client_ports: ports_count", "1 ports for 3 members."
    ),
}
WARNINGS = {"size_even", "release_corrupting", "published_beyond_loopback"}

GOOD = {
    "nothing but a name": {},
    "one member": {"size": 1},
    "seven members": {"size": 7},
    "the longest name": {"name": "x" * 40},
    "the tutorial": {
        "cluster_token": "etcd-cluster",
        "member_names": ("etcd1", "etcd2", "etcd3"),
        "client_ports": (2379, 2389, 2399),
        "peer_ports": (2380, 2390, 2400),
    },
    "another address of the loopback": {"bind_address": "127.0.0.2"},
    "an old version that is only marked": {"version": "3.4.45"},
    "an image with its version": {"image": "127.0.0.1:5000/etcd:v3.6.16"},
    "processes": {"hosts": ("local",)},
    "a host that nobody looked at": {"hosts": ("unseen",)},
    "several engines on a network": SEVERAL,
    "a host named twice": {"hosts": ("docker", "docker")},
    "the same ports on several hosts": {
        **SEVERAL,
        "size": 2,
        "accept": ("size_even",),
        "client_ports": (2379, 2379),
        "peer_ports": (2380, 2380),
    },
    "a port that another host has lent": {
        **SEVERAL,
        "client_ports": (9000, 23791, 9001),
    },
    "options": {"options": {"heartbeat_interval": 50, "pre_vote": True}},
}


@pytest.fixture(scope="module")
def there():
    return offers(
        offer(leased={23791: "orders"}),
        offer("engine-2", leased={9000: "orders"}),
        processes(),
        unusable("broken"),
        offer("unseen", facts=None),
    )


def found(asked, there):
    return tuple(request_problems(request(**asked), there))


@pytest.mark.parametrize(("asked", "where", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_request_is_refused_at_its_field_with_a_sentence(
    asked, where, sentence, there
):
    (only,) = found(asked, there)
    assert f"{only.field}: {only.code}" == where
    assert str(only.text) == sentence
    assert only.can_accept == (only.code in WARNINGS)


@pytest.mark.parametrize("asked", GOOD.values(), ids=GOOD)
def test_a_good_request_has_no_problem(asked, there):
    assert unaccepted(found(asked, there), asked.get("accept", ())) == ()


def test_every_problem_is_named_at_once(there):
    asked = {
        "name": "A",
        "size": 0,
        "hosts": (),
        "bind_address": "x",
        "version": "9.9.9",
        "bootstrap": "x",
        "options": {"x": 1},
    }
    fields = {problem.field for problem in found(asked, there)}
    assert fields == {*(set(asked) - {"options"}), "options.x"}


@pytest.mark.parametrize("code", sorted(WARNINGS))
def test_a_warning_passes_when_its_code_is_accepted(code):
    asked = next(asked for asked, where, _ in BAD.values() if where.endswith(code))
    problems = found(asked, offers())
    assert [problem.code for problem in problems] == [code]
    assert unaccepted(problems, ()) == problems
    assert unaccepted(problems, ("other",)) == problems
    assert unaccepted(problems, (code,)) == ()


def test_an_error_can_not_be_accepted():
    problems = found({"size": 0}, offers())
    assert unaccepted(problems, ("size_invalid",)) == problems


@pytest.mark.parametrize(("size", "fewer", "more"), [(2, 1, 3), (4, 3, 5), (6, 5, 7)])
def test_an_even_size_is_told_its_better_neighbours(size, fewer, more):
    (problem,) = found({"size": size}, offers())
    assert f"Choose {fewer} or {more}" in str(problem.text)


def test_a_host_named_twice_is_told_once():
    asked = {"hosts": ("docker", "docker", "moon", "moon")}
    problems = found(asked, offers(unusable()))
    assert [problem.code for problem in problems] == ["host_unknown", "socket_absent"]


def test_a_host_named_twice_does_not_shift_the_hosts_of_ports():
    asked = {
        **SEVERAL,
        "hosts": ("docker", "docker", "engine-2"),
        "client_ports": (2000, 2001, 2002),
    }
    there = offers(offer(), offer("engine-2", leased={2001: "orders"}))
    (problem,) = found(asked, there)
    assert str(problem.text) == "Port 2001 on engine-2 belongs to the cluster orders."


def test_a_host_without_a_reason_still_has_a_code():
    there = offers(offer(usable=False, reason=say("No."), cure=say("Do.")))
    assert found({}, there)[0].code == "host_unusable"


def test_sentences_do_not_repeat_endless_input():
    asked = ClusterRequest(
        name="n" * 10_000,
        hosts=("h" * 10_000,),
        version="v" * 10_000,
        image="I" * 10_000,
        member_names=("M" * 10_000,) * 3,
        options={"o" * 10_000: 1},
    )
    for problem in request_problems(asked, offers()):
        assert len(str(problem.text)) < 450
