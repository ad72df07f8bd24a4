"""Whether an engine can be used: what it offers, and otherwise why not and the cure."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from clusters.core.errors import Unavailable
from clusters.core.observed import HostFacts
from clusters.drivers.docker import DockerDriver
from clusters.drivers.docker import facts as facts_module
from tests.drivers.docker_fronts import answering, front, silent_socket, tls_front
from tests.drivers.docker_registry import failing_registry, real_registry
from tests.drivers.docker_world import REPOSITORY, docker_world
from tests.parts import engine

NOBODY = 65534
AS_NOBODY = """
import json, os, sys
from clusters.drivers.docker import DockerDriver
def facts():
    driver = DockerDriver(sys.argv[1])
    try:
        return driver.facts()
    finally:
        driver.close()
assert facts().usable
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(json.dumps(facts().as_json()))
"""


@pytest.fixture(params=["old", "new"])
def world(request):
    with docker_world(request.param) as world:
        yield world


def facts_of(address, **settings):
    driver = DockerDriver(address, **settings)
    try:
        return driver.facts()
    finally:
        driver.close()


def unusable(address, **settings):
    facts = facts_of(address, **settings)
    assert not facts.usable
    assert facts.reason
    return facts


def test_an_engine_tells_its_version_and_its_releases(world):
    facts = world.driver.facts()
    api = world.raw.api_version
    assert facts.usable
    assert facts.engine.startswith("Docker Engine ")
    assert facts.engine.endswith(f", API {api}")
    assert "+" not in facts.engine
    assert facts.versions[0] == "3.7.3"
    assert {"3.4.23", "3.5.35", "3.6.16"} <= set(facts.versions)
    assert facts.disk_free > 0
    assert HostFacts.from_json(facts.as_json()) == facts


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        ({"SystemTime": "2026-11-22T21:30:22.123456789Z"}, 22.123),
        ({"SystemTime": "2026-11-22T23:29:30+02:00"}, -30.0),
        ({"SystemTime": "soon"}, None),
        ({}, None),
    ],
)
def test_the_clock_of_an_engine_is_read_whatever_its_zone(said, ahead):
    half_past_nine = datetime(2026, 11, 22, 21, 30, tzinfo=UTC).timestamp()
    assert facts_module._clock_ahead(said, half_past_nine) == ahead


def test_only_the_configured_repository_counts(world):
    repository = f"{world.name}.example/mirror/etcd"
    for tag in ("v3.6.16", "v3.6.16-debug", "v9.9.9", "stable"):
        world.raw.tag(f"{REPOSITORY}:v3.6.16", repository, tag)
        world.images.add(f"{repository}:{tag}")
    facts = facts_of(world.url, repository=repository)
    assert facts.versions == ("3.6.16",)


def test_what_the_registry_offers_can_be_pulled(world, tmp_path):
    with real_registry(tmp_path) as registry:
        repository = f"{registry}/coreos/etcd"
        world.raw.tag(f"{REPOSITORY}:v3.7.3", repository, "v3.7.3")
        world.raw.push(repository, tag="v3.7.3")
        world.raw.remove_image(f"{repository}:v3.7.3")
        facts = facts_of(world.url, repository=repository)
    assert (facts.versions, facts.pullable) == ((), ("3.7.3",))


def test_a_registry_that_is_slow_delays_only_the_first_look():
    with docker_world("old") as world, failing_registry("silent") as registry:
        repository = registry.reference.rpartition(":")[0]
        driver = DockerDriver(world.url, repository=repository, answer_seconds=4.0)
        began = time.monotonic()
        assert driver.facts().pullable == ()
        first = time.monotonic() - began
        assert driver.facts().pullable == ()
        second = time.monotonic() - began - first
        driver.close()
    assert first < 3.8
    assert second < 1.0


def test_what_a_registry_once_answered_is_not_asked_again():
    with docker_world("old") as world, failing_registry("missing") as registry:
        repository = registry.reference.rpartition(":")[0]
        driver = DockerDriver(world.url, repository=repository)
        assert driver.facts().pullable == ()
        asked = len(registry.asked)
        assert driver.facts().pullable == ()
        assert len(registry.asked) == asked > 0
        driver.close()


def test_an_absent_socket_is_named(tmp_path):
    facts = unusable(f"unix://{tmp_path}/docker.sock")
    assert facts.code == "docker_socket_absent"
    assert f"{tmp_path}/docker.sock" in str(facts.reason)
    assert facts.cure


def test_a_forbidden_socket_names_the_user_and_the_group():
    command = [sys.executable, "-c", AS_NOBODY, engine("old")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
    facts = HostFacts.from_json(json.loads(answer.stdout))
    assert (facts.usable, facts.code) == (False, "docker_permission_denied")
    assert "nobody" in str(facts.reason)
    assert "usermod -aG docker nobody" in str(facts.cure)


def test_an_engine_that_hangs_is_given_up_in_bounded_time(tmp_path):
    began = time.monotonic()
    with silent_socket(tmp_path / "docker.sock") as address:
        facts = unusable(address, answer_seconds=1.0)
    assert facts.code == "docker_not_answering"
    assert time.monotonic() - began < 3.0


def test_nobody_listening_is_not_answering(tmp_path):
    with silent_socket(tmp_path / "docker.sock") as address:
        pass
    facts = unusable(address)
    assert facts.code == "docker_not_answering"
    assert "start docker" in str(facts.cure)


def test_an_engine_that_is_too_old_is_told_so():
    version = {"ApiVersion": "1.40", "Version": "19.03.15"}
    with answering(version) as address:
        facts = unusable(address)
    assert facts.code == "docker_too_old"
    assert "19.03.15" in str(facts.reason)


@pytest.mark.parametrize("body", ["<html>hello</html>", "{}", "[]", '"text"'])
def test_another_server_is_no_engine(body):
    with answering(body) as address:
        assert unusable(address).code == "docker_not_an_engine"


def test_an_engine_of_windows_containers_is_refused():
    body = {"ApiVersion": "1.45", "Version": "27.0.0", "OSType": "windows"}
    with answering({**body, "Name": "x"}) as address:
        facts = unusable(address)
    assert facts.code == "docker_not_linux"
    assert facts.cure


def test_an_engine_that_dies_is_missed_and_found_again(world, tmp_path):
    path = tmp_path / "docker.sock"
    driver = DockerDriver(f"unix://{path}")
    with front(path, world.url):
        assert driver.facts().usable
        assert driver.find_volume(f"{world.name}-none") is None
    assert driver.facts().code == "docker_not_answering"
    with pytest.raises(Unavailable):
        driver.create_volume(f"{world.name}-data", world.labels)
    path.unlink()
    assert driver.facts().code == "docker_socket_absent"
    with front(path, world.url):
        assert driver.facts().usable
        driver.close()


def test_an_engine_replaced_by_an_older_one_is_spoken_to_anew(tmp_path):
    path = tmp_path / "docker.sock"
    driver = DockerDriver(f"unix://{path}")
    with front(path, engine("new")):
        assert driver.facts().engine.endswith("API 1.56")
    path.unlink()
    with front(path, engine("old")):
        assert driver.facts().code == "docker_not_answering"
        assert driver.facts().engine.endswith("API 1.41")
        driver.close()


def test_the_engine_of_the_current_context_is_used(world, tmp_path, monkeypatch):
    from tests.drivers.test_docker_address import context, use

    context(tmp_path, "bed", world.url)
    use(tmp_path, "bed")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert facts_of("").engine == world.driver.facts().engine


def test_an_engine_is_reached_over_tls_whatever_the_environment_trusts(
    world, tmp_path, monkeypatch
):
    """REQUESTS_CA_BUNDLE names the web's authorities; the engine has its own."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with tls_front(tmp_path, world.url) as address:
        facts = facts_of(address, certificates=tmp_path)
        assert facts.usable, facts.reason
        assert facts.disk_free is None
        plain = unusable(address, answer_seconds=1.0)
    assert plain.code in {"docker_not_an_engine", "docker_not_answering"}


