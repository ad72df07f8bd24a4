"""Where the engine is: as given, or found in the way the Docker client finds it.

The order is the client's own: DOCKER_HOST, DOCKER_CONTEXT, the current context of
config.json, the default socket. Where nothing is at the default socket, the sockets of
a rootless engine and of Docker Desktop are tried, which the client knows by contexts.
"""

import hashlib
import ipaddress
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from clusters.core.errors import BackendError
from clusters.core.text import quote, say

DEFAULT_SOCKET = Path("/var/run/docker.sock")
CERTIFICATE_FILES = ("ca.pem", "cert.pem", "key.pem")


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineAddress:
    """An engine to dial; `certificates` is the folder of what TLS needs."""

    url: str
    certificates: Path | None = None

    @property
    def socket(self) -> Path | None:
        """The file to dial, of an engine that listens on one."""
        parts = urlsplit(self.url)
        return Path(parts.path) if parts.scheme == "unix" else None

    @property
    def over_ssh(self) -> bool:
        return urlsplit(self.url).scheme == "ssh"


def find_engine(
    address: str, certificates: Path | None, environ: Mapping[str, str]
) -> EngineAddress:
    """Decide which engine is meant; whether it answers is not asked."""
    host = address or environ.get("DOCKER_HOST", "")
    if not host:
        return _engine_of_context(environ)
    named = environ.get("DOCKER_CERT_PATH")
    if certificates is None and named:
        certificates = Path(named)
    if certificates is None and environ.get("DOCKER_TLS_VERIFY"):
        certificates = _config_dir(environ)
    return _checked(host, certificates)


def _engine_of_context(environ: Mapping[str, str]) -> EngineAddress:
    config = _json(_config_dir(environ) / "config.json")
    name = environ.get("DOCKER_CONTEXT") or config.get("currentContext")
    if not name or name == "default":
        return EngineAddress(url=f"unix://{_default_socket(environ)}")
    # The client names the folder of a context by the hash of its name.
    folder = hashlib.sha256(str(name).encode()).hexdigest()
    contexts = _config_dir(environ) / "contexts"
    meta = _json(contexts / "meta" / folder / "meta.json")
    host = meta.get("Endpoints", {}).get("docker", {}).get("Host")
    if not host:
        raise BackendError(
            say("There is no Docker context named {name}.", name=str(name)[:100]),
            code="docker_context_unknown",
            advice=say("List contexts with: docker context ls"),
        )
    certificates = contexts / "tls" / folder / "docker"
    return _checked(host, certificates if os.access(certificates, os.F_OK) else None)


def _default_socket(environ: Mapping[str, str]) -> Path:
    there = [path for path in _sockets(environ) if os.access(path, os.F_OK)]
    usable = [path for path in there if os.access(path, os.R_OK | os.W_OK)]
    return next(iter(usable or there), DEFAULT_SOCKET)


def _sockets(environ: Mapping[str, str]) -> Iterator[Path]:
    yield DEFAULT_SOCKET
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "docker.sock"
    yield _home(environ) / ".docker/run/docker.sock"
    yield _home(environ) / ".docker/desktop/docker.sock"


def _checked(host: str, certificates: Path | None) -> EngineAddress:
    try:
        parts = urlsplit(host)
        port = parts.port
    except ValueError as error:
        raise _invalid(host) from error
    if parts.scheme == "unix":
        path = f"{parts.netloc}{parts.path}"
        return EngineAddress(url=f"unix:///{path.lstrip('/')}")
    if not parts.hostname or parts.password:
        raise _invalid(host)
    if parts.scheme == "ssh" and parts.path in {"", "/"}:
        return EngineAddress(url=host.rstrip("/"))
    if parts.scheme == "tcp" and port:
        return _over_tcp(parts, certificates)
    raise _invalid(host)


def _over_tcp(parts: SplitResult, certificates: Path | None) -> EngineAddress:
    """Who may use an engine owns its machine, so nothing goes over a network plain."""
    url = f"tcp://{parts.netloc}"
    if certificates is None:
        if _is_loopback(parts.hostname or ""):
            return EngineAddress(url=url)
        raise BackendError(
            say("The Docker engine at {url} would be reached without TLS.", url=url),
            code="docker_without_tls",
            advice=say(
                "Protect the engine with TLS and name the folder of ca.pem, cert.pem"
                " and key.pem in DOCKER_CERT_PATH; or use ssh://."
            ),
        )
    missing = [n for n in CERTIFICATE_FILES if not os.access(certificates / n, os.R_OK)]
    if missing:
        raise BackendError(
            say(
                "For TLS to {url}, {files} can not be read in {folder}.",
                url=url,
                files=", ".join(missing),
                folder=str(certificates),
            ),
            code="docker_certificates_missing",
            advice=say("Put the client's certificates there, readable by the panel."),
        )
    return EngineAddress(url=url, certificates=certificates)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _invalid(host: str) -> BackendError:
    return BackendError(
        say("“{address}” is not the address of an engine.", address=quote(host, 100)),
        code="docker_address_invalid",
        advice=say("Use unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST."),
    )


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())


def _config_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or _home(environ) / ".docker")


def _json(path: Path) -> dict[str, Any]:
    """What a file of the Docker client says; nothing when it is absent or broken."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
