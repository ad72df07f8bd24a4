"""Which engine is meant: the order of the Docker client, and what is refused."""

import hashlib
import json

import pytest

from clusters.core.errors import BackendError
from clusters.drivers.docker.address import DEFAULT_SOCKET, find_engine


def context(home, name, host, *, with_certificates=False):
    """A context as `docker context create` and `docker context use` leave it."""
    folder = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker/contexts/meta" / folder
    meta.mkdir(parents=True)
    endpoints = {"docker": {"Host": host, "SkipTLSVerify": False}}
    content = {"Name": name, "Metadata": {}, "Endpoints": endpoints}
    (meta / "meta.json").write_text(json.dumps(content))
    if with_certificates:
        certificates(home / ".docker/contexts/tls" / folder / "docker")


def use(home, name):
    (home / ".docker").mkdir(exist_ok=True)
    config = home / ".docker/config.json"
    config.write_text(json.dumps({"currentContext": name}))


def certificates(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (folder / name).write_text(name)


def found(home, address="", certificates=None, **environ):
    return find_engine(address, certificates, {"HOME": str(home), **environ})


def refusal(home, address="", **environ):
    with pytest.raises(BackendError) as caught:
        found(home, address, **environ)
    return caught.value


def test_the_address_of_the_host_comes_first(tmp_path):
    engine = found(tmp_path, "unix:///a.sock", DOCKER_HOST="unix:///b.sock")
    assert engine.url == "unix:///a.sock"
    assert str(engine.socket) == "/a.sock"


def test_docker_host_comes_before_contexts(tmp_path):
    context(tmp_path, "desk", "unix:///desk.sock")
    use(tmp_path, "desk")
    engine = found(tmp_path, DOCKER_HOST="unix:///b.sock", DOCKER_CONTEXT="desk")
    assert engine.url == "unix:///b.sock"


def test_docker_context_comes_before_the_current_context(tmp_path):
    context(tmp_path, "desk", "unix:///desk.sock")
    context(tmp_path, "lab", "unix:///lab.sock")
    use(tmp_path, "desk")
    assert found(tmp_path).url == "unix:///desk.sock"
    assert found(tmp_path, DOCKER_CONTEXT="lab").url == "unix:///lab.sock"
    default = found(tmp_path, DOCKER_CONTEXT="default").url
    assert default == f"unix://{DEFAULT_SOCKET}"


def test_the_clients_folder_may_be_elsewhere(tmp_path):
    context(tmp_path / "elsewhere", "lab", "unix:///lab.sock")
    folder = str(tmp_path / "elsewhere/.docker")
    engine = found(tmp_path, DOCKER_CONFIG=folder, DOCKER_CONTEXT="lab")
    assert engine.url == "unix:///lab.sock"


def test_a_context_brings_its_certificates(tmp_path):
    context(tmp_path, "lab", "tcp://192.0.2.7:2376", with_certificates=True)
    engine = found(tmp_path, DOCKER_CONTEXT="lab")
    assert engine.url == "tcp://192.0.2.7:2376"
    assert (engine.certificates / "ca.pem").exists()


def test_a_context_that_is_not_there_is_named(tmp_path):
    error = refusal(tmp_path, DOCKER_CONTEXT="lab")
    assert error.code == "docker_context_unknown"
    assert "lab" in str(error.text)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"currentContext": ""}'])
def test_a_broken_file_of_the_client_means_the_default(tmp_path, content):
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(content)
    assert found(tmp_path).url == f"unix://{DEFAULT_SOCKET}"


@pytest.mark.parametrize(
    "path", ["run/docker.sock", "desktop/docker.sock", "../rootless/docker.sock"]
)
def test_rootless_and_desktop_sockets_are_found(tmp_path, monkeypatch, path):
    monkeypatch.setattr(
        "clusters.drivers.docker.address.DEFAULT_SOCKET", tmp_path / "absent.sock"
    )
    (tmp_path / ".docker").mkdir()
    socket = (tmp_path / ".docker" / path).resolve()
    socket.parent.mkdir(parents=True, exist_ok=True)
    socket.touch()
    engine = found(tmp_path, XDG_RUNTIME_DIR=str(tmp_path / "rootless"))
    assert engine.url == f"unix://{socket}"


def test_tcp_on_loopback_may_be_plain(tmp_path):
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert found(tmp_path, f"tcp://{host}:2375").certificates is None


def test_tcp_elsewhere_must_have_tls(tmp_path):
    error = refusal(tmp_path, "tcp://192.0.2.7:2375")
    assert error.code == "docker_without_tls"
    assert error.advice


def test_certificates_are_found_as_the_client_finds_them(tmp_path):
    certificates(tmp_path / ".docker")
    certificates(tmp_path / "named")
    url = "tcp://192.0.2.7:2376"
    verified = found(tmp_path, DOCKER_HOST=url, DOCKER_TLS_VERIFY="1")
    assert verified.certificates == tmp_path / ".docker"
    named = found(tmp_path, url, DOCKER_CERT_PATH=str(tmp_path / "named"))
    assert named.certificates == tmp_path / "named"
    given = found(tmp_path, url, tmp_path / "named", DOCKER_TLS_VERIFY="1")
    assert given.certificates == tmp_path / "named"


def test_certificates_that_are_missing_are_named(tmp_path):
    certificates(tmp_path / "named")
    (tmp_path / "named/key.pem").unlink()
    folder = str(tmp_path / "named")
    error = refusal(tmp_path, "tcp://192.0.2.7:2376", DOCKER_CERT_PATH=folder)
    assert error.code == "docker_certificates_missing"
    assert "key.pem" in str(error.text)
    assert "ca.pem" not in str(error.text)


def test_ssh_needs_nothing_more(tmp_path):
    engine = found(tmp_path, "ssh://admin@192.0.2.7:2222")
    assert engine.over_ssh
    assert engine.socket is None


@pytest.mark.parametrize(
    "address",
    [
        "tcp://192.0.2.7",
        "tcp://:2375",
        "tcp://host:port",
        "ssh://user:secret@192.0.2.7",
        "ssh://192.0.2.7/var/run/docker.sock",
        "npipe:////./pipe/docker_engine",
        "file:///etc/passwd",
        "http://127.0.0.1:2375",
        "127.0.0.1:2375",
    ],
)
def test_other_addresses_are_refused(tmp_path, address):
    error = refusal(tmp_path, address)
    assert error.code == "docker_address_invalid"
    assert error.advice
