"""The Compose file as it is, on the old engine, with base images of the test bed."""

import json
import os
import secrets
import subprocess
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from etcdpanel.home import ROOT
from tests import parts
from tests.up.panels import free_port, until

IMAGE = "etcdpanel:testbed"
BASE = "etcdpanel/base:bookworm"
ENDED = ("succeeded", "failed", "rejected", "cancelled", "needs_operator", "errored")


def run(*command, env, check=True):
    done = subprocess.run(
        command, env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def stack():
    engine = parts.engine("old")
    program = str(parts.compose_binary())
    project = f"etcdpanel-test-{secrets.token_hex(3)}"
    port = free_port()
    env = {
        **os.environ,
        "DOCKER_HOST": engine,
        "DOCKER_BUILDKIT": "0",
        "ETCDPANEL_IMAGE": IMAGE,
        "ETCDPANEL_PORT": str(port),
        "ETCDPANEL_DOCKER_SOCKET": engine.removeprefix("unix://"),
    }
    based = run("docker", "images", "--quiet", BASE, env=env)
    parts.require(based, f"no image {BASE}", "tests/testbed/up base")
    older = run("docker", "images", "--quiet", IMAGE, env=env).strip()
    # The test bed reaches its package indexes from the machine's own network.
    build = (
        "docker",
        "build",
        "--network",
        "host",
        "--build-arg",
        f"BASE_IMAGE={BASE}",
    )
    run(*build, "--tag", IMAGE, ".", env=env)
    if older and older != run("docker", "images", "--quiet", IMAGE, env=env).strip():
        run("docker", "rmi", older, env=env, check=False)
    compose = (program, "-p", project, "-f", "docker-compose.dev.yml")
    try:
        run(*compose, "up", "--detach", "--no-build", "--wait", env=env)
        yield SimpleNamespace(project=project, port=port, env=env, compose=compose)
    finally:
        run(*compose, "down", "--volumes", "--timeout", "30", env=env, check=False)


@pytest.fixture(scope="module")
def call(stack):
    make = ("exec", "-T", "web", "python", "manage.py", "create_token")
    made = run(
        *stack.compose, *make, "--user", "admin", "--name", "test", env=stack.env
    )
    headers = {
        "Authorization": f"Bearer {made.strip()}",
        "Content-Type": "application/json",
    }

    def call(method, path, body=None):
        url = f"http://127.0.0.1:{stack.port}/api/v1{path}"
        content = json.dumps(body).encode() if body else None
        request = Request(url, data=content, method=method, headers=headers)
        try:
            with urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            return json.loads(error.read())

    return call


def ended(call, operation):
    path = f"/operations/{operation}/"
    until(lambda: call("GET", path)["state"] in ENDED, seconds=120)
    return call("GET", path)


def test_every_service_is_healthy_and_the_first_login_is_in_the_log(stack):
    listed = run(*stack.compose, "ps", "--format", "json", env=stack.env)
    log = run(*stack.compose, "logs", "migrate", env=stack.env)

    rows = [json.loads(line) for line in listed.splitlines()]
    health = {row["Service"]: row["Health"] or row["State"] for row in rows}
    assert health == {
        "postgres": "healthy",
        "redis": "healthy",
        "web": "healthy",
        "worker": "healthy",
        "beat": "running",
    }
    assert "First login: admin / " in log


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_no_process_of_the_panel_runs_as_root(stack, service):
    heading, *rows = run(*stack.compose, "top", service, env=stack.env).splitlines()

    column = heading.split().index("UID")
    owners = [row.split()[column] for row in rows if "docker-init" not in row]

    assert owners
    assert "root" not in owners


def test_only_the_worker_has_the_socket_of_the_engine(stack):
    found = {
        service: run(
            *(*stack.compose, "exec", "-T", service),
            *("sh", "-c", "test -S /var/run/docker.sock && echo yes || echo no"),
            env=stack.env,
        ).strip()
        for service in ("web", "worker", "beat")
    }

    assert found == {"web": "no", "worker": "yes", "beat": "no"}


def test_a_cluster_is_made_and_removed_through_it(stack, call):
    name = f"stack-{secrets.token_hex(3)}"
    body = {
        "name": name,
        "size": 3,
        "bootstrap": "static",
        "hosts": ["docker"],
        "client_ports": [free_port() for _ in range(3)],
        "peer_ports": [free_port() for _ in range(3)],
    }

    made = call("POST", "/clusters/", body)
    assert "operation" in made, made
    end = ended(call, made["operation"])
    assert end["state"] == "succeeded", end["explanation"]
    members = call("GET", f"/clusters/{name}/members/")["results"]
    removed = call("DELETE", f"/clusters/{name}/?confirm={name}")

    assert [member["status"] for member in members] == ["started"] * 3
    assert ended(call, removed["operation"])["state"] == "succeeded"
    for noun in ("container", "network", "volume"):
        listing = ("docker", noun, "ls", "--quiet", "--filter", f"name={name}")
        assert run(*listing, env=stack.env) == ""
