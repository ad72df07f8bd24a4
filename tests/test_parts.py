"""What tests are told about the real parts they need."""

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


def test_the_environment_wins_over_the_test_bed(
    bed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bed / "env").write_text("ETCDPANEL_TEST_REDIS_URL=redis://127.0.0.1:1/0\n")
    monkeypatch.setenv("ETCDPANEL_TEST_REDIS_URL", "")
    with pytest.raises(pytest.skip.Exception, match="Redis"):
        parts.redis_url()
