"""What members are asked over plain HTTP: to answer as a peer, and as a v2 proxy."""

import http.client
import threading
import time
from http import HTTPStatus

# What a member asks the others before it bootstraps.
_QUESTION = "/members"
_TRY_SECONDS = 0.3
_PAUSE = 0.005
# A proxy passes on everything but this, so that it looks like a member.
_PROXY = "/v2/config/local/proxy"
_PROXY_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND})


def await_peer_answer(endpoint: str, seconds: float) -> bool:
    """Whether HOST:PORT, a peer port, answered within the time; never raises."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while (left := ends - time.monotonic()) > 0:
        if _answers(endpoint, min(left, _TRY_SECONDS)):
            return True
        pause.wait(_PAUSE)
    return False


def probe_proxy(endpoint: str, timeout: float) -> bool | None:
    """Whether a v2 proxy answers at HOST:PORT, or a member; never raises.

    None: nothing answers, or what answers is neither.
    """
    said = _status(endpoint, _PROXY, timeout)
    return said == HTTPStatus.OK if said in _PROXY_ANSWERS else None


def _answers(endpoint: str, seconds: float) -> bool:
    """A member that holds its port already answers as soon as it serves its peers."""
    return _status(endpoint, _QUESTION, seconds) is not None


def _status(endpoint: str, path: str, seconds: float) -> int | None:
    try:
        wire = http.client.HTTPConnection(endpoint, timeout=seconds)
    except http.client.InvalidURL:
        return None
    try:
        wire.request("GET", path)
        answer = wire.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        wire.close()
    return answer.status
