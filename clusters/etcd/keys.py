"""Keys of an etcd that others run: with TLS, with a login, at one of several endpoints.

Connections stay open, and any thread may use them; the endpoint that answered last is
asked first. gRPC is loaded by the first call.
"""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from clusters.core.addresses import Address
from clusters.core.meeting import StoreAccess
from clusters.etcd.certificates import Trust, system_roots, whoever_answers

Found = TypeVar("Found")
Ask = Callable[[Any], Found]

_AWAY = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED"})
_LOGIN_IS_OVER = ("invalid auth token", "revision of auth store is old")
_NO_LOGIN_NEEDED = "authentication is not enabled"


class RpcRefusal(Exception):  # noqa: N818 (what a server says, not a mistake of ours)
    """What came back instead of an answer: gRPC's name of it, and the words."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(f"{code}: {words}")

    @property
    def is_away(self) -> bool:
        return self.code in _AWAY


class KeyClient:
    """One etcd cluster. What is asked gets a client of the `etcd3` package, whose
    stubs want `metadata` and a `timeout` with each call."""

    def __init__(
        self, endpoints: tuple[Address, ...], access: StoreAccess, timeout: float
    ) -> None:
        self._endpoints = list(endpoints)
        self._access = access
        self._timeout = timeout
        self._clients: dict[Address, Any] = {}
        self._lock = threading.RLock()

    def call(self, ask: Ask[Found]) -> Found:
        """The first answer of any endpoint; the last refusal when all are away."""
        refusal = RpcRefusal("UNAVAILABLE", "there is no endpoint")
        for endpoint in tuple(self._endpoints):
            try:
                found = self._call(endpoint, ask)
            except RpcRefusal as error:
                refusal = error
                if not error.is_away:
                    raise
            else:
                self._prefer(endpoint)
                return found
        raise refusal

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _call(self, endpoint: Address, ask: Ask[Found]) -> Found:
        """Once more after a new login, which a store forgets when it starts again."""
        try:
            return self._ask(endpoint, ask)
        except RpcRefusal as refusal:
            # The next call dials anew, and does not wait for this one's back-off.
            is_over = any(words in refusal.words for words in _LOGIN_IS_OVER)
            if is_over or refusal.is_away:
                self._drop(endpoint)
            if not is_over:
                raise
        return self._ask(endpoint, ask)

    def _ask(self, endpoint: Address, ask: Ask[Found]) -> Found:
        from clusters.etcd.compat import grpc

        try:
            return ask(self._client(endpoint))
        except grpc.RpcError as error:
            words = str(error.details() or "")
            raise RpcRefusal(error.code().name, words) from error
        except OSError as error:  # of the look at a certificate
            raise RpcRefusal("UNAVAILABLE", str(error)) from error

    def _client(self, endpoint: Address) -> Any:
        with self._lock:
            if endpoint not in self._clients:
                self._clients[endpoint] = self._open(endpoint)
            return self._clients[endpoint]

    def _open(self, endpoint: Address) -> Any:
        from clusters.etcd.compat import open_client

        trust = self._trust(endpoint) if endpoint.scheme == "https" else None
        client = open_client(endpoint.host, endpoint.port, self._timeout, trust)
        try:
            self._log_in(client)
        except BaseException:
            client.close()
            raise
        return client

    def _trust(self, endpoint: Address) -> Trust:
        access = self._access
        roots, name = access.ca or system_roots(), ""
        if access.skip_verify:
            roots, name = whoever_answers(endpoint.host, endpoint.port, self._timeout)
        return Trust(roots=roots, cert=access.cert, key=access.key, name=name)

    def _log_in(self, client: Any) -> None:
        """A store without users takes everyone, as etcd's own client does."""
        if not self._access.user:
            return
        from clusters.etcd.compat import etcdrpc, grpc

        request = etcdrpc.AuthenticateRequest(
            name=self._access.user, password=self._access.password
        )
        try:
            login = etcdrpc.AuthStub(client.channel).Authenticate(
                request, timeout=self._timeout
            )
        except grpc.RpcError as error:
            if _NO_LOGIN_NEEDED not in str(error.details()):
                raise
        else:
            client.metadata = (("token", login.token),)

    def _drop(self, endpoint: Address) -> None:
        """Not closed here: another thread may still wait for an answer through it."""
        with self._lock:
            self._clients.pop(endpoint, None)

    def _prefer(self, endpoint: Address) -> None:
        if self._endpoints[0] == endpoint:
            return
        with self._lock:
            self._endpoints.remove(endpoint)
            self._endpoints.insert(0, endpoint)
