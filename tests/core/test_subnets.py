"""Subnets that overlap nothing, and addresses that lie inside."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.subnets import (
    address_problems,
    addresses_in,
    free_subnet,
    gateway_of,
    is_proposed,
    subnet_problem,
)

WIDE = (IPv4Network("10.213.0.0/16"), IPv4Network("172.30.0.0/16"))
NETWORKS = [net for wide in WIDE for net in wide.subnets(new_prefix=24)]
ALL = [str(net) for net in NETWORKS]

subnets = st.builds(
    lambda address, prefix: str(IPv4Network((address, prefix), strict=False)),
    st.one_of(
        st.integers(0, 2**32 - 1),
        st.integers(int(WIDE[0][0]), int(WIDE[0][-1])),
        st.integers(int(WIDE[1][0]), int(WIDE[1][-1])),
    ),
    st.integers(8, 32),
)


def test_a_cluster_finds_the_same_subnet_again():
    assert free_subnet((), "orders") == "10.213.219.0/24"
    assert free_subnet((), "orders") == free_subnet((), "orders")


def test_two_clusters_begin_at_different_places():
    assert free_subnet((), "billing") != free_subnet((), "orders")


def test_the_next_one_is_taken_when_the_first_is_in_use():
    first = free_subnet((), "orders")
    assert free_subnet([first], "orders") == "10.213.220.0/24"


def test_a_wide_network_takes_all_that_lies_inside():
    found = free_subnet(["10.0.0.0/8"], "orders")
    assert found == "172.30.0.0/24"
    assert free_subnet(["10.0.0.0/8", "172.16.0.0/12"], "orders") is None


def test_an_engine_may_also_name_what_is_no_subnet_of_ipv4():
    taken = ["", "fd00:dead::/64", "nonsense", "10.213.219.9/24"]
    assert free_subnet(taken, "orders") == "10.213.220.0/24"


@given(taken=st.lists(subnets, max_size=12), seed=st.text(max_size=40))
def test_what_is_found_overlaps_nothing(taken, seed):
    found = free_subnet(taken, seed)
    used = [IPv4Network(text) for text in taken]
    free = [net for net in NETWORKS if not _overlaps(net, used)]
    assert (found is None) == (not free)
    assert found is None or IPv4Network(found) in free


@given(left=st.sampled_from(ALL), seed=st.text(max_size=40))
def test_the_last_one_that_is_free_is_found(left, seed):
    taken = [net for net in ALL if net != left]
    assert free_subnet(taken, seed) == left


def _overlaps(net, taken):
    return any(net.overlaps(other) for other in taken)


def test_the_name_server_and_the_members_leave_the_gateway_alone():
    assert gateway_of("10.213.7.0/24") == "10.213.7.1"
    assert addresses_in("10.213.7.0/24", 3) == (
        "10.213.7.2",
        ("10.213.7.11", "10.213.7.12", "10.213.7.13"),
    )


def test_a_small_subnet_is_filled_from_below():
    assert addresses_in("10.213.7.8/29", 3) == (
        "10.213.7.10",
        ("10.213.7.11", "10.213.7.12", "10.213.7.13"),
    )


@given(
    subnet=st.integers(16, 30).flatmap(
        lambda prefix: st.sampled_from(ALL).map(
            lambda net: str(IPv4Network((net.split("/")[0], prefix), strict=False))
        )
    ),
    count=st.integers(1, 60),
)
def test_addresses_are_distinct_and_free_wherever_there_is_room(subnet, count):
    if subnet_problem(subnet, count):
        return
    dns, members = addresses_in(subnet, count)
    every = {gateway_of(subnet), dns, *members}
    assert len(every) == count + 2
    assert all(IPv4Address(address) in IPv4Network(subnet) for address in every)
    assert list(address_problems(subnet, members, count)) == []


@pytest.mark.parametrize(
    "subnet", ["10.213.7.0/24", "192.168.1.0/24", "172.20.0.0/16", "10.0.0.0/28"]
)
def test_these_subnets_hold_a_cluster(subnet):
    assert subnet_problem(subnet, 7) is None


@pytest.mark.parametrize(
    ("subnet", "sentence"),
    [
        ("x", "“x” is no private IPv4 subnet, such as 10.213.7.0/24."),
        ("", "“” is no private IPv4 subnet, such as 10.213.7.0/24."),
        (
            "8.8.8.0/24",
            "“8.8.8.0/24” is no private IPv4 subnet, such as 10.213.7.0/24.",
        ),
        (
            "127.0.0.0/24",
            "“127.0.0.0/24” is no private IPv4 subnet, such as 10.213.7.0/24.",
        ),
        ("fd00::/64", "“fd00::/64” is no private IPv4 subnet, such as 10.213.7.0/24."),
        (
            "169.254.1.0/24",
            "“169.254.1.0/24” is no private IPv4 subnet, such as 10.213.7.0/24.",
        ),
        (
            "10.213.7.4/24",
            "“10.213.7.4/24” begins inside a subnet; that one is 10.213.7.0/24.",
        ),
        (
            "10.213.7.0/30",
            (
                "10.213.7.0/30 has room for 0 members beside its gateway and the name"
                " server; 3 are asked for."
            ),
        ),
        (
            "10.213.7.0/32",
            (
                "10.213.7.0/32 has room for 0 members beside its gateway and the name"
                " server; 3 are asked for."
            ),
        ),
    ],
)
def test_these_subnets_hold_none(subnet, sentence):
    assert str(subnet_problem(subnet, 3)) == sentence


def test_a_subnet_holds_as_many_as_it_says():
    assert subnet_problem("10.213.7.0/29", 4) is None
    assert str(subnet_problem("10.213.7.0/29", 5)).startswith(
        "10.213.7.0/29 has room for 4 members"
    )


def test_every_wrong_address_is_told_by_itself():
    wrong = ["10.213.7.1", "10.213.7.2", "10.213.7.0", "10.213.7.255", "10.0.0.9"]
    wrong += ["x", "10.213.7.20", "10.213.7.20", "10.213.7.021"]
    assert [str(text) for text in address_problems("10.213.7.0/24", wrong, 9)] == [
        "10.213.7.1 can not be a member's: it is the gateway's.",
        "10.213.7.2 can not be a member's: it is the name server's.",
        "10.213.7.0 can not be a member's: it is the first of the subnet.",
        "10.213.7.255 can not be a member's: it is the last of the subnet.",
        "10.0.0.9 is not in 10.213.7.0/24.",
        "“x” is no IPv4 address.",
        "10.213.7.20 is given to two members.",
        "“10.213.7.021” is no IPv4 address.",
    ]


def test_each_member_needs_an_address():
    assert [str(t) for t in address_problems("10.213.7.0/24", ["10.213.7.9"], 3)] == [
        "1 addresses for 3 members."
    ]


@pytest.mark.parametrize(
    ("subnet", "proposed"),
    [
        (free_subnet([], "a"), True),
        ("10.213.7.0/24", True),
        ("10.213.0.0/16", False),
        ("10.90.7.0/24", False),
        ("", False),
        ("fd00::/64", False),
    ],
)
def test_a_subnet_that_the_panel_may_have_chosen_is_known(subnet, proposed):
    assert is_proposed(subnet) is proposed
