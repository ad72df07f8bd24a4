"""What the figures ask of the panel, through its REST interface as any script would."""

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from etcdpanel.up.rest import Rest

PATIENCE = 120.0


class Door:
    """One panel and one token."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self.rest = Rest(f"http://127.0.0.1:{port}", token)

    def usable_host(self, name: str) -> dict[str, Any]:
        """The host, once the worker has looked at it."""
        ends = time.monotonic() + PATIENCE
        while True:
            hosts = {host["name"]: host for host in self.rest.results("/hosts/")}
            if hosts.get(name, {}).get("usable"):
                return hosts[name]
            if time.monotonic() > ends:
                raise TimeoutError(f"the host {name} can not be used: {hosts}")
            threading.Event().wait(0.2)

    def create(self, body: dict[str, Any]) -> float:
        """Press create, follow the stream to its end; how long it took."""
        return self.timed("/clusters/", body)[0]

    def timed(self, path: str, body: dict[str, Any]) -> tuple[float, str]:
        """The same of anything that is made at a path, and the operation's id."""
        began = time.monotonic()
        operation = self.rest.call("POST", path, body)["operation"]
        state = self.follow(operation)
        took = time.monotonic() - began
        if state != "succeeded":
            told = self.rest.get(f"/operations/{operation}/")
            raise RuntimeError(f"{state}: {told['explanation']}")
        return took, operation

    def delete(self, name: str, kind: str = "clusters") -> None:
        path = f"/{kind}/{name}/?confirm={name}"
        self.follow(self.rest.call("DELETE", path)["operation"])

    def follow(self, operation: str) -> str:
        """The state that the last event of the stream tells."""
        with self.stream(operation) as lines:
            ended = False
            for line in lines:
                if line.startswith(b"event: "):
                    ended = line.strip() == b"event: end"
                elif ended and line.startswith(b"data: "):
                    return str(json.loads(line[6:])["state"])
        raise RuntimeError("the stream ended before the operation")

    @contextlib.contextmanager
    def stream(self, operation: str) -> Iterator[http.client.HTTPResponse]:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "text/event-stream",
        }
        try:
            path = f"/api/v1/operations/{operation}/events/"
            wire.request("GET", path, headers=headers)
            yield wire.getresponse()
        finally:
            wire.close()
