"""`python -m etcdpanel.demote COMMAND ...`: give up root, keep the engine's socket.

The socket belongs to a group whose number differs from machine to machine, so a
Compose file cannot name it. This looks, joins the group, becomes the user that owns
the panel's home, and runs the command.
"""

import os
import sys
from pathlib import Path

from etcdpanel import home as homes

SOCKET = Path("/var/run/docker.sock")


def main(command: list[str]) -> None:
    owner = homes.from_environment().path.stat()
    if os.getuid() == 0 and owner.st_uid != 0:
        groups = {owner.st_gid}
        if SOCKET.exists():
            groups.add(SOCKET.stat().st_gid)
        os.setgroups(sorted(groups))
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
        os.environ["HOME"] = str(homes.from_environment().path)
    os.execvp(command[0], command)  # noqa: S606  # its own arguments, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
