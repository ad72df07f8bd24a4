"""An authority and what it signed, for a server and its clients in a test."""

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """Files in one folder; `client` is for those whom a server asks who they are."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def cert(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}-key.pem"


def make_certificates(folder: Path, *hosts: str) -> Certificates:
    """`server` is valid for these addresses and names; `client` is a client's."""
    made = Certificates(folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    _openssl(
        f"req -x509 {KEY} -days 2 -subj /CN=test-authority"
        f" -keyout {made.key('ca')} -out {made.ca}"
    )
    _sign(made, "server", "subjectAltName=" + ",".join(map(_alternative, hosts)))
    _sign(made, "client", "extendedKeyUsage=clientAuth")
    return made


def _sign(made: Certificates, name: str, extension: str) -> None:
    request = made.folder / f"{name}.csr"
    extensions = made.folder / f"{name}.ext"
    extensions.write_text(f"{extension}\n")
    _openssl(f"req {KEY} -subj /CN={name} -keyout {made.key(name)} -out {request}")
    _openssl(
        f"x509 -req -days 2 -in {request} -CA {made.ca} -CAkey {made.key('ca')}"
        f" -CAcreateserial -extfile {extensions} -out {made.cert(name)}"
    )


def _alternative(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return f"DNS:{host}"
    return f"IP:{host}"


def _openssl(arguments: str) -> None:
    done = subprocess.run(
        ["openssl", *arguments.split()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
