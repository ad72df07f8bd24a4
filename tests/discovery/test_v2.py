"""Private v2 stores: real ones of each line, and what only looks like one."""

import threading

import pytest

from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import REGISTRY, V2_KEYS, Registration, TokenSeen
from clusters.discovery.v2 import V2Store
from tests.discovery.raw_server import answer, is_silent, raw_server, says
from tests.drivers.docker_world import free_ports
from tests.meeting.hand import hand
from tests.meeting.program import await_true
from tests.meeting.stores import v2_store, v3_store

UNKNOWN = answer('{"errorCode":100,"message":"Key not found"}', "404 Not Found")


def path_of(token):
    return f"{V2_KEYS}{REGISTRY}/{token}"


@pytest.fixture(scope="module", params=["3.4", "3.5"])
def store(request):
    with v2_store(request.param) as store:
        yield store


@pytest.fixture
def panel(store):
    with V2Store(store.url) as panel:
        yield panel


def test_a_store_tells_its_version_and_its_clock(store, panel):
    seen = panel.probe()
    assert seen.version == store.version
    assert abs(seen.clock_ahead) <= 1.0


def test_a_token_that_nobody_made_is_none(panel):
    assert panel.look(path_of("never-made")) is None


def test_a_size_that_was_written_is_what_the_store_holds(store, panel):
    panel.write_size(path_of("sized"), 3)
    assert store.size("sized") == "3"
    assert panel.look(path_of("sized")) == TokenSeen(size="3")


def test_the_same_size_may_be_written_again(store, panel):
    for _ in range(2):
        panel.write_size(path_of("again"), 5)
    assert store.size("again") == "5"


def test_another_size_is_never_overwritten(store, panel):
    panel.write_size(path_of("kept"), 3)
    with pytest.raises(BackendError) as refusal:
        panel.write_size(path_of("kept"), 5)
    assert refusal.value.code == "token_has_other_size"
    assert "3, where 5" in str(refusal.value)
    assert store.size("kept") == "3"


def test_sizes_of_many_writers_are_one(store, panel):
    ends = []

    def write(size):
        try:
            panel.write_size(path_of("race"), size)
        except BackendError as error:
            ends.append(error.code)
        else:
            ends.append("written")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["token_has_other_size"] * 7 + ["written"]


@pytest.mark.parametrize("size", ["0", "abc", "-1", " "])
def test_a_size_that_is_none_is_shown_as_it_is(store, panel, size):
    token = store.new_token(size)
    assert panel.look(path_of(token)) == TokenSeen(size=size)


def test_registrations_come_in_the_order_in_which_members_came(store, panel):
    token = store.new_token(3)
    store.register(token, "ff01", "b=http://10.0.0.2:2380")
    store.register(token, "0a02", "a=http://10.0.0.1:2380,a=http://10.0.1.1:2380")
    seen = panel.look(path_of(token))
    assert seen.registrations == (
        Registration(member_id="ff01", name="b", peer_urls=("http://10.0.0.2:2380",)),
        Registration(
            member_id="0a02",
            name="a",
            peer_urls=("http://10.0.0.1:2380", "http://10.0.1.1:2380"),
        ),
    )
    assert not seen.is_fresh


def test_members_without_a_size_are_seen(store, panel):
    token = store.new_token(None)
    store.register(token, "1", "a=http://10.0.0.1:2380")
    seen = panel.look(path_of(token))
    assert (seen.size, len(seen.registrations)) == (None, 1)


@pytest.mark.parametrize(
    "value", ["", "a", "=,=", "a\n\x1b[31m", "<script>", "x" * 5000]
)
def test_what_no_member_would_write_still_counts_as_registered(store, panel, value):
    token = store.new_token(3)
    store.register(token, "1", value)
    (found,) = panel.look(path_of(token)).registrations
    assert (found.member_id, found.peer_urls) == ("1", ())
    assert found.name == ""


def test_any_prefix_of_a_token_will_do(store, panel):
    path = f"{V2_KEYS}/discovery/6c007a14875d53d9bf0ef5a6fc0257c817f0fb83"
    panel.write_size(path, 3)
    assert panel.look(path) == TokenSeen(size="3")
    panel.forget(path)
    assert panel.look(path) is None


def test_a_token_is_forgotten_with_its_members_and_twice(store, panel):
    token = store.new_token(3)
    store.register(token, "1", "a=http://10.0.0.1:2380")
    panel.forget(path_of(token))
    panel.forget(path_of(token))
    assert panel.look(path_of(token)) is None
    assert store.registrations(token) == {}


def test_one_registration_is_removed_and_twice(store, panel):
    token = store.new_token(3)
    store.register(token, "1a", "a=http://10.0.0.1:2380")
    store.register(token, "1b", "b=http://10.0.0.2:2380")
    for _ in range(2):
        panel.remove_registration(path_of(token), "1a")
    assert list(store.registrations(token)) == ["1b"]


def test_a_real_member_is_seen_as_it_registers(store, panel):
    with hand(store.version) as members:
        path = path_of("live")
        panel.write_size(path, 2)
        url = f"{store.member_url}{path}"
        for name in ("hand1", "hand2"):
            members.start(name, f"--discovery={url}", "--discovery-fallback=exit")
            await_true(
                lambda n=name: n in [r.name for r in panel.look(path).registrations]
            )
        members.await_healthy()
        seen = panel.look(path)
    assert [r.name for r in seen.registrations] == ["hand1", "hand2"]
    assert [r.peer_urls for r in seen.registrations] == [
        (member.peer_url,) for member in members.members
    ]


