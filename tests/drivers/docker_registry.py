"""Registries of images on loopback: Debian's real one, and ones that fail."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.drivers.docker_world import DockerWorld, free_ports
from tests.parts import registry_binary

CONFIG = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
LAYER_BYTES = 3_000_000
ERRORS = {
    "missing": (404, "MANIFEST_UNKNOWN", "manifest unknown"),
    "denied": (401, "UNAUTHORIZED", "authentication required"),
    "limited": (429, "TOOMANYREQUESTS", "You have reached your pull rate limit"),
    "broken": (503, "UNAVAILABLE", "service unavailable"),
}


@contextmanager
def real_registry(folder: Path) -> Iterator[str]:
    """HOST:PORT of a registry that answers; stopped at the end."""
    (port,) = free_ports(1)
    config = folder / "registry.yml"
    config.write_text(CONFIG.format(folder=folder / "images", port=port))
    command = [str(registry_binary()), "serve", str(config)]
    log = (folder / "registry.log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _await(f"http://127.0.0.1:{port}/v2/")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _await(url: str) -> None:
    ends_at = time.monotonic() + 15
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > ends_at:
                raise
            threading.Event().wait(0.05)
        else:
            return


def publish_image(world: DockerWorld, registry: str, megabytes: int = 8) -> str:
    """Push an etcd with a layer that no engine has seen; it stays only there."""
    box = world.stranger()
    world.raw.put_archive(box, "/tmp", _tar(os.urandom(megabytes * 1_000_000)))
    repository = f"{registry}/coreos/etcd"
    world.raw.commit(box, repository=repository, tag="v3.6.16")
    reference = f"{repository}:v3.6.16"
    world.images.add(reference)
    pushed = list(world.raw.push(repository, tag="v3.6.16", stream=True, decode=True))
    assert not [line for line in pushed if "error" in line], pushed
    world.raw.remove_container(box, v=True)
    world.raw.remove_image(reference)
    return reference


def _tar(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        entry = tarfile.TarInfo("random")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return file.getvalue()


class FailingRegistry(ThreadingHTTPServer):
    """Serves one image of one random layer, in the way that `mode` says.

    slow: all of it, in twelve parts; stalling: half of the layer, then nothing more;
    silent: nothing, with the connection open; missing, denied, limited, broken: an
    error instead.
    """

    daemon_threads = True

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.asked: list[str] = []
        self.closing = threading.Event()
        (port,) = free_ports(1)
        super().__init__(("127.0.0.1", port), _Handler)
        plain = _tar(os.urandom(LAYER_BYTES))
        layer = gzip.compress(plain, 1)
        config = _json(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [_digest(plain)]},
            }
        )
        self.blobs = {_digest(config): config, _digest(layer): layer}
        self.layer = _digest(layer)
        self.manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _described(CONFIG_TYPE, config),
                "layers": [_described(LAYER_TYPE, layer)],
            }
        )

    @property
    def reference(self) -> str:
        return f"127.0.0.1:{self.server_port}/coreos/etcd:v3.6.16"

    def handle_error(self, request, client_address) -> None:
        """An engine that hangs up in the middle is what these tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FailingRegistry

    def parse_request(self) -> bool:
        """Newer engines try TLS first, and go on when they are told that it is none."""
        if self.raw_requestline.startswith(b"\x16"):
            self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            self.close_connection = True
            return False
        return super().parse_request()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/v2/":
            return self._answer(200, b"{}", "application/json")
        if self.server.mode == "silent":
            self.server.closing.wait(60)
            return None
        if self.server.mode in ERRORS:
            status, code, words = ERRORS[self.server.mode]
            body = _json({"errors": [{"code": code, "message": words}]})
            return self._answer(status, body, "application/json")
        if "/manifests/" in self.path:
            return self._answer(200, self.server.manifest, MANIFEST)
        return self._blob(self.path.rpartition("/")[2])

    def do_HEAD(self) -> None:
        self.do_GET()

    def _blob(self, digest: str) -> None:
        content = self.server.blobs[digest]
        if digest != self.server.layer:
            return self._answer(200, content, "application/octet-stream")
        self._head(200, len(content), "application/octet-stream", digest)
        if self.server.mode == "stalling":
            self.wfile.write(content[: len(content) // 2])
            self.server.closing.wait(60)
            return None
        part = len(content) // 11
        for start in range(0, len(content), part):
            self.wfile.write(content[start : start + part])
            self.server.closing.wait(0.15)
        return None

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self._head(status, len(body), kind, _digest(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, length: int, kind: str, digest: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Docker-Content-Digest", digest)
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.end_headers()

    def log_message(self, *args) -> None:
        """Nothing on the test's output."""


@contextmanager
def failing_registry(mode: str) -> Iterator[FailingRegistry]:
    with FailingRegistry(mode) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def _json(content: dict) -> bytes:
    return json.dumps(content).encode()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _described(kind: str, content: bytes) -> dict:
    return {"mediaType": kind, "size": len(content), "digest": _digest(content)}