def test_a_certificate_of_another_authority_is_refused(world, tmp_path):
    theirs = tmp_path / "theirs"
    ours = tmp_path / "ours"
    theirs.mkdir()
    ours.mkdir()
    with (
        tls_front(ours, world.url),
        tls_front(theirs, world.url) as address,
    ):
        facts = unusable(address, certificates=ours)
    assert facts.code == "docker_tls_failed"
    assert facts.cure


def test_ssh_without_its_package_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "paramiko", None)
    facts = unusable("ssh://admin@127.0.0.1:1")
    assert facts.code == "docker_ssh_missing"
    assert "docker[ssh]" in str(facts.cure)


def test_a_broken_login_file_is_a_reason_and_no_crash(world, tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text('{"auths": {"x": {"auth": "!!"}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    facts = facts_of(world.url)
    assert facts.usable or facts.code == "docker_config_invalid"


def test_each_process_dials_for_itself(world, monkeypatch):
    first = world.driver._engine.dial().client
    assert world.driver._engine.dial().client is first
    monkeypatch.setattr("os.getpid", lambda: 1)
    second = world.driver._engine.dial().client
    assert second is not first
    first.close()


def test_nothing_is_dialled_before_the_first_call():
    driver = DockerDriver("tcp://192.0.2.7:2375")
    assert driver.facts().code == "docker_without_tls"
