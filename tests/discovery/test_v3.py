"""Stores of v3 discovery: real ones of each line, with TLS, logins and faults."""

import threading
from dataclasses import replace

import pytest

from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import REGISTRY, Registration, StoreAccess, Ticket, TokenSeen
from clusters.discovery.flags import v3_flags
from clusters.discovery.v3 import V3Store
from tests.discovery.raw_server import answer, is_silent, raw_server, says
from tests.drivers.docker_world import free_ports
from tests.meeting.certificates import make_certificates
from tests.meeting.hand import hand
from tests.meeting.program import await_true
from tests.meeting.stores import v3_store

LINES = ("3.4", "3.5", "3.6", "3.7")


@pytest.fixture(scope="module", params=LINES)
def store(request):
    with v3_store(request.param) as store:
        yield store


@pytest.fixture(scope="module")
def locked():
    with v3_store("3.6", auth=("panel", "secret")) as store:
        store.etcdctl("user", "add", "poor:poor")
        yield store


@pytest.fixture(scope="module")
def secure():
    with v3_store("3.6", tls=True) as store:
        yield store


@pytest.fixture(scope="module")
def mutual():
    with v3_store("3.6", client_certs=True) as store:
        yield store


@pytest.fixture
def panel(store):
    with V3Store((store.url,)) as panel:
        yield panel


def refusal_of(store, access=None, url=""):
    with V3Store((url or store.url,), access or store.access) as panel:
        with pytest.raises(BackendError) as refusal:
            panel.probe()
        with pytest.raises(BackendError) as again:
            panel.look("t")
    assert again.value.code == refusal.value.code
    assert (url or store.url) in str(refusal.value)
    assert refusal.value.advice
    return refusal.value


def test_a_store_tells_its_version_and_is_left_as_it_was(store, panel):
    before = store.keys()
    assert panel.probe().version == store.version
    assert store.keys() == before


def test_a_token_that_nobody_made_is_none(panel):
    assert panel.look("never-made") is None


def test_a_size_that_was_written_is_what_the_store_holds(store, panel):
    for _ in range(2):
        panel.write_size("sized", 3)
    assert store.keys(f"{REGISTRY}/sized") == {f"{REGISTRY}/sized/_config/size": "3"}
    assert panel.look("sized") == TokenSeen(size="3")


def test_another_size_is_never_overwritten(store, panel):
    token = store.new_token(3)
    with pytest.raises(BackendError, match="3, where 5") as refusal:
        panel.write_size(token, 5)
    assert refusal.value.code == "token_has_other_size"
    assert store.size(token) == "3"


def test_sizes_of_many_writers_are_one(store, panel):
    ends = []

    def write(size):
        try:
            panel.write_size("race", size)
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


@pytest.mark.parametrize("size", ["0", "abc", "-1", ""])
def test_a_size_that_is_none_is_shown_as_it_is(store, panel, size):
    token = store.new_token("0")
    store.etcdctl("put", f"{REGISTRY}/{token}/_config/size", "--", size)
    assert panel.look(token) == TokenSeen(size=size)


def test_registrations_come_in_the_order_in_which_members_came(store, panel):
    token = store.new_token(3)
    store.register(token, "ff01", "b=http://10.0.0.2:2380")
    store.register(token, "0a02", "a=http://10.0.0.1:2380,a=http://10.0.1.1:2380")
    store.register(token, "ff01", "b=http://10.0.0.2:2380")
    assert panel.look(token).registrations == (
        Registration(member_id="ff01", name="b", peer_urls=("http://10.0.0.2:2380",)),
        Registration(
            member_id="0a02",
            name="a",
            peer_urls=("http://10.0.0.1:2380", "http://10.0.1.1:2380"),
        ),
    )


def test_members_without_a_size_are_seen(store, panel):
    token = store.new_token(None)
    store.register(token, "1", "a=http://10.0.0.1:2380")
    assert panel.look(token).size is None
    assert not panel.look(token).is_fresh


def test_a_token_is_forgotten_without_its_neighbours_and_twice(store, panel):
    for token in ("near", "near-by", "nearer"):
        panel.write_size(token, 3)
        store.register(token, "1", "a=http://10.0.0.1:2380")
    for _ in range(2):
        panel.forget("near")
    assert panel.look("near") is None
    assert len(panel.look("near-by").registrations) == 1
    assert len(panel.look("nearer").registrations) == 1


