"""Whom a TLS connection trusts: a given authority, the machine's, or whoever answers.

gRPC knows neither the roots of the machine nor a way to check nothing, so both are made
of what it does know: texts of certificates that it trusts.
"""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

# Where systems keep their roots when OpenSSL itself does not say so.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """Certificates as texts; `name` is the one to be found in the server's."""

    roots: str
    cert: str = ""
    key: str = ""
    name: str = ""


def system_roots() -> str:
    """The machine's own authorities; empty: those that gRPC brings along."""
    named = ssl.get_default_verify_paths().cafile
    for path in map(Path, filter(None, (named, *_BUNDLES))):
        if path.is_file():
            return path.read_text(errors="replace")
    return ""


def whoever_answers(host: str, port: int, seconds: float) -> tuple[str, str]:
    """The certificate that the server shows now, and one name that stands in it."""
    text = _shown(host, port, seconds, _unchecked())
    pinned = _unchecked()
    pinned.load_verify_locations(cadata=text)
    pinned.verify_mode = ssl.CERT_REQUIRED
    pinned.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    with (
        socket.create_connection((host, port), timeout=seconds) as wire,
        pinned.wrap_socket(wire, server_hostname=host) as secured,
    ):
        names = secured.getpeercert() or {}
    found = [str(entry[1]) for entry in names.get("subjectAltName", ())]
    return text, next(iter(found), "")


def _shown(host: str, port: int, seconds: float, context: ssl.SSLContext) -> str:
    with (
        socket.create_connection((host, port), timeout=seconds) as wire,
        context.wrap_socket(wire, server_hostname=host) as secured,
    ):
        return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")


def _unchecked() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context
