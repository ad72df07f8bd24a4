"""Short questions over HTTP to services that others run.

What answers may be slow, endless, or no service at all. So a question has an end in
time and in size, follows no redirect, keeps no cookie, and takes nothing from the
environment. Connections stay open, and any thread may use them.
"""

import functools
import http.client
import json
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.exceptions

from clusters.core.addresses import address_problem
from clusters.core.errors import Unavailable
from clusters.core.text import Text, quote, say

CONNECT_SECONDS = 2.0
LONGEST_ANSWER = 64 * 1024
MOST_QUOTED = 120
_MOST_CONNECTIONS = 32

Unreachable = Callable[[Text], Unavailable]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, about `at`. A body that `is_cut` was longer than is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False
    at: float = 0.0

    @property
    def as_said(self) -> Text:
        """Its status and the beginning of its body; of a page only the status."""
        words = "" if self.is_html else " ".join(self.text.split())
        if not words:
            return say("it says {status}", status=self.status)
        quoted = quote(words, MOST_QUOTED)
        return say("it says {status}: {words}", status=self.status, words=quoted)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("Content-Type", "").lower()
        return "html" in kind or self.body.lstrip()[:1] == b"<"

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400  # noqa: PLR2004 (the class of redirects)

    @property
    def clock_ahead(self) -> float | None:
        """By how much its clock is ahead; it says only whole seconds, so half of one
        is added. None when it says nothing."""
        try:
            there = parsedate_to_datetime(self.headers["Date"]).timestamp()
        except (KeyError, ValueError, OverflowError):
            return None
        return round(there + 0.5 - self.at, 1)

    def json(self) -> dict[str, Any]:
        """The object that the body is; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Caller:
    """Asks one service; `unreachable` makes the error for silence out of a reason."""

    def __init__(self, timeout: float, unreachable: Unreachable) -> None:
        self._timeout = timeout
        self._unreachable = unreachable
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(
            {"Accept-Encoding": "identity", "User-Agent": "etcdpanel"}
        )
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter())

    def get(self, url: str) -> Answer:
        return self._ask("GET", url)

    def put(self, url: str, form: Mapping[str, str]) -> Answer:
        return self._ask("PUT", url, form)

    def delete(self, url: str) -> Answer:
        return self._ask("DELETE", url)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> Answer:
        asked = time.time()
        try:
            with self._session.request(
                method,
                url,
                data=form,
                timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _read(response.raw)
                return Answer(
                    status=response.status_code,
                    headers=response.headers,
                    body=body[:LONGEST_ANSWER],
                    is_cut=len(body) > LONGEST_ANSWER,
                    at=(asked + time.time()) / 2,
                )
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
        ) as error:
            raise self._unreachable(self._reason(error)) from error

    def _reason(self, error: BaseException) -> Text:
        causes = tuple(_chain(error))
        for kinds, reason in _REASONS:
            if any(isinstance(cause, kinds) for cause in causes):
                return Text(reason.template, {"seconds": f"{self._timeout:g}"})
        for cause in causes:
            if isinstance(cause, _NotDialledError):
                return cause.reason
            if isinstance(cause, ssl.SSLError):
                words = getattr(cause, "verify_message", "") or cause.reason
                return say("TLS failed: {words}", words=quote(str(words), MOST_QUOTED))
        return quote(str(causes[-1]), MOST_QUOTED)


_REASONS: tuple[tuple[tuple[type[BaseException], ...], Text], ...] = (
    ((socket.gaierror,), say("no name server knows the name of its host")),
    ((ConnectionRefusedError,), say("nobody listens there")),
    (
        (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError),
        say("no whole answer came within {seconds} seconds", seconds=""),
    ),
    (
        (
            ConnectionResetError,
            BrokenPipeError,
            http.client.RemoteDisconnected,
            http.client.IncompleteRead,
            urllib3.exceptions.IncompleteRead,
        ),
        say("it closed the connection before it had answered"),
    ),
    ((http.client.HTTPException,), say("what it says is not HTTP")),
)


def _read(raw: Any) -> bytes:
    """At most one byte too many. Only a second read tells that a body ended early."""
    body = b""
    while len(body) <= LONGEST_ANSWER:
        piece = raw.read(LONGEST_ANSWER + 1 - len(body), decode_content=False)
        if not piece:
            break
        body += piece
    return body


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it; requests keep some causes only as arguments."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        within = (arg for arg in error.args if isinstance(arg, BaseException))
        error = error.__cause__ or error.__context__ or next(within, None)


class _NotDialledError(OSError):
    """The name of the host leads to an address that is never asked."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(str(reason))


class _TimedSocket(socket.socket):
    """Reads until `ends`, however slowly the bytes drip.

    A socket's own time-out begins again with every byte.
    """

    ends = math.inf

    def recv_into(self, *args: Any, **named: Any) -> int:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if left < math.inf:
            self.settimeout(left)
        return super().recv_into(*args, **named)


class _TimedTlsSocket(_TimedSocket, ssl.SSLSocket):
    """The same over TLS."""


class _Timed(urllib3.connection.HTTPConnection):
    """What plain connections and those over TLS have in common."""

    def _new_conn(self) -> socket.socket:
        raw = super()._new_conn()
        seconds, found = raw.gettimeout(), str(raw.getpeername()[0])
        timed = _TimedSocket(fileno=raw.detach())
        timed.settimeout(seconds)
        problem = address_problem(found.partition("%")[0])
        if problem is None:
            return timed
        timed.close()
        raise _NotDialledError(problem)

    def getresponse(self) -> Any:
        if isinstance(self.sock, _TimedSocket) and self.timeout is not None:
            self.sock.ends = time.monotonic() + self.timeout
        return super().getresponse()


class _TimedTls(_Timed, urllib3.connection.HTTPSConnection):
    """A connection over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = _Timed


class _TlsPool(urllib3.HTTPSConnectionPool):
    """Connections over TLS."""

    ConnectionCls = _TimedTls

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named, ssl_context=_trust())


@functools.cache
def _trust() -> ssl.SSLContext:
    """Whom the machine trusts, read when somebody is first asked over TLS.

    It takes longer than most questions, and few stores are asked so.
    """
    context = ssl.create_default_context()
    context.sslsocket_class = _TimedTlsSocket
    return context


class _Adapter(requests.adapters.HTTPAdapter):
    """Tries once."""

    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_maxsize=_MOST_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
