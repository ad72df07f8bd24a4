"""The wire to a pretended world, for tests only.

The world is a server of its own (tests/drivers/world.py): it outlives workers as a real
engine and a real store do, counts what it is told, and fails on demand. One connection
for each call, one line of JSON to ask, one or more to answer.
"""

import json
import socket
from collections.abc import Generator
from contextlib import closing
from typing import Any

from clusters.core.errors import BackendError, Unavailable
from clusters.core.text import quote, say

# What a world says that pretends to be away.
_SILENT = frozenset({"engine_unreachable", "store_unreachable"})
_ANSWER_SECONDS = 60.0


def ask(socket_path: str, verb: str, *args: Any) -> Any:
    """What the world answers; BackendError when it says no."""
    with closing(answers(socket_path, verb, _ANSWER_SECONDS, *args)) as lines:
        answer = next(lines)
    if answer is None:
        raise _unreachable("no answer")
    return answer["ok"]


def answers(
    socket_path: str, verb: str, patience: float, *args: Any
) -> Generator[dict[str, Any] | None, None, None]:
    """Each line that comes back, and None after each `patience` without one."""
    with socket.socket(socket.AF_UNIX) as wire:
        try:
            wire.connect(socket_path)
            wire.sendall(json.dumps({"verb": verb, "args": args}).encode() + b"\n")
        except OSError as error:
            raise _unreachable(error.strerror or str(error)) from error
        wire.settimeout(patience)
        rest = b""
        while True:
            try:
                part = wire.recv(1 << 16)
            except TimeoutError:
                yield None
                continue
            except OSError as error:
                raise _unreachable(error.strerror or str(error)) from error
            if not part:
                raise _unreachable("it hung up")
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                yield _checked(json.loads(line))


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if "no" not in answer:
        return answer
    if answer["code"] in _SILENT:
        raise _unreachable(answer["no"], answer["code"])
    raise BackendError(quote(answer["no"]), code=answer["code"])


def _unreachable(why: str, code: str = "engine_unreachable") -> Unavailable:
    return Unavailable(
        say("The pretended engine does not answer: {why}.", why=quote(why)),
        code=code,
        advice=say("Start it again."),
    )
