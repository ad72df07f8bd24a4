"""The gates of `make check` hold, so that `make test` alone says whether to land."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
GATES = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "mypy", "."],
    "templates": [BIN / "djlint", "--quiet", "--lint", "templates"],
    "migrations": [
        *(sys.executable, "manage.py", "makemigrations"),
        *("--check", "--dry-run"),
    ],
}


@pytest.mark.parametrize("gate", GATES)
def test_the_gate_holds(gate):
    done = subprocess.run(
        GATES[gate],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
