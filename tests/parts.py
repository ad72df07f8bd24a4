"""Finds the real parts that tests run against; tests/testbed/up brings them up.

A part that is missing skips the test with the command that gets it, and fails it when
CI=true. The environment wins over what the test bed wrote into its `env` file.
"""

import ctypes
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

Part = TypeVar("Part")

CLONE_NEWNET = 0x40000000


def require(part: Part | None, missing: str, cure: str) -> Part:
    """Answer the part; without it say what is missing and how to get it."""
    if part is not None:
        return part
    reason = f"{missing}; get it with: {cure}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def etcd_dir(line: str) -> Path:
    """Answer the folder of the newest etcd of a line ("3.5"), or of one version."""
    found = [
        folder
        for folder in (_bed() / "bin/etcd").glob("*")
        if f"{folder.name}.".startswith(f"{line}.") and (folder / "etcd").exists()
    ]
    newest = max(found, key=lambda folder: _numbers(folder.name), default=None)
    return require(newest, f"no etcd {line} in the test bed", _up("etcd"))


def engine(name: str) -> str:
    """Answer the URL of a Docker engine: "old" is Debian's, "new" the newest."""
    url = _fact(f"ETCDPANEL_TEST_ENGINE_{name.upper()}")
    return require(
        url if url and _listens(url) else None,
        f"the {name} Docker engine does not answer",
        _up(f"engine-{name} images"),
    )


@contextmanager
def network_of(name: str) -> Iterator[None]:
    """Enter the network in which the engine publishes ports on 127.0.0.1.

    The new engine has a network namespace of its own. Only this thread enters it, with
    the threads and processes that are started inside; all of it must end inside too.
    """
    namespace = _fact(f"ETCDPANEL_TEST_ENGINE_{name.upper()}_NETNS")
    if namespace is None:
        yield
        return
    with Path(f"/proc/self/task/{threading.get_native_id()}/ns/net").open() as home:
        with Path(f"/var/run/netns/{namespace}").open() as away:
            _enter(away.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def postgres_url() -> str:
    """Answer the URL of a PostgreSQL whose user may create databases."""
    return require(postgres_address(), "PostgreSQL does not answer", _up("postgres"))


def postgres_address() -> str | None:
    """The same for whoever can do without; None when it does not answer."""
    url = _fact("ETCDPANEL_TEST_POSTGRES_URL")
    return url if url and _listens(url) else None


def redis_url() -> str:
    """Answer the URL of a Redis."""
    url = _fact("ETCDPANEL_TEST_REDIS_URL")
    return require(
        url if url and _listens(url) else None, "Redis does not answer", _up("redis")
    )


def chromium() -> Path:
    """Answer the browser that Playwright drives."""
    return require(_program("chromium"), "no Chromium", _up("browser"))


def registry_binary() -> Path:
    """Answer the image registry's server, to be started by the test that needs it."""
    return require(_program("docker-registry"), "no image registry", _up("registry"))


def coredns_image(name: str = "old") -> str:
    """Answer the reference of CoreDNS on an engine, the same as the official one's."""
    return _image(name, "coredns/coredns:1.14.0", "coredns")


def coredns_binary() -> Path:
    """Answer the same CoreDNS as a program, for what needs no container."""
    found = sorted((_bed() / "bin/coredns").glob("*/coredns"))
    return require(next(iter(found), None), "no CoreDNS", _up("coredns"))


def dnsmasq_image(name: str = "old") -> str:
    """Answer the reference of a name server that is not the panel's, on an engine."""
    return _image(name, "etcdpanel-test/dnsmasq:1", "dnsmasq")


def discovery_service_binary() -> Path:
    """Answer the public discovery service's server, for a test to start its own."""
    return require(
        _program("discovery.etcd.io"),
        "no discovery service",
        _up("discovery-service"),
    )


def compose_binary() -> Path:
    """Answer Docker Compose, as a program that runs alone."""
    binary = _bed() / "bin/docker-compose"
    found = binary if binary.exists() else None
    return require(found, "no Docker Compose in the test bed", _up("compose"))


def _image(name: str, reference: str, part: str) -> str:
    found = reference if _has_image(engine(name), reference) else None
    return require(found, f"no image {reference} on the {name} engine", _up(part))


def _has_image(url: str, reference: str) -> bool:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(10)
        wire.connect(urlsplit(url).path)
        wire.sendall(f"GET /images/{reference}/json HTTP/1.0\r\n\r\n".encode())
        return wire.recv(4096).split(maxsplit=2)[1] == b"200"


def _bed() -> Path:
    default = Path.home() / ".cache/etcdpanel-testbed"
    return Path(os.environ.get("ETCDPANEL_TESTBED") or default)


def _fact(name: str) -> str | None:
    if name in os.environ:
        return os.environ[name] or None
    file = _bed() / "env"
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines).get(name)


def _up(parts: str) -> str:
    return f"tests/testbed/up {parts}"


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _listens(url: str) -> bool:
    """Try the address: what the test bed wrote may be older than the machine's boot."""
    parts = urlsplit(url)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(parts.path)
        else:
            address = (str(parts.hostname), int(parts.port or 0))
            socket.create_connection(address, timeout=2).close()
    except OSError:
        return False
    return True


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")
