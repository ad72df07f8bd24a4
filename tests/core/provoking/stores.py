"""Real discovery stores, started when the first scene needs them."""

import base64
import json
import secrets
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass

from tests.core.provoking.bench import Bench, Etcd

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
READY = "serving client traffic"


@dataclass(frozen=True)
class Store:
    """One running etcd, and where it answers."""

    etcd: Etcd
    endpoint: str

    def url(self, token: str) -> str:
        return f"{self.endpoint}/v2/keys/_etcd/registry/{token}"

    def v2_token(self, size: str) -> str:
        """The whole discovery URL of a fresh token."""
        token = secrets.token_hex(8)
        body = urllib.parse.urlencode({"value": size}).encode()
        ask(f"{self.url(token)}/_config/size", body, method="PUT")
        return self.url(token)

    def v3_token(self, size: str) -> str:
        token = secrets.token_hex(8)
        self.call(
            "kv/put",
            key=coded(f"/_etcd/registry/{token}/_config/size"),
            value=coded(size),
        )
        return token

    def call(self, verb: str, **body) -> dict:
        answer = ask(f"{self.endpoint}/v3/{verb}", json.dumps(body).encode())
        return json.loads(answer)


class Stores:
    """Every kind of store that a scene may ask for; scenes ask side by side."""

    def __init__(self, bench: Bench):
        self.bench = bench
        self.lock = threading.Lock()
        self.running: dict[str, Store] = {}

    @property
    def v2(self) -> Store:
        return self._get("v2", "3.5", enable_v2="true")

    @property
    def without_v2(self) -> Store:
        return self._get("without_v2", "3.5")

    @property
    def without_v2_at_all(self) -> Store:
        return self._get("without_v2_at_all", "3.6")

    @property
    def v3(self) -> Store:
        return self._get("v3", self.bench.line)

    @property
    def with_tls(self) -> Store:
        line = self.bench.line
        return self._get("with_tls", line, auto_tls="true", scheme="https")

    @property
    def with_login(self) -> Store:
        return self._get("with_login", self.bench.line, login=True)

    def _get(self, name: str, line: str, *, login=False, scheme="http", **changes):
        with self.lock:
            if name not in self.running:
                self.running[name] = self._start(line, scheme, changes)
                if login:
                    self._ask_for_login(self.running[name])
            return self.running[name]

    def _start(self, line: str, scheme: str, changes) -> Store:
        flags = self.bench.static("store", **changes)
        endpoint = flags["advertise_client_urls"].replace("http:", f"{scheme}:")
        flags |= {"listen_client_urls": endpoint, "advertise_client_urls": endpoint}
        etcd = self.bench.start(flags, line=line).says(READY)
        return Store(etcd, endpoint)

    def _ask_for_login(self, store: Store) -> None:
        store.call("auth/role/add", name="root")
        store.call("auth/user/add", name="root", password="correct")
        store.call("auth/user/grant", user="root", role="root")
        store.call("auth/user/add", name="guest", password="correct")
        store.call("auth/enable")


def ask(url: str, body: bytes | None = None, method: str = "POST") -> bytes:
    request = urllib.request.Request(url, body, method=method)
    with OPENER.open(request, timeout=30) as answer:
        return answer.read()


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
