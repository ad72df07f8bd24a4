"""Scripts that were written for the public service work when their host is changed."""

import subprocess
from contextlib import contextmanager

import pytest

from tests import parts
from tests.meeting.hand import hand
from tests.scenarios.panels import etcdctl, remove_containers, unique
from tests.up.panels import free_port, until


@contextmanager
def store(driven, host, **wanted):
    """A store for v2 that the panel runs, whose tokens are for anybody."""
    name = unique("dropin")
    body = {
        "name": name,
        "protocol": "v2",
        "host": host,
        "version": parts.etcd_dir("3.5").name,
        "client_port": free_port(),
        "peer_port": free_port(),
        "anonymous": True,
    }
    status, answer = driven.ask("POST", "/discovery/stores/", body | wanted)
    assert status == 202, answer
    driven.succeeded(answer["operation"])
    try:
        yield body | wanted
        status, answer = driven.ask(
            "DELETE", f"/discovery/stores/{name}/?confirm={name}"
        )
        assert status == 202, answer
        driven.succeeded(answer["operation"])
    finally:
        remove_containers(name)


def curl(*words):
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--noproxy", "*", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def three_of(line, url):
    """Members that were started by hand with nothing but the URL; their names."""
    with hand(line) as members:
        for number in (1, 2, 3):
            members.start(f"hand{number}", f"--discovery={url}")
        members.await_healthy()
        found = etcdctl(line, members.members[0].client_url)
        return set(found.values())


NAMES = {"hand1", "hand2", "hand3"}


@pytest.mark.parametrize(
    ("host", "line"), [("local", "3.4"), ("docker", "3.5"), ("local", "3.6")]
)
def test_members_started_by_hand_form_a_cluster_by_the_answer(embedded, host, line):
    with store(embedded, host) as made:
        url = curl(f"http://127.0.0.1:{embedded.panel.port}/new?size=3")

        begin = f"http://127.0.0.1:{made['client_port']}/v2/keys/_etcd/registry/"
        assert url.startswith(begin)
        assert len(url) == len(begin) + 32
        assert three_of(line, url) == NAMES
        assert registered(embedded, made["name"], url) == NAMES


def test_a_store_at_every_address_is_reached_as_the_panel_was(embedded):
    wanted = {"bind_address": "0.0.0.0", "accept": ["published_beyond_loopback"]}
    with store(embedded, "local", **wanted) as made:
        panel = f"http://localhost:{embedded.panel.port}"
        url = curl("--request", "PUT", "--data", "size=3", f"{panel}/new")

        assert url.startswith(f"http://localhost:{made['client_port']}/v2/keys/")
        assert three_of("3.6", url) == NAMES


def test_with_a_token_of_the_panel_no_store_must_be_open(embedded):
    with store(embedded, "local", anonymous=False):
        address = f"http://127.0.0.1:{embedded.panel.port}/api/v1/discovery/new?size=3"
        status, words, _ = embedded.panel.ask("/new?size=3")
        assert (status, "Authorization: Bearer TOKEN" in words) == (401, True)

        url = curl("--header", f"Authorization: Bearer {embedded.token}", address)

        assert three_of("3.5", url) == NAMES


def registered(driven, name, url):
    """The names that the panel shows under a token, once all three are there."""

    def seen():
        driven.ask("POST", f"/discovery/stores/{name}/look/")
        (row,) = driven.get(f"/discovery/tokens/?store={name}")["results"]
        assert row["address"] == url
        names = {each["name"] for each in row["registrations"]}
        return names if len(names) == len(NAMES) else None

    return until(seen)
