"""Discovery stores that a person runs: etcds of one member, as processes.

Nothing here passes through the panel's own code, so that what the panel writes into a
store, and reads from it, can be compared with what is there.
"""

import json
import secrets
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from clusters.core.meeting import (
    OPEN_ACCESS,
    REGISTRY,
    V2_KEYS,
    StoreAccess,
    StoreProtocol,
)
from tests.drivers.docker_world import free_ports
from tests.meeting.certificates import Certificates, make_certificates
from tests.meeting.program import Program, Server, clean_environment
from tests.parts import etcd_dir

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
# Elections are ten times as quick as by default, on a machine that may be busy.
QUICK = ("--heartbeat-interval=50", "--election-timeout=500")


@dataclass(kw_only=True)
class Store(Server):
    """`url` is where this machine reaches it, `member_url` where members do.

    `access` is what a person who may use it hands to the panel.
    """

    protocol: StoreProtocol
    version: str
    url: str
    member_url: str
    client_port: int
    folder: Path
    access: StoreAccess = OPEN_ACCESS
    certificates: Certificates | None = None
    root_password: str = field(default="", repr=False)

    def new_token(self, size: int | str | None = 3, token: str = "") -> str:
        """A token in the store, written without the panel; None: no size key."""
        token = token or str(uuid.uuid4())
        if size is None:
            return token
        if self.protocol == StoreProtocol.V2:
            self._ask_v2(f"{REGISTRY}/{token}/_config/size", "PUT", value=str(size))
        else:
            self.etcdctl("put", f"{REGISTRY}/{token}/_config/size", str(size))
        return token

    def discovery_url(self, token: str) -> str:
        """What members of v2 discovery are started with."""
        return f"{self.member_url}{V2_KEYS}{REGISTRY}/{token}"

    def register(self, token: str, member_id: str, value: str) -> None:
        """As a member does; `value` is NAME=PEER_URL."""
        if self.protocol == StoreProtocol.V2:
            self._ask_v2(f"{REGISTRY}/{token}/{member_id}", "PUT", value=value)
        else:
            self.etcdctl("put", f"{REGISTRY}/{token}/members/{member_id}", value)

    def size(self, token: str) -> str | None:
        """The text of its size key; None when there is none."""
        key = f"{REGISTRY}/{token}/_config/size"
        if self.protocol == StoreProtocol.V3:
            return self.keys(key).get(key)
        try:
            return self._ask_v2(key, "GET")["node"]["value"]
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return None

    def registrations(self, token: str) -> dict[str, str]:
        """Member ID: NAME=PEER_URL, of all who registered."""
        if self.protocol == StoreProtocol.V3:
            prefix = f"{REGISTRY}/{token}/members/"
            found = self.keys(prefix)
            return {key.removeprefix(prefix): value for key, value in found.items()}
        try:
            nodes = self._ask_v2(f"{REGISTRY}/{token}", "GET")["node"].get("nodes", ())
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return {}
        return {node["key"].rpartition("/")[2]: node["value"] for node in nodes}

    def keys(self, prefix: str = "") -> dict[str, str]:
        """What the v3 keyspace holds under a prefix."""
        answer = self.etcdctl("get", "--prefix", prefix, "--print-value-only=false")
        lines = answer.splitlines()
        return dict(zip(lines[::2], lines[1::2], strict=True))

    def etcdctl(self, *arguments: str) -> str:
        """By the owner of the store, root where it has users."""
        flags = [f"--endpoints={self.url}"]
        if self.certificates:
            made = self.certificates
            flags += [
                f"--cacert={made.ca}",
                f"--cert={made.cert('client')}",
                f"--key={made.key('client')}",
            ]
        if self.root_password:
            flags.append(f"--user=root:{self.root_password}")
        done = subprocess.run(
            [etcd_dir(self.version) / "etcdctl", *flags, *arguments],
            env={**clean_environment(), "ETCDCTL_API": "3"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _ask_v2(self, key: str, method: str, **form: str) -> dict:
        body = urlencode(form).encode() if form else None
        asked = urllib.request.Request(
            f"{self.url}{V2_KEYS}{key}", data=body, method=method
        )
        with self._opener().open(asked, timeout=5) as answer:
            return json.load(answer)

    def _is_healthy(self) -> bool:
        try:
            with self._opener().open(f"{self.url}/health", timeout=2) as answer:
                return json.load(answer)["health"] == "true"
        except OSError:
            return False

    def _opener(self) -> urllib.request.OpenerDirector:
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self.certificates:
            made = self.certificates
            context = ssl.create_default_context(cafile=str(made.ca))
            context.load_cert_chain(made.cert("client"), made.key("client"))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        return urllib.request.build_opener(*handlers)


@contextmanager
def v2_store(
    line: str = "3.5", *, listen: str = LOOPBACK, host: str = ""
) -> Iterator[Store]:
    """An etcd with --enable-v2. It always listens on loopback, and on `listen` too;
    members find it at `host`, which is `listen` unless something else is said."""
    with _folder() as folder:
        store = _new_store(folder, StoreProtocol.V2, line, listen=listen, host=host)
        store.program.command.append("--enable-v2")
        with _running(store):
            yield store


@contextmanager
def v3_store(
    line: str = "3.6",
    *,
    tls: bool = False,
    client_certs: bool = False,
    auth: tuple[str, str] | None = None,
    listen: str = LOOPBACK,
    host: str = "",
) -> Iterator[Store]:
    """An etcd without v2. `auth` is a user with rights on the registry and nothing
    else; `client_certs` asks every client for a certificate (and includes `tls`)."""
    with _folder() as folder:
        scheme = "https" if tls or client_certs else "http"
        store = _new_store(
            folder, StoreProtocol.V3, line, listen=listen, host=host, scheme=scheme
        )
        if scheme == "https":
            _identify(store, host or listen, asks_clients=client_certs)
        with _running(store):
            if auth:
                _enable_auth(store, *auth)
            yield store


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="etcdpanel-meeting-") as folder:
        yield Path(folder)


@contextmanager
def _running(store: Store) -> Iterator[None]:
    try:
        store.start()
        yield
    finally:
        store.kill()


def _new_store(
    folder: Path,
    protocol: StoreProtocol,
    line: str,
    *,
    listen: str,
    host: str,
    scheme: str = "http",
) -> Store:
    programs = etcd_dir(line)
    client_port, peer_port = free_ports(2)
    member_url = f"{scheme}://{host or listen}:{client_port}"
    bound = {listen} if listen == EVERYWHERE else {LOOPBACK, listen}
    peer_url = f"http://{LOOPBACK}:{peer_port}"
    command = [
        programs / "etcd",
        "--name=store",
        "--logger=zap",
        f"--data-dir={folder / 'data'}",
        "--listen-client-urls="
        + ",".join(f"{scheme}://{address}:{client_port}" for address in sorted(bound)),
        f"--advertise-client-urls={member_url}",
        f"--listen-peer-urls={peer_url}",
        f"--initial-advertise-peer-urls={peer_url}",
        f"--initial-cluster=store={peer_url}",
        *QUICK,
    ]
    return Store(
        protocol=protocol,
        version=programs.name,
        url=f"{scheme}://{LOOPBACK}:{client_port}",
        member_url=member_url,
        client_port=client_port,
        folder=folder,
        program=Program(command, folder / "store.log"),
    )


def _identify(store: Store, host: str, *, asks_clients: bool) -> None:
    hosts = {LOOPBACK, "localhost", host}
    made = make_certificates(store.folder / "tls", *sorted(hosts))
    store.certificates = made
    store.program.command += [
        f"--cert-file={made.cert('server')}",
        f"--key-file={made.key('server')}",
    ]
    store.access = StoreAccess(ca=made.ca.read_text())
    if asks_clients:
        store.program.command += ["--client-cert-auth", f"--trusted-ca-file={made.ca}"]
        store.access = StoreAccess(
            ca=made.ca.read_text(),
            cert=made.cert("client").read_text(),
            key=made.key("client").read_text(),
        )


def _enable_auth(store: Store, user: str, password: str) -> None:
    root_password = secrets.token_hex(8)
    store.etcdctl("user", "add", f"root:{root_password}")
    store.etcdctl("user", "grant-role", "root", "root")
    store.etcdctl("role", "add", "registry")
    grant = ("role", "grant-permission", "registry", "--prefix=true", "readwrite")
    store.etcdctl(*grant, REGISTRY)
    store.etcdctl("user", "add", f"{user}:{password}")
    store.etcdctl("user", "grant-role", user, "registry")
    store.etcdctl("auth", "enable")
    store.root_password = root_password
    seen = store.access
    store.access = StoreAccess(
        user=user, password=password, ca=seen.ca, cert=seen.cert, key=seen.key
    )
