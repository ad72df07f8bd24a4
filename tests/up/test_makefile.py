import shutil
import subprocess

import pytest

from etcdpanel.home import ROOT

TOOLS = ("make", "awk", "sh", "uname", "touch")


@pytest.fixture
def bare(tmp_path):
    """A folder with the Makefile, and a PATH without any Python."""
    path = tmp_path / "bin"
    path.mkdir()
    for tool in TOOLS:
        (path / tool).symlink_to(shutil.which(tool))
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(bare, *arguments):
    return subprocess.run(
        ["make", *arguments],
        env={"PATH": str(bare / "bin")},
        cwd=bare,
        capture_output=True,
        text=True,
        check=False,
    )


def program(bare, name, script):
    (bare / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (bare / "bin" / name).chmod(0o755)


def test_make_alone_prints_what_there_is(bare):
    done = make(bare)

    for target in ("run", "demo", "stop", "demo-clean", "test", "check", "bench"):
        assert f"  make {target} " in done.stdout


def test_without_python_it_prints_the_command_that_installs_one(bare):
    program(bare, "apt-get", "exit 0")

    done = make(bare, "run")

    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stdout
    assert "sudo apt-get install python3 python3-venv" in done.stdout


def test_a_python_that_cannot_make_an_environment_is_told_apart(bare):
    program(bare, "dnf", "exit 0")
    program(bare, "python3", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')

    done = make(bare, "run")

    assert "python3 cannot make a virtual environment" in done.stdout
    assert "sudo dnf install python3" in done.stdout


def test_an_older_python_is_passed_over(bare):
    program(bare, "python3.13", "exit 1")
    program(bare, "python3", '[ "$1" = -m ] && echo "python3 $*"; exit 0')

    done = make(bare, "run")

    assert "python3 -m venv --clear .venv" in done.stdout


def test_uv_is_used_when_it_is_there(bare):
    program(bare, "uv", 'echo "uv $1 $2"; [ "$1" = pip ] && exit 9; exit 0')

    done = make(bare, "run")

    assert "uv venv --quiet" in done.stdout
    assert "uv pip install" in done.stdout
    assert done.returncode != 0
    assert not (bare / ".venv/.installed-requirements").exists()
