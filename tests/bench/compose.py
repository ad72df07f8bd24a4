"""A Compose project with the members of a panel's cluster: `up -d`, ask, `down`."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from clusters.core.spec import CLIENT_PORT, PEER_PORT

SECONDS = 120


def project(
    name: str, image: str, commands: dict[str, list[str]], ports: list[int]
) -> dict[str, Any]:
    """As people write it, with the command lines, ports and aliases of the panel's
    members. Compose takes JSON as well."""
    half = len(commands)
    services = {
        member: {
            "image": image,
            "container_name": f"{name}-{member}",
            "hostname": member,
            "restart": "always",
            "networks": ["net"],
            "entrypoint": [],
            "command": command,
            "ports": [
                f"127.0.0.1:{ports[number]}:{CLIENT_PORT}",
                f"127.0.0.1:{ports[half + number]}:{PEER_PORT}",
            ],
            "volumes": [f"{member}_data:/var/lib/etcd"],
        }
        for number, (member, command) in enumerate(commands.items())
    }
    return {
        "networks": {"net": {"driver": "bridge"}},
        "volumes": {f"{member}_data": {"driver": "local"} for member in commands},
        "services": services,
    }


class Compose:
    """Docker Compose on one engine."""

    def __init__(self, binary: Path, engine: str, folder: Path) -> None:
        self.binary = binary
        self.folder = folder
        self.environment = {**os.environ, "DOCKER_HOST": engine}

    def write(self, name: str, content: dict[str, Any]) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content))

    def up(self, name: str) -> None:
        self.call(name, "up", "-d", "--quiet-pull")

    def down(self, name: str) -> None:
        self.call(name, "down", "--volumes", "--timeout", "0")

    def version(self) -> str:
        return self.run("version", "--short")

    def call(self, name: str, *arguments: str) -> None:
        file = str(self.folder / f"{name}.json")
        self.run("--file", file, "--project-name", name, *arguments)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.binary), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout.strip()
