"""Quorum arithmetic and the layout of ports."""

from collections.abc import Collection

SIZES = (1, 3, 5, 7)
LARGEST_SIZE = 7
# Members of one block of ports: voters, and proxies beyond them.
BLOCK_MEMBERS = 9

# Below the ephemeral range of Linux (32768-60999), where an outgoing connection
# may hold any port. The first block gives the tutorial's 23791-3 and 23801-3.
FIRST_CLIENT_PORT = 23791
PEER_OFFSET = 10
BLOCK = 20
LAST_PORT = 32767
FIRST_PORT = 1024


def quorum(voters: int) -> int:
    """How many voters must agree: the majority."""
    return voters // 2 + 1


def failures_survived(voters: int) -> int:
    """How many voters may be lost while the rest still makes a quorum."""
    return voters - quorum(voters)


def port_blocks(size: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Every block of (client, peer) port pairs for a cluster of that size."""
    last = LAST_PORT - BLOCK
    return tuple(
        tuple((base + n, base + PEER_OFFSET + n) for n in range(size))
        for base in range(FIRST_CLIENT_PORT, last, BLOCK)
    )


def free_block(size: int, taken: Collection[int]) -> tuple[tuple[int, int], ...] | None:
    """The first block of which no port is taken, or None when all are."""
    busy = set(taken)
    for block in port_blocks(size):
        if not any(port in busy for pair in block for port in pair):
            return block
    return None
