"""The names and addresses under which a panel answers."""

import socket

import psutil

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # compared with, never bound here


def reachable(bind: str) -> list[str]:
    """Loopback always (health checks ask there), then what the panel listens on.

    An address is no danger in a Host header: a hostile page can bring a *name*
    that it points here, never our own address.
    """
    if bind not in EVERYWHERE:
        return [*LOOPBACK, f"[{bind}]" if ":" in bind else bind]
    cards = psutil.net_if_addrs().values()
    own = [a.address for card in cards for a in card if a.family == socket.AF_INET]
    return [*LOOPBACK, socket.gethostname(), *own]
