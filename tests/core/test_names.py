import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.names import (
    RESERVED,
    default_member_names,
    instance_name,
    is_label,
    network_name,
    volume_name,
)


@pytest.mark.parametrize("name", ["a", "etcd1", "a-b", "a--b", "x" * 40, *RESERVED])
def test_dns_labels_are_names(name):
    assert is_label(name)


@pytest.mark.parametrize(
    "name",
    ["", "A", "1a", "-a", "a-", "a_b", "a.b", "a b", "a\n", "é", "x" * 41, "a/../b"],
)
def test_everything_else_is_not(name):
    assert not is_label(name)


@given(name=st.text(max_size=60))
def test_a_label_is_what_rfc_1123_says_within_forty_characters(name):
    rfc = re.fullmatch(r"[a-z](?:[a-z0-9-]*[a-z0-9])?", name) is not None
    assert is_label(name) == (rfc and len(name) <= 40)


def test_what_a_cluster_owns_on_an_engine_carries_its_name():
    assert instance_name("orders", "etcd1") == "orders-etcd1"
    assert network_name("orders") == "orders-net"
    assert volume_name("orders", "etcd1") == "orders-etcd1-data"


def test_members_are_called_etcd1_and_so_on():
    assert default_member_names(3) == ("etcd1", "etcd2", "etcd3")
    assert default_member_names(2, start=4) == ("etcd4", "etcd5")
