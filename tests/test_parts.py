"""What tests are told about the real parts they need."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import parts


@pytest.fixture
def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty test bed, on a machine that is nobody's CI."""
    monkeypatch.setenv("ETCDPANEL_TESTBED", str(tmp_path))
    for name in ("CI", "ETCDPANEL_TEST_REDIS_URL", "ETCDPANEL_TEST_ENGINE_OLD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def add_etcd(bed: Path, version: str) -> Path:
    folder = bed / "bin/etcd" / version
    folder.mkdir(parents=True)
    (folder / "etcd").touch()
    return folder


def test_a_missing_part_skips_with_the_command_that_gets_it(bed: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="tests/testbed/up redis"):
        parts.redis_url()


def test_a_missing_part_fails_in_ci(bed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="tests/testbed/up etcd"):
        parts.etcd_dir("3.7")


def test_a_line_means_its_newest_version_by_number(bed: Path) -> None:
    add_etcd(bed, "3.5.4")
    newest = add_etcd(bed, "3.5.35")
    add_etcd(bed, "3.51.1")
    assert parts.etcd_dir("3.5") == newest


def test_an_exact_version_means_that_one(bed: Path) -> None:
    asked = add_etcd(bed, "3.5.1")
    add_etcd(bed, "3.5.10")
    assert parts.etcd_dir("3.5.1") == asked


def test_an_address_that_nobody_serves_any_more_counts_as_missing(bed: Path) -> None:
    socket = bed / "gone.sock"
    (bed / "env").write_text(f"ETCDPANEL_TEST_ENGINE_OLD=unix://{socket}\n")
    with pytest.raises(pytest.skip.Exception, match="old Docker engine"):
        parts.engine("old")


@contextmanager
def engine_that_says(status: str, socket: Path) -> Iterator[str]:
    """Answer every request with that status and nothing else; gives its URL."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if self.rfile.readline():  # the first connection only tries the address
                self.wfile.write(f"HTTP/1.0 {status}\r\n\r\n".encode())

    with socketserver.UnixStreamServer(str(socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"unix://{socket}"
        finally:
            server.shutdown()
            thread.join(5)


@pytest.mark.parametrize(
    ("image", "cure"),
    [
        (parts.coredns_image, "tests/testbed/up coredns"),
        (parts.dnsmasq_image, "tests/testbed/up dnsmasq"),
    ],
)
def test_an_image_that_the_engine_lacks_counts_as_missing(
    bed: Path, image: Callable[[], str], cure: str
) -> None:
    with engine_that_says("404 Not Found", bed / "engine.sock") as url:
        (bed / "env").write_text(f"ETCDPANEL_TEST_ENGINE_OLD={url}\n")
        with pytest.raises(pytest.skip.Exception, match=cure):
            image()


def test_an_image_that_the_engine_has_is_answered_by_its_reference(bed: Path) -> None:
    with engine_that_says("200 OK", bed / "engine.sock") as url:
        (bed / "env").write_text(f"ETCDPANEL_TEST_ENGINE_OLD={url}\n")
        assert parts.coredns_image() == "coredns/coredns:1.14.0"


def test_a_missing_discovery_service_names_what_gets_it(
    bed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(bed))
    with pytest.raises(pytest.skip.Exception, match="up discovery-service"):
        parts.discovery_service_binary()


def test_the_environment_wins_over_the_test_bed(
    bed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bed / "env").write_text("ETCDPANEL_TEST_REDIS_URL=redis://127.0.0.1:1/0\n")
    monkeypatch.setenv("ETCDPANEL_TEST_REDIS_URL", "")
    with pytest.raises(pytest.skip.Exception, match="Redis"):
        parts.redis_url()
