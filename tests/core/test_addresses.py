"""Which addresses are dialled, and the many that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.addresses import (
    Address,
    address_problem,
    is_loopback,
    origin_of,
    read_url,
    same_origin,
    url_problem,
)

TOKEN = "0123456789abcdef0123456789abcdef"

HOSTILE = (
    # other ways to write 127.0.0.1
    "http://127.1",
    "http://127.1:2379",
    "http://127.0.1",
    "http://0",
    "http://0:2379",
    "http://2130706433",
    "http://2130706433:2379/v2/keys",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://0177.0.0.01",
    "http://127.0.0.01",
    "http://127.0.0.001",
    "http://127.000.000.001",
    "http://017700000001",
    "http://127.0.0.1.",
    "http://127.0.0.0x1",
    "http://a.0x1",
    "http://256.0.0.1",
    "http://1.2.3.4.5",
    "http://store.1",
    # IPv6, mapped and not
    "http://[::]",
    "http://[::1]:2379",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:ffff:127.0.0.1]",
    "http://[fe80::1%25eth0]/",
    "http://::1",
    "http://::ffff:127.0.0.1",
    # addresses that are nobody's, or a cloud's own
    "http://0.0.0.0",
    "http://0.0.0.0:2379",
    "http://0.1.2.3",
    "http://169.254.169.254",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.0.1:80",
    "http://224.0.0.1",
    "http://239.255.255.250:1900",
    "http://240.0.0.1",
    "http://255.255.255.255",
    # a user before the host
    "http://user@127.0.0.1",
    "http://user:password@store:2379",
    "http://store@169.254.169.254/",
    "http://@store",
    "http://store:2379@evil.example/",
    # what ends an address for one reader and not for another
    "http://store#@evil.example/",
    "http://store/#fragment",
    "http://store?size=3",
    "http://store/new?size=3",
    "http://store\\@evil.example",
    "http://store\\evil.example/",
    "http:\\\\store\\",
    "http://store\r\nHost: evil.example",
    "http://store/\r\nX: y",
    "http://store\n",
    "\thttp://store",
    " http://store",
    "http://store ",
    "http://st ore",
    "http://store/a b",
    "http://store\x00.example",
    "http://store\x7f",
    # other alphabets
    "http://\uff11\uff12\uff17.0.0.1",
    "http://127。0。0。1",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "http://l\u043ecalhost",
    "http://bücher.example",
    "http://xn--bcher-kva.example",
    "http://a.XN--P1AI",
    "http://store\u202e.example",
    "http://store\u200b.example",
    "http://\uff53tore",
    # other schemes, and none
    "file:///etc/passwd",
    "unix:///var/run/docker.sock",
    "gopher://127.0.0.1:2379/_GET",
    "ftp://store",
    "javascript:alert(1)",
    "data:text/plain,x",
    "ws://store",
    "https+unix://store",
    "HTTP://store",
    "//store",
    "/v2/keys",
    "store:2379",
    "store",
    "",
    "http:",
    "http:/store",
    "http:///store",
    "http://",
    "http://:2379",
    # ports
    "http://store:",
    "http://store:0",
    "http://store:65536",
    "http://store:99999999999",
    "http://store:02379",
    "http://store:-1",
    "http://store:+80",
    "http://store:80:80",
    "http://store:2379a",
    "http://store:٣",
    # host names that are none
    "http://a_b",
    "http://-store",
    "http://store-",
    "http://store..example",
    "http://.store",
    "http://store.",
    "http://sto%72e",
    "http://store,evil",
    "http://$(id)",
    "http://`id`",
    "http://store;id",
    "http://" + "a" * 64,
    "http://" + ".".join(["a" * 60] * 5),
    # paths that lead elsewhere
    "http://store/../v2",
    "http://store/v2/../../x",
    "http://store/./x",
    "http://store//evil.example",
    "http://store/%2e%2e/x",
    "http://store/a%00b",
    "http://store/a;b",
    "http://store/<script>",
    "http://store/" + "a" * 3000,
)

GOOD = (
    ("http://127.0.0.1:2379", Address(scheme="http", host="127.0.0.1", port=2379)),
    ("http://localhost:2379", Address(scheme="http", host="localhost", port=2379)),
    ("http://10.1.2.3", Address(scheme="http", host="10.1.2.3", port=80)),
    ("http://192.168.0.9:1", Address(scheme="http", host="192.168.0.9", port=1)),
    ("https://store", Address(scheme="https", host="store", port=443)),
    ("http://store:65535/", Address(scheme="http", host="store", port=65535, path="/")),
    (
        "https://Discovery.etcd.io/" + TOKEN,
        Address(scheme="https", host="discovery.etcd.io", port=443, path=f"/{TOKEN}"),
    ),
    (
        "http://etcd-store.example.com:2379/v2/keys/_etcd/registry/a-b.c~d",
        Address(
            scheme="http",
            host="etcd-store.example.com",
            port=2379,
            path="/v2/keys/_etcd/registry/a-b.c~d",
        ),
    ),
    ("http://1a.example", Address(scheme="http", host="1a.example", port=80)),
    ("http://0xstore", Address(scheme="http", host="0xstore", port=80)),
)


def test_the_corpus_is_large_enough_and_says_nothing_twice():
    assert len(HOSTILE) >= 100
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_be_read_in_two_ways_is_refused_with_a_reason(text):
    assert read_url(text) is None
    assert str(url_problem(text)).endswith(".")


@pytest.mark.parametrize(("text", "address"), GOOD)
def test_a_plain_address_is_read(text, address):
    assert url_problem(text) is None
    assert read_url(text) == address


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("http://169.254.169.254", "link-local"),
        ("http://0.0.0.0", "no address"),
        ("http://224.0.0.1", "multicast"),
        ("http://255.255.255.255", "broadcast"),
        ("http://127.1", "four numbers"),
        ("http://u@store", "user"),
        ("http://store:0", "65535"),
        ("http://a_b", "host name"),
        ("ftp://store", "http://"),
    ],
)
def test_the_reason_names_what_is_wrong(text, word):
    assert word in str(url_problem(text))


@pytest.mark.parametrize(
    "address",
    ["169.254.1.1", "0.0.0.0", "::", "fe80::1", "ff02::1", "::ffff:169.254.169.254"],
)
def test_what_a_name_may_not_lead_to(address):
    assert address_problem(address) is not None


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "8.8.8.8"]
)
def test_where_stores_live_may_be_dialled(address):
    assert address_problem(address) is None


def test_loopback_is_known_by_its_canonical_forms():
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST")))
    assert not any(map(is_loopback, ("127.1", "10.0.0.1", "store", "", "0", "::1")))


def test_an_origin_is_scheme_host_and_port():
    assert origin_of("http://Store:80/a") == "http://store"
    assert origin_of("https://store:2379/a/b") == "https://store:2379"
    assert origin_of("ftp://store") == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://store", "http://STORE:80/new", True),
        ("https://store/", "https://store:443", True),
        ("http://store", "https://store", False),
        ("http://store", "http://store:8080", False),
        ("http://store", "http://store.example", False),
        ("http://127.0.0.1:1", "http://localhost:1", False),
        ("nothing", "nothing", False),
    ],
)
def test_two_addresses_share_an_origin_or_not(one, other, same):
    assert same_origin(one, other) is same


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_and_never_both(text):
    for address in (text, f"http://{text}"):
        assert (read_url(address) is None) is (url_problem(address) is not None)
