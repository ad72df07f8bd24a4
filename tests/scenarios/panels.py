"""A real panel with a real worker, driven through REST as a script would."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import docker
import psutil

from etcdpanel.home import ROOT
from tests import parts
from tests.up.panels import Panel, free_port, until

PASSWORD = "correct horse battery staple"


class Driven:
    """A running panel, a token for it, and what a script does with both."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.token = self.manage("create_token", "--user", "admin", "--name", "tests")
        until(self.has_seen_its_hosts)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.panel.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.panel.port}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def has_seen_its_hosts(self) -> bool:
        hosts = self.get("/hosts/")["results"]
        return all(host["usable"] is not None for host in hosts)

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def create(self, name: str, host: str, **wanted: Any) -> str:
        body = {"name": name, "size": 3, "bootstrap": "static", "hosts": [host]}
        status, answer = self.ask("POST", "/clusters/", body | ports() | wanted)
        assert status == 202, answer
        return answer["operation"]

    def delete(self, name: str) -> str:
        status, answer = self.ask("DELETE", f"/clusters/{name}/?confirm={name}")
        assert status == 202, answer
        return answer["operation"]

    def operation(self, pk: str) -> Any:
        return self.get(f"/operations/{pk}/")

    def ended(self, pk: str, seconds: float = 90) -> Any:
        def over():
            progress = self.operation(pk)
            return progress if progress["finished_at"] else None

        return until(over, seconds)

    def succeeded(self, pk: str, seconds: float = 90) -> Any:
        progress = self.ended(pk, seconds)
        assert progress["state"] == "succeeded", progress
        return progress

    def members(self, name: str) -> list[Any]:
        return self.get(f"/clusters/{name}/members/")["results"]

    def events(self, pk: str) -> list[Any]:
        return self.get(f"/operations/{pk}/events/")["results"]


def ports(count: int = 3) -> dict[str, list[int]]:
    """Free ports for a cluster of its own."""
    found: set[int] = set()
    while len(found) < 2 * count:
        found.add(free_port())
    both = sorted(found)
    return {"client_ports": both[:count], "peer_ports": both[count:]}


def etcdctl(line: str, endpoint: str) -> dict[str, str]:
    """Name by ID, as the real etcdctl lists the members."""
    binary = parts.etcd_dir(line) / "etcdctl"
    listed = subprocess.run(
        [binary, f"--endpoints={endpoint}", "member", "list", "-w", "json"],
        env={"ETCDCTL_API": "3"},
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    members = json.loads(listed.stdout)["members"]
    return {format(member["ID"], "x"): member["name"] for member in members}


def etcds_of(panel: Panel) -> list[psutil.Process]:
    """The member processes that live in this panel's home."""
    home = str(panel.home.path)
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if process.info["name"] == "etcd" and home in line:
            found.append(process)
    return found


def engine_client(which: str = "old") -> docker.DockerClient:
    return docker.DockerClient(base_url=parts.engine(which), version="auto")


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:6]}"


def remove_members(panel: Panel) -> None:
    """Whatever a failed test left of its members."""
    for process in etcds_of(panel):
        process.kill()


def remove_containers(prefix: str, which: str = "old") -> None:
    client = engine_client(which)
    for container in client.containers.list(all=True, sparse=True):
        names = container.attrs.get("Names") or []
        if any(name.startswith(f"/{prefix}") for name in names):
            container.remove(force=True, v=True)
    for network in client.networks.list():
        if network.name.startswith(prefix):
            network.remove()
    for volume in client.volumes.list():
        if volume.name.startswith(prefix):
            volume.remove(force=True)
    client.close()


def home_of(folder: Path) -> Path:
    return folder / "var"
