"""Extra members of older releases: v2 proxies, found out by one question."""

import json
import urllib.error
import urllib.request

import pytest

from clusters.etcd.client import probe
from clusters.etcd.peers import probe_proxy
from tests.drivers.place import free_ports
from tests.meeting.hand import hand_started
from tests.meeting.program import await_true
from tests.meeting.stores import v2_store


@pytest.fixture(params=["3.4", "3.5"])
def formed(request):
    """Three members that met in a store, the store, and the URL of their token."""
    with v2_store() as store:
        url = store.discovery_url(store.new_token(3))
        meet = (f"--discovery={url}", "--discovery-fallback=exit", "--enable-v2")
        with hand_started(request.param, *meet) as hand:
            yield hand, store, url


def start_proxy(hand, url, *flags):
    proxy = hand.start("extra", f"--discovery={url}", "--proxy=on", *flags)
    proxy.program.await_answer(lambda: probe_proxy(at(proxy), 2))
    return proxy


def at(member):
    return member.client_url.removeprefix("http://")


def ask(member, path, method="GET", body=None):
    asked = urllib.request.Request(member.client_url + path, body, method=method)
    with urllib.request.urlopen(asked, timeout=5) as answer:
        return json.load(answer)


def test_a_proxy_says_that_it_is_one_and_a_member_that_it_is_none(formed):
    hand, _, url = formed
    first = hand.members[0]
    proxy = start_proxy(hand, url)
    assert probe_proxy(at(proxy), 5) is True
    assert probe_proxy(at(first), 5) is False
    assert probe(at(proxy), 1).reachable is False  # it speaks no gRPC
    assert ask(proxy, "/health")["health"] == "true"  # a member's, passed on


def test_a_proxy_passes_reads_and_writes_on_and_keeps_no_member_folder(formed):
    hand, store, url = formed
    proxy = start_proxy(hand, url)
    ask(proxy, "/v2/keys/greeting", "PUT", b"value=hello")
    assert ask(hand.members[1], "/v2/keys/greeting")["node"]["value"] == "hello"
    assert ask(proxy, "/v2/keys/greeting")["node"]["value"] == "hello"
    made = sorted(path.name for path in (hand.folder / "extra").iterdir())
    assert made == ["proxy"]
    names = store.registrations(url.rpartition("/")[2]).values()
    assert len(names) == 3
    assert not [name for name in names if name.startswith("extra=")]


def test_a_proxy_starts_again_when_the_store_is_gone(formed):
    hand, store, url = formed
    proxy = start_proxy(hand, url)
    store.kill()
    for end in (proxy.program.stop, proxy.program.kill):
        end()
        assert probe_proxy(at(proxy), 1) is None
        proxy.program.start()
        proxy.program.await_answer(lambda: probe_proxy(at(proxy), 2))
    assert ask(proxy, "/health")["health"] == "true"


def test_a_proxy_without_its_members_is_still_one(formed):
    hand, _, url = formed
    proxy = start_proxy(hand, url)
    for member in hand.members:
        if member is not proxy:
            member.program.kill()
    assert probe_proxy(at(proxy), 5) is True

    def fails():
        try:
            ask(proxy, "/health")
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code in {502, 503}

    await_true(fails)


def test_a_proxy_that_waits_for_its_store_answers_nothing(formed):
    hand, store, url = formed
    store.kill()
    proxy = hand.start("extra", f"--discovery={url}", "--proxy=on")
    proxy.program.await_answer(lambda: "retry connecting" in proxy.program.output)
    assert probe_proxy(at(proxy), 0.5) is None


def test_what_is_neither_is_not_taken_for_one():
    assert probe_proxy(f"127.0.0.1:{next(free_ports(1))}", 0.5) is None
    assert probe_proxy("127.0.0.1:none", 0.5) is None
