"""What a driver may meet at an engine's address: silence, a cut, TLS, other servers."""

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.drivers.docker_world import free_ports


@contextmanager
def silent_socket(path: Path) -> Iterator[str]:
    """An engine that hangs: it accepts every connection and never answers."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(16)
        yield f"unix://{path}"


class Front:
    """Passes connections on to an engine's socket, until it is cut."""

    def __init__(self, server: socket.socket, engine: str) -> None:
        self._server = server
        self._engine = engine.removeprefix("unix://")
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._is_cut = False
        self._start(self._accept)

    def cut(self) -> None:
        """The engine dies: what is open breaks, and nothing listens any more."""
        self._is_cut = True
        for one in (self._server, *tuple(self._open)):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._server.close()

    def _start(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._is_cut:
            try:
                client, _ = self._server.accept()
            except ssl.SSLError:
                continue
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._engine)
            self._open |= {client, engine}
            self._start(self._pass, client, engine)
            self._start(self._pass, engine, client)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                sink.sendall(content)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            source.close()


@contextmanager
def front(path: Path, engine: str) -> Iterator[Front]:
    """An engine at another socket, which can be cut from it."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(16)
    front = Front(server, engine)
    try:
        yield front
    finally:
        front.cut()


@contextmanager
def tls_front(folder: Path, engine: str) -> Iterator[str]:
    """tcp://HOST:PORT with TLS both ways; the client's certificates are in `folder`."""
    make_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    (port,) = free_ports(1)
    plain = socket.create_server(("127.0.0.1", port))
    front = Front(context.wrap_socket(plain, server_side=True), engine)
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        front.cut()


def make_certificates(folder: Path) -> None:
    """An authority, and what it signed for the engine and for its client."""
    _openssl(folder, "req -x509 -nodes -subj /CN=ca -keyout ca-key.pem -out ca.pem")
    for name, file, extra in (
        ("server", "server", "subjectAltName=IP:127.0.0.1"),
        ("client", "cert", "extendedKeyUsage=clientAuth"),
    ):
        key = "key.pem" if name == "client" else "server-key.pem"
        _openssl(folder, f"req -nodes -subj /CN={name} -keyout {key} -out {name}.csr")
        (folder / f"{name}.ext").write_text(extra)
        _openssl(
            folder,
            f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial"
            f" -extfile {name}.ext -out {file}.pem",
        )


def _openssl(folder: Path, arguments: str) -> None:
    command = ["openssl", *arguments.split()]
    if command[1] == "req":
        command += ["-newkey", "rsa:2048"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@contextmanager
def answering(body: dict | str) -> Iterator[str]:
    """A server that gives one answer to everything: an old engine, or none at all."""
    text = body if isinstance(body, str) else json.dumps(body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args) -> None:
            pass

    (port,) = free_ports(1)
    with HTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{port}"
        finally:
            server.shutdown()
            thread.join()
