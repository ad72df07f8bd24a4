"""The log files of a member that runs as a process.

From 3.5 on etcd writes its log to a file that it rotates itself, and only what comes
before and after its logger (unknown flags, panics) to its output. 3.4 has no rotation:
its log goes to the output, which is put aside at a start when it has grown.
"""

import json
import os
from pathlib import Path

from clusters.core.releases import Version

OUTPUT = "output.log"
ETCD_LOG = "etcd.log"

_ROTATES_ITSELF = Version(3, 5, 0)
_ROTATION = {
    "maxsize": 10,
    "maxage": 0,
    "maxbackups": 2,
    "localtime": False,
    "compress": False,
}
_LARGEST_OUTPUT = 10 * 1024**2
_TAIL_BYTES = 512 * 1024


def log_flags(version: Version, folder: Path) -> tuple[str, ...]:
    if version < _ROTATES_ITSELF:
        return ()
    return (
        f"--log-outputs={folder / ETCD_LOG}",
        "--enable-log-rotation",
        f"--log-rotation-config-json={json.dumps(_ROTATION, separators=(',', ':'))}",
    )


def put_aside_output(folder: Path) -> None:
    output = folder / OUTPUT
    if output.exists() and output.stat().st_size > _LARGEST_OUTPUT:
        output.replace(folder / f"{OUTPUT}.1")


def last_lines(folder: Path, count: int) -> tuple[str, ...]:
    """The end of both files, the one that was written to last at the end."""
    files = [path for name in (ETCD_LOG, OUTPUT) if (path := folder / name).exists()]
    files.sort(key=lambda path: path.stat().st_mtime_ns)
    lines = [line for path in files for line in _end_of(path)]
    return tuple(lines[-count:]) if count > 0 else ()


def _end_of(path: Path) -> list[str]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _TAIL_BYTES, 0))
        return file.read().decode(errors="replace").splitlines()