def test_one_registration_is_removed_and_twice(store, panel):
    token = store.new_token(3)
    store.register(token, "1a", "a=http://10.0.0.1:2380")
    store.register(token, "1a0", "b=http://10.0.0.2:2380")
    for _ in range(2):
        panel.remove_registration(token, "1a")
    assert list(store.registrations(token)) == ["1a0"]


@pytest.mark.parametrize("line", ["3.6", "3.7"])
def test_real_members_are_seen_as_they_register(store, panel, line):
    with hand(line) as members:
        token = f"live-{line}"
        panel.write_size(token, 2)
        ticket = Ticket(token=token, endpoints=(store.member_url,))
        for name in ("hand1", "hand2"):
            members.start(name, *v3_flags(ticket, store.access, {}))
            await_true(
                lambda n=name: n in [r.name for r in panel.look(token).registrations]
            )
        members.await_healthy()
        seen = panel.look(token)
    assert [(r.name, r.peer_urls) for r in seen.registrations] == [
        (member.name, (member.peer_url,)) for member in members.members
    ]


def test_many_threads_use_one_store(store, panel):
    token = store.new_token(3)
    seen = []
    threads = [
        threading.Thread(
            target=lambda: seen.extend(panel.look(token) for _ in range(20))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [TokenSeen(size="3")] * 160


def test_an_endpoint_that_is_down_is_passed_over(store):
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    with V3Store((nobody, store.url)) as panel:
        assert panel.probe().version == store.version
        assert panel.look("passed-over") is None


@pytest.mark.parametrize("line", ["3.5", "3.7"])
def test_a_user_of_the_registry_may_do_everything(line):
    with (
        v3_store(line, auth=("panel", "secret")) as store,
        V3Store((store.url,), store.access) as panel,
    ):
        assert panel.probe().version == store.version
        panel.write_size("t", 3)
        store.register("t", "1", "a=http://10.0.0.1:2380")
        panel.remove_registration("t", "1")
        assert panel.look("t") == TokenSeen(size="3")
        panel.forget("t")
        # Its login is forgotten when it starts again.
        store.kill()
        store.start()
        assert panel.look("t") is None


def test_a_wrong_password_is_told(locked):
    refusal = refusal_of(locked, replace(locked.access, password="wrong"))
    assert refusal.code == "store_login_refused"
    assert "wrong" not in str(refusal)


def test_a_store_with_users_wants_one(locked):
    refusal = refusal_of(locked, StoreAccess())
    assert (refusal.code, "wants a user" in str(refusal)) == (
        "store_login_refused",
        True,
    )


def test_a_user_without_rights_learns_which_are_needed(locked):
    refusal = refusal_of(locked, StoreAccess(user="poor", password="poor"))
    assert refusal.code == "store_permission"
    assert f"readwrite {REGISTRY}" in str(refusal.advice)


def test_a_user_who_may_only_read_is_no_user_of_a_registry(locked):
    locked.etcdctl("role", "add", "reader")
    grant = ("role", "grant-permission", "reader", "--prefix=true", "read", REGISTRY)
    locked.etcdctl(*grant)
    locked.etcdctl("user", "add", "reader:reader")
    locked.etcdctl("user", "grant-role", "reader", "reader")
    access = StoreAccess(user="reader", password="reader")
    with V3Store((locked.url,), access) as panel:
        assert panel.look("t") is None
        with pytest.raises(BackendError) as refusal:
            panel.probe()
        assert refusal.value.code == "store_permission"


def test_a_store_without_users_takes_whoever_names_one(store):
    access = StoreAccess(user="anyone", password="anything")
    with V3Store((store.url,), access) as panel:
        assert panel.probe().version == store.version


@pytest.mark.parametrize("line", LINES)
def test_a_store_with_tls_is_trusted_by_its_authority(line):
    with v3_store(line, tls=True) as store:
        for access in (store.access, StoreAccess(skip_verify=True)):
            with V3Store((store.url,), access) as panel:
                panel.write_size("t", 3)
                assert panel.look("t") == TokenSeen(size="3")


def test_without_an_authority_the_machine_is_asked_whom_it_trusts(secure, monkeypatch):
    refusal = refusal_of(secure, StoreAccess())
    assert refusal.code == "store_certificate"
    assert "issuer" in str(refusal)
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificates.ca))
    with V3Store((secure.url,)) as panel:
        assert panel.probe().version == secure.version


def test_another_authority_is_not_believed(secure, tmp_path):
    other = make_certificates(tmp_path, "127.0.0.1")
    refusal = refusal_of(secure, StoreAccess(ca=other.ca.read_text()))
    assert refusal.code == "store_certificate"


