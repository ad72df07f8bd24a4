"""Wait until a member answers its peers, over plain HTTP as they ask it."""

import http.client
import threading
import time

# What a member asks the others before it bootstraps.
_QUESTION = "/members"
_TRY_SECONDS = 0.3
_PAUSE = 0.005


def await_peer_answer(endpoint: str, seconds: float) -> bool:
    """Whether HOST:PORT, a peer port, answered within the time; never raises."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while (left := ends - time.monotonic()) > 0:
        if _answers(endpoint, min(left, _TRY_SECONDS)):
            return True
        pause.wait(_PAUSE)
    return False


def _answers(endpoint: str, seconds: float) -> bool:
    """A member that holds its port already answers as soon as it serves its peers."""
    wire = http.client.HTTPConnection(endpoint, timeout=seconds)
    try:
        wire.request("GET", _QUESTION)
        wire.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()
    return True