def test_many_threads_use_one_store(store, panel):
    token = store.new_token(3)
    seen = []
    threads = [
        threading.Thread(
            target=lambda: seen.extend(panel.look(path_of(token)) for _ in range(20))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [TokenSeen(size="3")] * 160


@pytest.mark.parametrize("line", ["3.5", "3.6", "3.7"])
def test_an_etcd_without_the_v2_keys_is_told_by_its_version(line):
    with v3_store(line) as store, V2Store(store.url) as panel:
        for ask in (panel.probe, lambda: panel.look(path_of("t"))):
            with pytest.raises(BackendError) as refusal:
                ask()
            assert refusal.value.code == "store_without_v2"
            assert "--enable-v2" in str(refusal.value.advice)
        with pytest.raises(BackendError, match=store.version):
            panel.probe()
        with pytest.raises(BackendError) as refusal:
            panel.write_size(path_of("t"), 3)
        assert refusal.value.code == "store_without_v2"


def test_a_store_that_was_started_again_is_asked_over_a_new_connection():
    with v2_store() as store, V2Store(store.url) as panel:
        panel.write_size(path_of("lasting"), 3)
        store.kill()
        with pytest.raises(Unavailable, match="nobody listens there") as silence:
            panel.look(path_of("lasting"))
        assert silence.value.code == "store_unreachable"
        store.start()
        assert panel.look(path_of("lasting")) == TokenSeen(size="3")


def test_a_frozen_store_is_unavailable():
    with v2_store() as store, V2Store(store.url, timeout=0.3) as panel:
        store.freeze()
        with pytest.raises(Unavailable, match=r"within 0\.3 seconds"):
            panel.look(path_of("t"))
        store.thaw()
        assert panel.look(path_of("t")) is None


def test_nobody_at_the_port_is_told_with_advice():
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    with V2Store(url) as panel, pytest.raises(Unavailable) as silence:
        panel.probe()
    assert url in str(silence.value)
    assert silence.value.advice


@pytest.mark.parametrize(
    "reply",
    [
        answer("<html>welcome</html>", kind="text/html"),
        answer("hello"),
        answer("[1]", kind="application/json"),
        answer("{}", kind="application/json"),
        answer('{"etcdserver": 3}', kind="application/json"),
        answer("[" * 60000, kind="application/json"),
        answer("", "302 Found", "text/plain", "Location: http://127.0.0.1:1/"),
        answer("<h1>not here</h1>", "404 Not Found", "text/html"),
    ],
)
def test_what_is_no_etcd_is_told(reply):
    with raw_server(says(reply)) as server, V2Store(server.url) as panel:
        with pytest.raises(BackendError) as refusal:
            panel.probe()
        assert refusal.value.code == "not_a_store"
        assert "welcome" not in str(refusal.value)
    assert len(server.asked) == 1


def test_a_store_that_lost_its_leader_is_unavailable_and_no_wrong_store():
    reply = answer(
        '{"errorCode":300,"message":"Raft Internal Error"}',
        "500 Internal Server Error",
    )
    with raw_server(says(reply)) as server, V2Store(server.url) as panel:
        with pytest.raises(Unavailable, match="Raft Internal Error"):
            panel.look(path_of("t"))
        with pytest.raises(Unavailable):
            panel.write_size(path_of("t"), 3)


def test_a_gateway_that_fails_in_front_of_a_store_is_unavailable():
    reply = answer("Bad Gateway", "502 Bad Gateway")
    with (
        raw_server(says(reply)) as server,
        V2Store(server.url) as panel,
        pytest.raises(Unavailable, match="502: Bad Gateway"),
    ):
        panel.look(path_of("t"))


def test_a_store_that_asks_for_a_login_refuses():
    reply = answer(
        '{"errorCode":110,"message":"The request requires user authentication"}',
        "401 Unauthorized",
    )
    with (
        raw_server(says(reply)) as server,
        V2Store(server.url) as panel,
        pytest.raises(BackendError, match="user authentication") as refusal,
    ):
        panel.write_size(path_of("t"), 3)
    assert refusal.value.code == "store_refused"


def test_connections_stay_open_between_looks():
    with raw_server(says(UNKNOWN)) as server, V2Store(server.url) as panel:
        for _ in range(10):
            assert panel.look(path_of("t")) is None
    assert len(server.asked) == 20
    assert server.connections == 1


def test_a_silent_store_costs_its_time_and_no_more():
    with raw_server(is_silent) as server, V2Store(server.url, timeout=0.2) as panel:
        with pytest.raises(Unavailable) as silence:
            panel.probe()
        server.is_over.set()
    assert silence.value.code == "store_unreachable"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v2/keys",
        "/v2/keys/",
        "/v2/keys/../x",
        "/v2/keys/a/..",
        "/v2/keys/a//b",
        "/v2/keys/a?x=1",
        "/v2/keys/a#b",
        "/v2/keys/a\n",
        "/v3/keys/a",
        "http://evil.example/v2/keys/a",
    ],
)
def test_a_path_that_leads_elsewhere_is_never_asked(path):
    with raw_server(says(UNKNOWN)) as server, V2Store(server.url) as panel:
        for ask in (panel.look, panel.forget):
            with pytest.raises(ValueError, match="not the path"):
                ask(path)
    assert server.asked == []


@pytest.mark.parametrize("member_id", ["", "..", "a/b", "xyz", "1" * 17, "A"])
def test_a_member_id_that_is_none_is_never_asked(member_id):
    with (
        raw_server(says(UNKNOWN)) as server,
        V2Store(server.url) as panel,
        pytest.raises(ValueError, match="not a member ID"),
    ):
        panel.remove_registration(path_of("t"), member_id)
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://127.1:2379", "file:///etc/passwd", "", "x"])
def test_an_address_that_is_none_is_refused_before_anything_is_dialled(url):
    with pytest.raises(BackendError) as refusal:
        V2Store(url)
    assert refusal.value.code == "store_address_invalid"
