import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.topology import (
    LAST_PORT,
    failures_survived,
    free_block,
    port_blocks,
    quorum,
)


@pytest.mark.parametrize(
    ("voters", "needed", "survived"),
    [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2), (6, 4, 2), (7, 4, 3)],
)
def test_a_quorum_is_more_than_half(voters, needed, survived):
    assert quorum(voters) == needed
    assert failures_survived(voters) == survived


def test_the_first_block_is_the_one_of_the_tutorial():
    assert free_block(3, ()) == ((23791, 23801), (23792, 23802), (23793, 23803))


@given(size=st.integers(min_value=1, max_value=7))
def test_no_two_blocks_share_a_port_and_all_stay_below_the_ephemeral_range(size):
    ports = [port for block in port_blocks(size) for pair in block for port in pair]
    assert len(ports) == len(set(ports))
    assert max(ports) <= LAST_PORT


@pytest.mark.parametrize("port", [23791, 23793, 23801, 23803])
def test_a_block_with_one_taken_port_is_skipped(port):
    assert free_block(3, {port})[0] == (23811, 23821)


def test_a_port_between_the_members_ports_is_nobodys_business():
    assert free_block(3, {23794, 23800})[0] == (23791, 23801)


def test_there_is_no_block_when_all_are_taken():
    assert free_block(1, range(1024, LAST_PORT + 1)) is None
