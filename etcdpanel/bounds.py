"""Turn away a body that is too large while it comes in, not when it lies on disk.

Django writes the whole body of a request to a file before anybody is asked who sends
it.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

PROBLEM = {
    "type": "urn:etcdpanel:problem:body_too_large",
    "title": "Request Entity Too Large",
    "status": 413,
    "code": "body_too_large",
    "detail": "The body is larger than this panel takes (1 MiB).",
    "advice": "",
    "errors": {},
    "request_id": "",
}


class TooLargeError(Exception):
    """More came than was allowed."""


class BoundedBodies:
    """Lets a request through as long as its body stays within the limit."""

    def __init__(self, app: App, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _told(scope) > self.limit:
            await _refuse(send)
            return
        try:
            await self.app(scope, self._counted(receive), send)
        except TooLargeError:
            await _refuse(send)

    def _counted(self, receive: Receive) -> Receive:
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.limit:
                raise TooLargeError
            return message

        return counted


def _told(scope: dict[str, Any]) -> int:
    """What the client says its body's length is; the server has seen to its form."""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(each) for each in lengths), default=0)


async def _refuse(send: Send) -> None:
    content = json.dumps(PROBLEM).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": content})