def test_a_certificate_of_another_name_is_not_believed():
    with v3_store("3.6", tls=True) as store:
        # etcd reads its certificate anew for each connection.
        made = make_certificates(store.certificates.folder, "other.example")
        refusal = refusal_of(store, StoreAccess(ca=made.ca.read_text()))
        assert refusal.code == "store_certificate"
        assert "does not name this address" in str(refusal)
        with V3Store((store.url,), StoreAccess(skip_verify=True)) as panel:
            assert panel.probe().version == store.version


def test_a_store_that_asks_who_its_clients_are(mutual):
    with V3Store((mutual.url,), mutual.access) as panel:
        panel.write_size("t", 3)
    skipping = replace(mutual.access, ca="", skip_verify=True)
    with V3Store((mutual.url,), skipping) as panel:
        assert panel.look("t") == TokenSeen(size="3")
    refusal = refusal_of(mutual, replace(mutual.access, cert="", key=""))
    assert refusal.code == "store_certificate"
    assert "from its clients" in str(refusal)


@pytest.mark.parametrize("name", ["ca", "cert", "key"])
def test_texts_that_are_no_certificates_are_told_and_not_repeated(mutual, name):
    refusal = refusal_of(mutual, replace(mutual.access, **{name: "garbage"}))
    assert refusal.code == "store_certificate"
    assert "garbage" not in str(refusal)


def test_a_certificate_without_its_key_is_refused_before_anything_is_dialled():
    with pytest.raises(BackendError) as refusal:
        V3Store(("https://127.0.0.1:1",), StoreAccess(cert="x"))
    assert refusal.value.code == "store_certificate"


def test_http_where_the_store_speaks_https_names_both(secure):
    url = secure.url.replace("https", "http")
    refusal = refusal_of(secure, url=url)
    assert isinstance(refusal, Unavailable)
    assert "https" in str(refusal.advice)


@pytest.mark.parametrize("access", [StoreAccess(), StoreAccess(skip_verify=True)])
def test_https_where_the_store_speaks_http_names_both(store, access):
    refusal = refusal_of(store, access, store.url.replace("http", "https"))
    assert isinstance(refusal, Unavailable)
    assert "https" in str(refusal.advice)


def test_a_store_that_was_started_again_answers_at_once():
    with v3_store("3.6") as store, V3Store((store.url,)) as panel:
        panel.write_size("lasting", 3)
        store.kill()
        for _ in range(20):
            with pytest.raises(Unavailable, match="nobody listens") as silence:
                panel.look("lasting")
        assert silence.value.code == "store_unreachable"
        store.start()
        assert panel.look("lasting") == TokenSeen(size="3")


def test_a_frozen_store_is_unavailable():
    with v3_store("3.6") as store, V3Store((store.url,), timeout=0.3) as panel:
        store.program.freeze()
        with pytest.raises(Unavailable, match="no answer came in time"):
            panel.look("t")
        store.program.thaw()
        assert panel.look("t") is None


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_a_web_server_is_no_store(status):
    reply = answer("<html>", status, "text/html")
    with (
        raw_server(says(reply)) as server,
        V3Store((server.url,)) as panel,
        pytest.raises(BackendError) as refusal,
    ):
        panel.probe()
    assert refusal.value.code == "not_a_store"


def test_silence_is_unavailable():
    with raw_server(is_silent) as server, V3Store((server.url,), timeout=0.3) as panel:
        with pytest.raises(Unavailable) as silence:
            panel.probe()
        server.is_over.set()
    assert silence.value.code == "store_unreachable"


@pytest.mark.parametrize(
    "token", ["", "a/b", "../x", ".", "a b", "a\n", "é", "a" * 256]
)
def test_a_token_that_leads_elsewhere_is_never_asked(store, panel, token):
    for ask in (panel.look, panel.forget):
        with pytest.raises(ValueError, match="not a token"):
            ask(token)


@pytest.mark.parametrize("member_id", ["", "..", "a/b", "xyz", "1" * 17])
def test_a_member_id_that_is_none_is_never_asked(panel, member_id):
    with pytest.raises(ValueError, match="not a member ID"):
        panel.remove_registration("t", member_id)


@pytest.mark.parametrize("endpoints", [(), ("",), ("http://a", "http://127.1")])
def test_an_address_that_is_none_is_refused_before_anything_is_dialled(endpoints):
    with pytest.raises(BackendError) as refusal:
        V3Store(endpoints)
    assert refusal.value.code == "store_address_invalid"
