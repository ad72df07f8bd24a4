"""The socket of the pretended world: one line of JSON in, one or more out."""

import json
import socketserver
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.drivers.pretence import LostAnswerError, Pretence
from tests.drivers.pretended_control import Control
from tests.drivers.pretended_things import RefusalError


class Server(socketserver.ThreadingUnixStreamServer):
    """Answers each connection in a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path) -> None:
        self.pretence = Pretence()
        self.control = Control(self.pretence)
        super().__init__(str(path), Handler)


class Handler(socketserver.StreamRequestHandler):
    """One question."""

    server: Server

    def handle(self) -> None:
        line = self.rfile.readline()
        if not line:
            return
        asked = json.loads(line)
        # The caller may have been killed while it waited: what is done stays done.
        with suppress(LostAnswerError, BrokenPipeError, ConnectionResetError):
            try:
                self._answer({"ok": self._reply(asked)})
            except RefusalError as no:
                self._answer({"no": str(no), "code": no.code})

    def _reply(self, asked: dict[str, Any]) -> Any:
        verb, args = asked["verb"], asked["args"]
        if asked.get("control"):
            return getattr(self.server.control, verb)(*args)
        if verb == "pull_image":
            for progress in self.server.pretence.pull(*args):
                self._answer({"progress": progress})
            return None
        return self.server.pretence.ask(verb, args)

    def _answer(self, answer: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(answer).encode() + b"\n")


def serve(path: Path) -> None:
    draft = path.with_name(f"{path.name}.new")
    with Server(draft) as server:
        draft.rename(path)  # it is there when it listens, and not before
        server.serve_forever()
