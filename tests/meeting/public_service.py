"""The public discovery service: its own server, and one that only pretends to be it."""

import http.client
import secrets
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.drivers.docker_world import free_ports
from tests.meeting.program import Program, Server
from tests.meeting.stores import EVERYWHERE, LOOPBACK, Store
from tests.parts import discovery_service_binary


@dataclass(kw_only=True)
class PublicService(Server):
    """discovery.etcd.io's server. `url` is what it puts before each token; this
    machine reaches it at `panel_url`, which differs where `url` is for containers."""

    url: str
    panel_url: str
    port: int

    def new(self, size: int | str = 3) -> str:
        """The URL of a new token, as a person gets it with curl."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        address = f"{self.panel_url}/new?size={size}"
        with opener.open(address, timeout=5) as answer:
            return answer.read().decode()

    def _is_healthy(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.panel_url}/health", timeout=2) as answer:
                return answer.read() == b"OK"
        except (OSError, http.client.HTTPException):
            return False


@contextmanager
def public_service(
    store: Store, *, listen: str = LOOPBACK, host: str = ""
) -> Iterator[PublicService]:
    """In front of a v2 store. `listen` may be the gateway of a bridge, or 0.0.0.0;
    `host` is the address in the URLs of its tokens, `listen` unless it is said."""
    with tempfile.TemporaryDirectory(prefix="etcdpanel-meeting-") as folder:
        (port,) = free_ports(1)
        url = f"http://{host or listen}:{port}"
        command = [
            discovery_service_binary(),
            f"--etcd={store.url}",
            f"--host={url}",
            f"--addr={listen}:{port}",
        ]
        service = PublicService(
            url=url,
            panel_url=f"http://{LOOPBACK if listen == EVERYWHERE else listen}:{port}",
            port=port,
            program=Program(command, Path(folder) / "service.log"),
        )
        try:
            service.start()
            yield service
        finally:
            service.kill()


class Answer(StrEnum):
    """What a pretended service says to every /new."""

    TOKEN = "token"  # as the real one
    UNAVAILABLE = "unavailable"  # 503, as the real one did for months
    NO_STORE = "no-store"  # 400: its store is down
    HTML = "html"  # 200, a page of a portal
    REDIRECT = "redirect"  # to an address of its own that would answer
    FOREIGN = "foreign"  # a token of another service
    BAD_TOKEN = "bad-token"  # not 32 hexadecimal digits
    EMPTY = "empty"  # 200 and nothing
    ENDLESS = "endless"  # 200 and a body without an end
    CUT = "cut"  # closes the connection
    SILENT = "silent"  # accepts and never answers


@dataclass(kw_only=True)
class FakeService:
    """`answer` may be changed while it runs; `asked` has each METHOD and path."""

    url: str
    port: int
    answer: Answer
    asked: list[str]


@contextmanager
def fake_service(answer: Answer | str = Answer.UNAVAILABLE) -> Iterator[FakeService]:
    """A service that fails in one way. Every path fails so, /health too."""
    over = threading.Event()

    class Handler(_FakeHandler):
        service: FakeService
        is_over = over

    with _Server((LOOPBACK, free_ports(1)[0]), Handler) as server:
        port = server.server_port
        fake = FakeService(
            url=f"http://{LOOPBACK}:{port}", port=port, answer=Answer(answer), asked=[]
        )
        Handler.service = fake
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield fake
        finally:
            over.set()
            server.shutdown()
            thread.join(5)


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that went away."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class _FakeHandler(BaseHTTPRequestHandler):
    """Each request is noted, then answered in the way that the service has now."""

    service: FakeService
    is_over: threading.Event

    def do_GET(self) -> None:
        self.service.asked.append(f"{self.command} {self.path}")
        token = secrets.token_hex(16)
        match self.service.answer:
            case Answer.SILENT:
                self.is_over.wait(60)
                self.close_connection = True
            case Answer.CUT:
                self.close_connection = True
            case Answer.ENDLESS:
                self._pour()
            case Answer.REDIRECT if urlsplit(self.path).path != "/elsewhere":
                target = {"Location": f"{self.service.url}/elsewhere"}
                self._say("", status=302, **target)
            case Answer.TOKEN | Answer.REDIRECT:
                self._say(f"{self.service.url}/{token}")
            case Answer.BAD_TOKEN:
                self._say(f"{self.service.url}/not-a-token")
            case other:
                self._say(*SAID[other])

    do_PUT = do_GET  # noqa: N815

    def _say(self, text: str, status: int = 200, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pour(self) -> None:
        """Slower than a disk, quicker than any limit: it must be cut by the reader."""
        self.send_response(200)
        self.end_headers()
        while not self.is_over.wait(0.01):
            self.wfile.write(b"x" * 4096)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


SAID: dict[Answer, tuple[str, int]] = {
    Answer.UNAVAILABLE: ("Service Temporarily Unavailable\n", 503),
    Answer.NO_STORE: ("Unable to generate token\n", 400),
    Answer.HTML: ("<!doctype html><title>Log in</title><p>Welcome", 200),
    Answer.FOREIGN: (f"http://192.0.2.1:8087/{'ab' * 16}", 200),
    Answer.EMPTY: ("", 200),
}
