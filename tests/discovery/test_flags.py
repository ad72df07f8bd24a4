"""The flags of bootstrap modes, as text and as real binaries take them."""

import subprocess

import pytest

from clusters.core.meeting import OPEN_ACCESS, StoreAccess, Ticket
from clusters.discovery.flags import proxy_flags, srv_flags, v2_flags, v3_flags
from tests.meeting.hand import hand
from tests.meeting.program import await_true
from tests.meeting.stores import v2_store, v3_store
from tests.parts import etcd_dir

URL = "http://store:2379/v2/keys/_etcd/registry/6c007a14"
FILES = {"ca": "/etc/ca.pem", "cert": "/etc/cert.pem", "key": "/etc/key.pem"}
FULL = StoreAccess(
    user="u", password="p", ca="CA", cert="CERT", key="KEY", skip_verify=True
)
PLAIN = Ticket(token="t0", endpoints=("http://a:2379", "http://b:2379"))
SECURE = Ticket(token="t0", endpoints=("https://a:2379", "https://b:2379"))


def test_v2_is_told_its_url_and_what_to_do_when_the_cluster_is_full():
    assert v2_flags(Ticket(url=URL)) == (
        f"--discovery={URL}",
        "--discovery-fallback=exit",
    )
    assert v2_flags(Ticket(url=URL), fallback_proxy=True)[1] == (
        "--discovery-fallback=proxy"
    )


def test_v3_over_plain_http_is_a_token_and_endpoints():
    assert v3_flags(PLAIN, OPEN_ACCESS, {}) == (
        "--discovery-token=t0",
        "--discovery-endpoints=http://a:2379,http://b:2379",
    )


def test_v3_over_tls_by_the_roots_of_the_machine():
    assert v3_flags(SECURE, OPEN_ACCESS, {})[2:] == (
        "--discovery-insecure-transport=false",
    )


def test_v3_over_tls_with_everything():
    assert v3_flags(SECURE, FULL, FILES)[2:] == (
        "--discovery-insecure-transport=false",
        "--discovery-cacert=/etc/ca.pem",
        "--discovery-cert=/etc/cert.pem",
        "--discovery-key=/etc/key.pem",
        "--discovery-insecure-skip-tls-verify=true",
        "--discovery-user=u",
        "--discovery-password=p",
    )


def test_v3_with_a_login_and_no_tls():
    access = StoreAccess(user="u", password="p")
    assert v3_flags(PLAIN, access, {})[2:] == (
        "--discovery-user=u",
        "--discovery-password=p",
    )


def test_a_file_that_is_missing_is_noticed_before_a_member_is():
    with pytest.raises(KeyError):
        v3_flags(SECURE, StoreAccess(ca="CA"), {})


def test_srv_names_its_service_only_when_there_is_one():
    assert srv_flags(Ticket(domain="ex.test"), "tok") == (
        "--discovery-srv=ex.test",
        "--initial-cluster-token=tok",
        "--initial-cluster-state=new",
    )
    assert srv_flags(Ticket(domain="ex.test", service_name="foo"), "tok")[:2] == (
        "--discovery-srv=ex.test",
        "--discovery-srv-name=foo",
    )


def test_a_proxy_finds_the_members_or_is_told_of_them():
    assert proxy_flags(URL) == ("--proxy=on", f"--discovery={URL}")
    assert proxy_flags(initial_cluster="a=http://a:2380") == (
        "--proxy=on",
        "--initial-cluster=a=http://a:2380",
    )


def known(flags, line):
    """Whether this etcd reads the flags: its help of 3.7 names some that it refuses."""
    done = subprocess.run(
        [etcd_dir(line) / "etcd", *flags, "--version"], capture_output=True, check=False
    )
    assert done.returncode in {0, 2}
    return done.returncode == 0


@pytest.mark.parametrize(
    ("flags", "lines"),
    [
        (v2_flags(Ticket(url=URL)), {"3.4", "3.5", "3.6"}),
        (v3_flags(SECURE, FULL, FILES), {"3.6", "3.7"}),
        (v3_flags(PLAIN, OPEN_ACCESS, {}), {"3.6", "3.7"}),
        (
            srv_flags(Ticket(domain="ex.test", service_name="foo"), "tok"),
            {"3.4", "3.5", "3.6", "3.7"},
        ),
        (proxy_flags(initial_cluster="a=http://a:2380"), {"3.4", "3.5"}),
        (proxy_flags(URL), {"3.4", "3.5"}),
    ],
)
@pytest.mark.parametrize("line", ["3.4", "3.5", "3.6", "3.7"])
def test_the_lines_that_know_every_flag_are_the_lines_of_the_mode(flags, lines, line):
    assert known(flags, line) is (line in lines)


@pytest.mark.parametrize("line", ["3.4", "3.5", "3.6"])
def test_members_meet_by_the_flags_of_v2(line):
    with v2_store() as store, hand(line) as members:
        ticket = Ticket(url=store.discovery_url(store.new_token(2)))
        for name in ("hand1", "hand2"):
            members.start(name, *v2_flags(ticket))
        members.await_healthy()


@pytest.mark.parametrize("line", ["3.4", "3.5"])
@pytest.mark.parametrize("by_url", [True, False])
def test_a_proxy_beside_the_members_keeps_no_data_of_a_member(line, by_url):
    with v2_store() as store, hand(line) as members:
        url = store.discovery_url(store.new_token(1))
        voter = members.start("hand1", *v2_flags(Ticket(url=url)))
        members.await_healthy()
        told = proxy_flags(initial_cluster=f"{voter.name}={voter.peer_url}")
        extra = members.start("extra", *(proxy_flags(url) if by_url else told))
        await_true(
            lambda: (
                "v2 proxy started listening on client requests" in extra.program.output
            )
        )
        assert not (members.folder / "extra" / "member").exists()
        members.members.remove(extra)
        extra.program.kill()


@pytest.mark.parametrize("line", ["3.6", "3.7"])
@pytest.mark.parametrize(
    "asks",
    [
        {},
        {"tls": True},
        {"client_certs": True},
        {"auth": ("panel", "secret")},
        {"client_certs": True, "auth": ("panel", "secret")},
    ],
    ids=lambda asks: "-".join(asks) or "open",
)
def test_members_meet_by_the_flags_of_v3(line, asks, tmp_path):
    with v3_store("3.6", **asks) as store, hand(line) as members:
        texts = {name: getattr(store.access, name) for name in FILES}
        files = {name: str(tmp_path / f"{name}.pem") for name in FILES}
        for name, text in texts.items():
            (tmp_path / f"{name}.pem").write_text(text)
        ticket = Ticket(token=store.new_token(2), endpoints=(store.member_url,))
        for name in ("hand1", "hand2"):
            members.start(name, *v3_flags(ticket, store.access, files))
        members.await_healthy()


def test_members_meet_at_a_store_whose_certificate_nobody_checks(tmp_path):
    with v3_store("3.6", tls=True) as store, hand("3.6") as members:
        ticket = Ticket(token=store.new_token(1), endpoints=(store.member_url,))
        access = StoreAccess(skip_verify=True)
        members.start("hand1", *v3_flags(ticket, access, {}))
        members.await_healthy()
