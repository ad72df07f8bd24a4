import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.drafting import default_version, draft
from clusters.core.errors import SpecError
from clusters.core.releases import NEWEST, Version
from clusters.core.spec import HostKind
from tests.builders import offer, offers, processes, request, spec


def ports(made):
    return [(m.host, m.client_port, m.peer_port) for m in made.members]


def refused(asked, *hosts):
    with pytest.raises(SpecError) as error:
        draft(asked, offers(*hosts))
    return [f"{problem.field}: {problem.code}" for problem in error.value.problems]


def test_a_name_and_a_host_make_a_whole_definition():
    made = spec(offer(), name="orders")
    assert [member.name for member in made.members] == ["etcd1", "etcd2", "etcd3"]
    assert ports(made) == [
        ("docker", 23791, 23801),
        ("docker", 23792, 23802),
        ("docker", 23793, 23803),
    ]
    assert (made.token, made.version, made.host_kind) == ("orders", "3.7.3", "docker")
    assert (made.bind_address, made.network, made.image) == ("127.0.0.1", "", "")


def test_what_was_asked_is_taken_as_it_is():
    made = spec(
        size=1,
        cluster_token="t",
        member_names=("x",),
        client_ports=(2379,),
        peer_ports=(2380,),
        network="theirs",
        image="127.0.0.1:5000/etcd:v3.6.16",
        options={"pre_vote": False},
    )
    assert (made.token, made.network) == ("t", "theirs")
    assert (made.image, made.version) == ("127.0.0.1:5000/etcd:v3.6.16", "3.6.16")
    assert (made.members[0].name, ports(made)) == ("x", [("docker", 2379, 2380)])
    assert made.options == {"pre_vote": False}


def test_every_problem_of_a_bad_request_is_raised_at_once():
    assert refused(request(name="A", size=2), offer()) == [
        "name: name_invalid",
        "size: size_even",
    ]


def test_an_accepted_warning_is_built():
    assert spec(size=4, accept=("size_even",)).size == 4


# The version


@pytest.mark.parametrize(
    ("chosen", "version"),
    [
        ([offer(versions=("3.6.16", "3.7.3"))], "3.7.3"),
        ([offer(versions=("3.5.35",), pullable=("3.6.16",))], "3.6.16"),
        ([offer(versions=("v3.6.16", "3.99.0", "latest"))], "3.6.16"),
        ([offer(versions=("3.5.35", "3.7.3")), offer(versions=("3.5.35",))], "3.5.35"),
        ([offer(versions=()), offer(versions=("3.5.35",))], str(NEWEST)),
        ([offer(versions=())], str(NEWEST)),
        ([offer(facts=None)], str(NEWEST)),
        ([offer(facts=None), offer(versions=("3.5.35",))], "3.5.35"),
        ([processes(versions=("3.5.1",))], "3.5.1"),
        ([], str(NEWEST)),
    ],
)
def test_the_default_is_the_newest_release_that_every_host_has_or_can_get(
    chosen, version
):
    assert default_version(chosen) == Version.parse(version)


def test_an_engine_may_be_asked_for_a_version_that_it_must_pull():
    assert spec(offer(versions=()), version="3.6.16").version == "3.6.16"


def test_processes_run_what_is_installed():
    host = processes(versions=("3.5.35", "3.6.16"))
    assert spec(host).version == "3.6.16"
    assert spec(host, version="v3.5.35").version == "3.5.35"
    with pytest.raises(SpecError) as error:
        spec(host, version="3.7.3")
    assert str(error.value) == "local has no etcd 3.7.3. It has: 3.5.35, 3.6.16."
    assert error.value.code == "version_not_on_host"


def test_a_dangerous_default_must_be_accepted_too():
    host = processes(versions=("3.5.1",))
    asked = request(hosts=("local",))
    assert refused(asked, host) == ["version: release_corrupting"]
    assert spec(host, accept=("release_corrupting",)).version == "3.5.1"


def test_a_dangerous_version_of_an_image_must_be_accepted_too():
    assert refused(request(image="etcd:v3.5.2"), offer()) == [
        "version: release_corrupting"
    ]


def test_an_unknown_version_of_an_image_is_refused():
    assert refused(request(image="etcd:v9.9.9"), offer()) == [
        "version: version_unknown"
    ]


def test_options_are_judged_by_the_version_that_is_chosen():
    old = processes(versions=("3.5.35",))
    asked = request(hosts=("local",), options={"max_learners": 2})
    assert refused(asked, old) == ["options.max_learners: option_invalid"]
    assert spec(processes(), options={"max_learners": 2}).version == "3.7.3"


# Hosts and ports


def test_members_go_to_the_hosts_in_turn_and_each_host_lends_its_own_block():
    engines = offer(), offer("engine-2", leased={23791: "other"})
    made = spec(*engines, network="overlay", size=5)
    assert ports(made) == [
        ("docker", 23791, 23801),
        ("engine-2", 23812, 23822),
        ("docker", 23793, 23803),
        ("engine-2", 23814, 23824),
        ("docker", 23795, 23805),
    ]
    assert made.hosts == ("docker", "engine-2")
    assert [member.name for member in made.on("engine-2")] == ["etcd2", "etcd4"]


def test_blocks_with_a_leased_port_are_skipped():
    leased = {23793: "x", 23821: "y"}
    assert ports(spec(offer(leased=leased)))[0] == ("docker", 23831, 23841)


def test_a_port_that_was_named_is_not_lent_a_second_time():
    made = spec(client_ports=(23801, 23802, 23803))
    assert [peer for _, _, peer in ports(made)] == [23821, 23822, 23823]


def test_peer_ports_may_be_named_alone():
    made = spec(peer_ports=(2001, 2002, 2003))
    assert ports(made)[0] == ("docker", 23791, 2001)


def test_a_host_without_free_ports_is_refused():
    full = offer(leased=dict.fromkeys(range(1024, 32768), "x"))
    assert refused(request(), full) == ["hosts: ports_used_up"]


def test_hosts_give_the_definition_its_kind():
    assert spec(processes()).host_kind is HostKind.PROCESS
    assert spec(offer("w", HostKind.MEMORY)).in_containers


leases = st.sets(st.integers(min_value=23791, max_value=24100), max_size=40)


@given(
    size=st.sampled_from([1, 3, 5, 7]),
    leased=leases,
    hosts=st.integers(min_value=1, max_value=3),
)
def test_no_port_is_lent_twice_whatever_is_taken(size, leased, hosts):
    lent = dict.fromkeys(leased, "other")
    there = [offer(f"engine-{n}", leased=lent) for n in range(hosts)]
    made = spec(*there, size=size, network="overlay")
    pairs = [
        (member.host, port)
        for member in made.members
        for port in (member.client_port, member.peer_port)
    ]
    assert len(pairs) == len(set(pairs)) == 2 * size
    assert not {port for _, port in pairs} & leased


@given(
    size=st.sampled_from([1, 3, 5, 7]),
    name=st.from_regex(r"[a-m]{1,9}", fullmatch=True),
)
def test_drafting_twice_gives_the_same_definition(size, name):
    assert spec(name=name, size=size) == spec(name=name, size=size)
