"""Free ports for members, below the range that the system lends out."""

import contextlib
import random
import socket

LOWEST, HIGHEST = 20000, 32000


def free_ports(count: int) -> list[int]:
    """In rising order, none twice."""
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(LOWEST, HIGHEST)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.add(port)
    return sorted(found)
