"""Who may do what in the Compose stack; what it does is a scenario."""

import json
import os
import secrets
import subprocess
from types import SimpleNamespace

import pytest

from etcdpanel.home import ROOT
from tests import parts
from tests.up.panels import free_port

IMAGE = "etcdpanel:testbed"
BASE = "etcdpanel/base:bookworm"


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
